import { assert, assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

describe("a PostgreSQL that cannot be reached", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;

  const runWith = (patience: { connectTimeoutMs: number }) => {
    const server = { host: "127.0.0.1", port: scene.toPostgres.port };
    return scene.run([database], {
      connection: { ...scene.postgres.connection, ...server, ...patience },
    });
  };

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    test = runWith({ connectTimeoutMs: 5_000 });
    await test.untilReady(database);
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  it("is said once while it refuses connections, and its jobs run when it is back", async () => {
    const uuids = await database.addJobs({}, {}, { etaInMs: 1_000 });
    await database.untilState(uuids[1]!, "done");

    scene.toPostgres.refuse();
    scene.toPostgres.cut({ withReset: true });
    uuids.push(await database.addJob());
    await test.log.until("ECONNREFUSED");
    await until("it is tried again", () => test.runner.status.phase === "starting");
    await scene.toPostgres.accept();

    await database.untilAll("done");
    assertEquals(test.log.countOf("ECONNREFUSED"), 1);
    assertEquals(scene.runsOf(database, uuids), ONCE);
  });

  it("is tried again when it takes connections and never says a word", async () => {
    await test.stop();
    test = runWith({ connectTimeoutMs: 300 });
    await test.untilReady(database);
    const before = scene.toPostgres.connectionCount;
    scene.toPostgres.isSwallowingNew = true;
    scene.toPostgres.swallow();
    const uuid = await database.addJob();
    await until("it was tried twice", () => scene.toPostgres.connectionCount >= before + 2);
    await test.log.until("no answer from the database server within 0.3 s");

    scene.toPostgres.isSwallowingNew = false;

    await database.untilState(uuid, "done");
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
  });

  it("is served without complaint when it is far away", async () => {
    scene.toPostgres.delayMs = 30;

    const uuids = await database.addJobs({}, {}, {});

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, uuids), ONCE);
    assertEquals(test.log.complaints, []);
  });

  it("holds up no stop, whoever waits for it", async () => {
    await test.stop();
    const before = scene.toPostgres.connectionCount;
    scene.toPostgres.isSwallowingNew = true;
    test = runWith({ connectTimeoutMs: 60_000 });
    await until("it is being connected to", () => scene.toPostgres.connectionCount > before);
    const askedMs = test.clock.nowMs();

    await test.stop();

    const tookMs = test.clock.nowMs() - askedMs;
    assert(tookMs < 10_000, `the stop took ${tookMs} ms`);
  });
});
