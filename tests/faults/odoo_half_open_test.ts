import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** How long an answer is awaited when its job is over. */
const LET_GO_MS = 30_000;

describe("a connection to Odoo that was dropped without a word", () => {
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

  it("frees its slot as soon as the job is over, and is let go of later", async () => {
    const database = await scene.postgres.database("16.0");
    test = scene.run([database], {
      channels: "root:1",
      clock: new HastyClock({ [LET_GO_MS]: 200 }),
      discoveryIntervalMs: 60_000,
    });
    await test.untilReady(database);
    const [first, second] = await database.addJobs({ plan: { workMs: 60_000 } }, {});
    await until("it works", () => scene.requestsOf(database, first!).working === 1);

    scene.toOdoo.swallow();
    scene.odoo.workers.finish({ database: database.name, uuid: first! });

    await database.untilAll("done");
    await until("the request is let go", () => test.runner.status.databases[0]!.inFlight === 0);
    assertEquals(scene.runsOf(database, [first!, second!]), ONCE);
    assertEquals(test.log.complaints, []);
  });

  it("is given up at a stop, and its job is not asked for again by the next runner", async () => {
    const database = await scene.postgres.database("16.0");
    test = scene.run([database]);
    await test.untilReady(database);
    const uuid = await database.addJob({ plan: { workMs: 60_000 } });
    await until("it works", () => scene.requestsOf(database, uuid).working === 1);
    scene.toOdoo.swallow();

    await test.stop();
    test = scene.run([database]);
    await test.untilReady(database);
    const next = await database.addJob();
    await database.untilState(next, "done");
    scene.odoo.workers.finish({ database: database.name, uuid });

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, [uuid, next]), ONCE);
  });
});
