import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FaultScene, HEARTBEAT_MS, LEADER, ONCE } from "../support/fault_scene.ts";
import type { ProxiedLink } from "../../scripts/faults/tcp_proxy.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

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

  /** Resolves when no statement is on the way: it would be waited for until its deadline. */
  async function untilIdle(links: readonly ProxiedLink[]): Promise<void> {
    let isAsked = false;
    let heardMs = performance.now();
    scene.toPostgres.filter = ({ link, isRequest, bytes }) => {
      if (links.includes(link)) [isAsked, heardMs] = [isRequest, performance.now()];
      return bytes;
    };
    await until("it is idle", () => !isAsked && performance.now() - heardMs > HEARTBEAT_MS / 3);
    scene.toPostgres.filter = null;
  }

  /** Resolves when a heartbeat has told. */
  async function swallow(links: readonly ProxiedLink[]): Promise<void> {
    scene.toPostgres.swallow(links);
    await test.log.until("the link is dead");
  }

  it("is noticed by the heartbeat, and the jobs made meanwhile run", async () => {
    const working = await database.addJob({ plan: { workMs: 60_000 } });
    await until("it works", () => scene.requestsOf(database, working).working === 1);

    await untilIdle(scene.linksTo(database));
    const noticed = swallow(scene.linksTo(database));
    const gap = await database.addJobs({}, {}, {}, {});
    await noticed;
    for (const uuid of gap) await database.untilState(uuid, "done");
    scene.odoo.workers.finish({ database: database.name, uuid: working });

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, [working, ...gap]), ONCE);
    // The leader's and the database's: the ghost that held the lock was terminated.
    await until("the ghost is gone", async () => await scene.postgres.backends() === 2);
    assertEquals(test.log.countOf("trying again"), 1);
  });

  it("is noticed when it is the leader's, and the same runner leads again", async () => {
    await untilIdle(scene.linksTo(LEADER));
    const noticed = swallow(scene.linksTo(LEADER));
    const uuids = await database.addJobs({}, {}, {}, {});
    await noticed;
    await test.log.until("no longer leads");
    await test.untilReady(database);
    uuids.push(await database.addJob());

    await database.untilAll("done");
    assertEquals(scene.runsOf(database, uuids), ONCE);
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
