import { assert, assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { DEADLINE_MS, FaultScene, HEARTBEAT_MS, LEADER, ONCE } from "../support/fault_scene.ts";
import type { ProxiedLink } from "../../scripts/faults/tcp_proxy.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** For a loaded machine. */
const LATE_MS = 1_000;

describe("a connection to PostgreSQL that was dropped without a word", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    test = scene.run([database]);
    await test.untilReady(database);
    await test.log.until("database connections ready");
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  /** Answers how long it takes until it is noticed. */
  async function swallow(links: readonly ProxiedLink[]): Promise<number> {
    const sinceMs = performance.now();
    scene.toPostgres.swallow(links);
    await test.log.until("the link is dead");
    return performance.now() - sinceMs;
  }

  it("is noticed by the heartbeat, and the jobs made meanwhile run", async () => {
    const working = await database.addJob({ plan: { workMs: 60_000 } });
    await until("it works", () => scene.requestsOf(database, working).working === 1);

    const noticed = swallow(scene.linksTo(database));
    const gap = await database.addJobs({}, {}, {}, {});
    const noticedMs = await noticed;
    for (const uuid of gap) await database.untilState(uuid, "done");
    scene.odoo.workers.finish({ database: database.name, uuid: working });

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, [working, ...gap]), ONCE);
    assert(noticedMs < HEARTBEAT_MS + DEADLINE_MS + LATE_MS, `noticed after ${noticedMs} ms`);
    // The leader's and the database's: the ghost that held the lock was terminated.
    await until("the ghost is gone", async () => await scene.postgres.backends() === 2);
    assertEquals(test.log.countOf("trying again"), 1);
  });

  it("is noticed when it is the leader's, and the same runner leads again", async () => {
    const noticed = swallow(scene.linksTo(LEADER));
    const uuids = await database.addJobs({}, {}, {}, {});
    const noticedMs = await noticed;
    await test.log.until("no longer leads");
    await test.untilReady(database);
    uuids.push(await database.addJob());

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, uuids), ONCE);
    assert(noticedMs < HEARTBEAT_MS + DEADLINE_MS + LATE_MS, `noticed after ${noticedMs} ms`);
    await until("the ghost is gone", async () => await scene.postgres.backends() === 2);
    assertEquals(test.log.countOf("standing by"), 0);
  });

  it("is survived by all connections at once, in the middle of work", async () => {
    const uuids = await database.addJobs(...Array(40).fill({ plan: { workMs: 5 } }));
    await until("some are done", async () => ((await database.counts())["done"] ?? 0) > 5);

    await swallow([...scene.toPostgres.links]);
    uuids.push(...await database.addJobs({}, {}, {}));

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, uuids), ONCE);
    await until("the ghosts are gone", async () => await scene.postgres.backends() === 2);
  });
});
