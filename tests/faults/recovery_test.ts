import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { FOLLOWED, PostgresStandby } from "../support/postgres_standby.ts";
import { TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const CURE = /^(?:.* )?cannot execute LISTEN during recovery: .* \(--db-host, --db-port\)/;

/** Runners that know of one server only, which is a standby before it is promoted. */
describe("a server in recovery", () => {
  let postgres: TestPostgres;
  let standby: PostgresStandby;
  let odoo: StandInOdoo;
  let databases: TestDatabase[];

  beforeAll(async () => {
    postgres = await TestPostgres.start({ isOwn: true, parameters: FOLLOWED });
    databases = [await postgres.database("16.0"), await postgres.database("16.0")];
    standby = await PostgresStandby.of(postgres.cluster);
    odoo = await StandInOdoo.start({
      ...{ generation: generationNamed("16.0"), workers: 2 },
      server: { ...postgres.connection, host: "127.0.0.1", port: standby.port },
    });
  });
  afterAll(async () => {
    await odoo.stop();
    await standby.stop();
    await postgres.stop();
  });

  it("is found out, said once with its cure, and served when it is promoted", async () => {
    const connection = { ...postgres.connection, host: standby.host, port: standby.port };
    const [led, polled] = databases as [TestDatabase, TestDatabase];
    const uuids = [await led.addJob(), await polled.addJob()];
    await until("the standby has them", () => standby.hasCaughtUp());
    const options = { port: odoo.port, connection };
    const elected = TestRunner.start(postgres, { ...options, databases: [led] });
    const single = TestRunner.start(postgres, {
      ...{ ...options, databases: [polled], pollIntervalMs: 100 },
    });
    for (const { log } of [elected, single]) await log.until("during recovery");
    await until("its state tells", () => single.stateOf(polled) === "quarantined");
    const [status] = single.runner.status.databases;

    await standby.promote();
    single.runner.lookNow();

    const promoted = databases.map((it) => new TestDatabase(standby, it.name, it.generation));
    for (const [index, it] of promoted.entries()) await it.untilState(uuids[index]!, "done");
    assertMatch(status?.reason ?? "", CURE);
    for (const [index, { log }] of [elected, single].entries()) {
      assertEquals(log.countOf("during recovery"), 1);
      const { name } = databases[index]!;
      assertEquals(odoo.requests.of({ database: name, uuid: uuids[index]! }).runs, 1);
    }
    await single.stop();
    await elected.stop();
    for (const it of promoted) await it.release();
  });
});
