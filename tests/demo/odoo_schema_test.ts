import { assertEquals, assertThrows } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed, GENERATIONS } from "../../scripts/demo/odoo_schema.ts";
import type { Sql } from "../../scripts/demo/postgres_server.ts";
import { TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

describe("addonSql", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  });
  afterAll(() => postgres.stop());

  for (const generation of GENERATIONS) {
    it(`makes the tables of ${generation.name}`, async () => {
      const { sql } = await postgres.database(generation.name);

      const modules = await sql`
        select name, latest_version from ir_module_module
        where state = 'installed' and name not in ('base', 'web')`;
      const [{ found } = { found: null }] = await sql`
        select to_regclass('queue_job_lock') is not null as found`;

      assertEquals(modules.map((row) => [row["name"], row["latest_version"]]), [
        [generation.addon, generation.addonVersion],
      ]);
      assertEquals(found, generation.hasLockTable);
      assertEquals(await hasColumn(sql, "active"), generation.hasActiveColumn);
      assertEquals(await hasColumn(sql, "exc_name"), generation.hasExceptionColumns);
      assertEquals(await hasColumn(sql, "channel"), true);
    });

    const notified = generation.triggerMadeBy === "addon";
    it(`${notified ? "notifies" : "has no trigger yet"} in ${generation.name}`, async () => {
      const database = await postgres.database(generation.name);
      const heard: string[] = [];
      const { unlisten } = await database.sql.listen(generation.notifyChannel, (uuid) => {
        heard.push(uuid);
      });

      const [done, failed] = await database.addJobs({ state: "done" }, { state: "failed" });
      await database.sql`update queue_job set priority = 1`;
      await database.sql`delete from queue_job`;
      await database.sql`select pg_notify(${generation.notifyChannel}, 'end')`;
      await until("the end is heard", () => heard.at(-1) === "end");
      await unlisten();

      const expected = [done, failed, done, failed, failed];
      assertEquals(heard.slice(0, -1), notified ? expected : []);
    });
  }

  it("leaves out the channels of an old 8.0", async () => {
    const database = await postgres.database("8.0", { hasChannelColumn: false });

    await database.addJob();

    assertEquals(await hasColumn(database.sql, "channel"), false);
  });

  async function hasColumn(sql: Sql, name: string): Promise<boolean> {
    const rows = await sql`
      select 1 from information_schema.columns
      where table_name = 'queue_job' and column_name = ${name}`;
    return rows.length === 1;
  }
});

describe("generationNamed", () => {
  it("refuses a name that is none", () => {
    assertThrows(() => generationNamed("7.0"), RangeError, 'Cannot find the generation "7.0"');
  });
});
