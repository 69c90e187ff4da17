import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { HostProcess } from "../support/host_process.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

describe("SIGHUP", () => {
  let postgres: TestPostgres;
  let template: TestDatabase;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    template = await postgres.database("16.0", { state: "uninstalled" });
  });
  afterAll(async () => {
    await until("its backends are gone", async () => await postgres.backends() === 0);
    await postgres.stop();
  });

  it("makes the process look at once for databases and add-ons that came or went", async () => {
    const prefix = `${template.name}_hangup`;
    const create = (name: string) => {
      return postgres.admin.unsafe(`create database "${name}" template "${template.name}"`);
    };
    await template.release();
    await create(`${prefix}1`);
    const host = await HostProcess.start(
      [
        ...["--db-filter", prefix, "--discovery-interval", "3600"],
        ...["--health-port", "0", "--port", "1"],
      ],
      postgres.server.environment(),
    );
    await host.untilLine(/ignored: neither queue_job nor connector is installed/);

    await create(`${prefix}2`);
    const sql = postgres.server.connect(`${prefix}1`, { max: 1 });
    await sql`update ir_module_module set state = 'installed' where name = 'queue_job'`;
    await sql.end();
    host.signal("SIGHUP");

    await host.untilLine(/SIGHUP: reading the settings again, and looking for databases/);
    await host.untilLine(new RegExp(`queue job runner ready for db ${prefix}1`));
    await host.untilLine(new RegExp(` ${prefix}2 .*: ignored: neither`));
    const exit = await host.stop();

    assertEquals(exit, { code: 0, signal: null });
    for (const name of [`${prefix}1`, `${prefix}2`]) await postgres.server.dropDatabase(name);
  });
});
