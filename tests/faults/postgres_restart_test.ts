import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import process from "node:process";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** Long enough to be tried in vain. */
const DOWN_MS = 1_500;
/** On a loaded machine. */
const RECOVERY_MS = 60_000;

describe("a PostgreSQL that restarts", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;
  let jobs: string[];

  beforeAll(async () => {
    scene = await FaultScene.start("16.0", { isOwn: true });
    const { cluster, admin } = scene.postgres;
    // What is committed is to outlive a crash.
    await admin.unsafe(`alter role "${cluster.user}" set synchronous_commit = on`);
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    test = scene.run([database]);
    await test.untilReady(database);
    jobs = await database.addJobs({}, {}, ...inASecond(1), ...inASecond(4));
    for (const uuid of jobs.slice(0, 2)) await database.untilState(uuid, "done");
    await until("no answer is awaited", () => test.runner.status.inFlight.asked === 0);
    // A client whose backend dies in the middle of a statement may wait for ever.
    await database.release();
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  const inASecond = (count: number) => Array(count * 5).fill({ etaInMs: count * 1_000 });

  /** The server is back, and so are we: all jobs run, those made in between as well. */
  async function assertAllRunOnce(): Promise<void> {
    const { log } = test;
    await until("it leads again", () => log.countOf("runner ready for db") === 2, RECOVERY_MS);
    jobs.push(...await database.addJobs({}, {}));
    await database.untilAll("done");
    assertEquals(scene.runsOf(database, jobs), ONCE);
    assertEquals(log.countOf("no longer leads"), 1);
  }

  it("because one backend has died loses no job and has none run twice", async () => {
    const [row] = await scene.postgres.admin`
      select pid from pg_stat_activity where application_name like 'odoo_jobrunner%'`;

    // The server ends all others and recovers.
    process.kill(Number(row!["pid"]), "SIGKILL");

    await assertAllRunOnce();
  });

  for (const [how, signal] of [["orderly", "SIGINT"], ["crash", "SIGQUIT"]] as const) {
    it(`after an ${how} end and a while loses no job and has none run twice`, async () => {
      await scene.postgres.cluster.restart(signal, DOWN_MS);

      await assertAllRunOnce();
      // What changes from try to try is how the server says no, not that it does.
      assertEquals(new Set(test.log.complaints).size, test.log.complaints.length);
    });
  }
});
