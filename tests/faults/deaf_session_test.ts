import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import { deaf } from "../support/postgres_wire.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const CURE = "connect straight to PostgreSQL (--db-host, --db-port)";

describe("a connection on which LISTEN does not work", () => {
  let scene: FaultScene;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  it("is found out before anything is taken, and said once with its cure", async () => {
    const database = await scene.postgres.database("16.0");
    const uuid = await database.addJob();
    scene.toPostgres.filter = deaf();
    const before = scene.toPostgres.connectionCount;
    test = scene.run([database]);

    await test.log.until(CURE);
    await until("it was tried again", () => scene.toPostgres.connectionCount >= before + 3);
    const phase = test.runner.status.phase;
    const state = await database.state(uuid);
    scene.toPostgres.filter = null;

    await database.untilAll("done");
    assertEquals([phase, state], ["starting", "pending"]);
    assertEquals(test.log.countOf(CURE), 1);
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
  });

  it("is polled where the runner is the only one, and said once", async () => {
    const database = await scene.postgres.database("16.0");
    const deafOne = await scene.postgres.database("16.0");
    scene.toPostgres.filter = deaf((link) => link.opening.includes(`\0${deafOne.name}\0`));
    test = scene.run([database, deafOne], { pollIntervalMs: 50 });

    await test.untilReady(database, deafOne);
    const [first, later] = await deafOne.addJobs({}, { etaInMs: 200 });
    await deafOne.untilAll("done");
    const reasons = test.runner.status.databases.map(({ name, reason }) => {
      return [name, reason?.replace(/: .*/, "") ?? null];
    });

    assertEquals(Object.fromEntries(reasons), {
      [database.name]: null,
      [deafOne.name]: "its jobs are read every 0.05 s",
    });
    assertEquals(test.log.countOf(CURE), 1);
    assertEquals(test.stateOf(deafOne), "ready");
    assertEquals(scene.runsOf(deafOne, [first!, later!]), ONCE);
  });

  it("is found out when it becomes deaf, by its database alone", async () => {
    const database = await scene.postgres.database("16.0");
    const other = await scene.postgres.database("16.0");
    test = scene.run([database, other]);
    await test.untilReady(database, other);
    await test.log.until("database connections ready");

    scene.toPostgres.filter = deaf((link) => link.opening.includes(`\0${database.name}\0`));
    const unheard = await database.addJob();
    await test.log.until(CURE);
    const before = scene.toPostgres.connectionCount;
    const served = await other.addJob();
    await other.untilState(served, "done");
    await until("it was tried again", () => scene.toPostgres.connectionCount >= before + 2);
    const status = test.runner.status.databases.find((it) => it.name === database.name);
    scene.toPostgres.filter = null;

    await database.untilState(unheard, "done");
    assertEquals(status?.reason?.includes(CURE) ?? false, true);
    assertEquals(test.log.complaints.map((it) => it.includes(CURE)), [true]);
    assertEquals(test.stateOf(other), "ready");
    assertEquals(scene.runsOf(database, [unheard]), ONCE);
  });
});
