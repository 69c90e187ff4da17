import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const TIMEOUT = "canceling statement due to statement timeout";

describe("a statement that hangs", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  function start(statementTimeoutMs: number, ...databases: TestDatabase[]): TestRunner {
    const { connection } = scene.postgres;
    const port = scene.toPostgres.port;
    return scene.run(databases, {
      connection: { ...connection, host: "127.0.0.1", port, statementTimeoutMs },
      // The pause after an administrator's word.
      clock: new HastyClock({ 3_050: 250 }),
    });
  }

  /** Locks the whole table; answers how to let it go. */
  async function lockTable({ sql }: TestDatabase): Promise<() => Promise<void>> {
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`lock table queue_job in access exclusive mode`;
    return async () => {
      await holder`rollback`;
      holder.release();
    };
  }

  /** Ours on the database. */
  const backends = async () => {
    const rows = await scene.postgres.admin`
      select pid from pg_stat_activity
      where datname = ${database.name} and application_name like 'odoo_jobrunner%'`;
    return rows.map((it) => Number(it["pid"]));
  };

  const backendWaits = () => {
    return until("the runner waits for the lock", async () => {
      const rows = await scene.postgres.admin`
        select pid from pg_stat_activity where wait_event_type = 'Lock'
        and datname = ${database.name} and application_name like 'odoo_jobrunner%'`;
      return rows[0] ? Number(rows[0]["pid"]) : null;
    });
  };

  it("is ended by the server; its database waits, says why once, and goes on", async () => {
    database = await scene.postgres.database("16.0");
    const other = await scene.postgres.database("16.0");
    test = start(200, database, other);
    await test.untilReady(database, other);
    const before = await backends();
    const uuid = await database.addJob({ etaInMs: 300 });
    const letGo = await lockTable(database);

    await until("it is held", () => test.stateOf(database) === "recovering");
    const reason = test.runner.status.databases.find((it) => it.name === database.name)?.reason;
    const served = await other.addJob();
    await other.untilState(served, "done");
    // The rescan after the hold hangs as well: that is no news, and no other waits beside it.
    await backendWaits();
    const meanwhile = await backends();
    await until("it is held again", () => test.stateOf(database) === "recovering");
    await letGo();

    await database.untilState(uuid, "done");
    assertEquals([before.length, meanwhile], [1, before]);
    assertMatch(reason ?? "", new RegExp(`^cannot (claim|read): ${TIMEOUT}`));
    assertEquals(test.log.complaints.filter((it) => it.includes(TIMEOUT)).length, 1);
    assertEquals(test.log.complaints.length, 1);
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
  });

  it("is ended with its backend when its connection is cut and it holds our lock", async () => {
    database = await scene.postgres.database("16.0");
    test = start(60_000, database);
    await test.untilReady(database);
    const uuid = await database.addJob({ etaInMs: 200 });
    const letGo = await lockTable(database);
    const ghost = await backendWaits();

    scene.linksTo(database).forEach((it) => it.swallow());
    scene.linksTo(database).forEach((it) => it.destroy());

    await until("the ghost is gone", async () => {
      const rows = await scene.postgres.admin`
        select 1 from pg_stat_activity where pid = ${ghost}`;
      return rows.length === 0;
    });
    await letGo();
    await database.untilState(uuid, "done");
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
  });
});
