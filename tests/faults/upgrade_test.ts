import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** Odoo with a default of its own: no look at the add-on is due by itself for long. */
const SELDOM_MS = 60_000;

describe("an upgrade of the add-on", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    test = scene.run([database], { discoveryIntervalMs: SELDOM_MS });
    await test.untilReady(database);
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  const setState = (state: string) => {
    return database.sql`update ir_module_module set state = ${state} where name = 'queue_job'`;
  };
  const pids = () => {
    return scene.postgres.admin`
      select pid from pg_stat_activity where datname = ${database.name}
      and application_name like 'odoo_jobrunner%'`;
  };
  /** Longer ago than what was known when the session began still counts. */
  const untilKnowledgeIsOld = async () => {
    const endMs = test.clock.nowMs() + 2_000;
    await until("what is known is old", () => test.clock.nowMs() > endMs);
  };

  it("is noticed before a job is claimed, and jobs run when it is over", async () => {
    await untilKnowledgeIsOld();
    const [session] = await pids();
    await setState("to upgrade");
    const uuid = await database.addJob();

    await until("it is paused", () => test.stateOf(database) === "paused");
    const [kept] = await pids();
    const state = await database.state(uuid);
    await setState("installed");

    await database.untilState(uuid, "done");
    assertEquals([state, kept!["pid"]], ["pending", session!["pid"]]);
    assertEquals(test.log.countOf("paused: queue_job is being upgraded"), 1);
    assertEquals(test.log.countOf("queue job runner ready for db"), 2);
    assertEquals(test.log.complaints, []);
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
  });

  it("finds nothing of ours in the way of its exclusive locks", async () => {
    await setState("to upgrade");
    test.runner.lookNow();
    await until("it is paused", () => test.stateOf(database) === "paused");

    const odoo = await database.sql.reserve();
    await odoo`set lock_timeout = '200ms'`;
    await odoo`begin`;
    await odoo`alter table queue_job add column upgraded integer`;
    await odoo`lock table queue_job, ir_module_module in access exclusive mode`;
    await odoo`alter table ir_module_module add column upgraded integer`;
    await odoo`update ir_module_module set state = 'installed' where name = 'queue_job'`;
    await odoo`commit`;
    await odoo`reset lock_timeout`;
    odoo.release();

    const uuid = await database.addJob();
    await database.untilState(uuid, "done");
    assertEquals(test.log.complaints, []);
  });

  it("lets go on what Odoo has begun, and counts it", async () => {
    const running = await database.addJob({ plan: { workMs: 60_000 } });
    await database.untilState(running, "started");
    await setState("to upgrade");
    test.runner.lookNow();
    await until("it is paused", () => test.stateOf(database) === "paused");
    const waiting = await database.addJob();

    scene.odoo.workers.finish({ database: database.name, uuid: running });
    await database.untilState(running, "done");
    const state = await database.state(waiting);
    await setState("installed");

    await database.untilState(waiting, "done");
    assertEquals(state, "pending");
    assertEquals(scene.runsOf(database, [running, waiting]), ONCE);
  });
});
