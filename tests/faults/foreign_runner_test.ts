import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { get } from "../demo/ask.ts";
import { FaultScene, HastyClock } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** What is a minute elsewhere. */
const QUIET_MS = 1_500;

for (const generation of ["10.0", "12.0", "16.0"]) {
  describe(`a stock runner at work beside ours on Odoo ${generation}`, () => {
    let scene: FaultScene;
    let database: TestDatabase;
    let test: TestRunner;

    beforeAll(async () => {
      scene = await FaultScene.start(generation);
    });
    afterEach(async () => {
      await test.stop();
      await scene.calm();
    });
    afterAll(() => scene.stop());

    /** As the stock runner does it: without looking, and without a lock. */
    async function enqueue(uuid: string): Promise<void> {
      await database.sql`
        update queue_job
        set state = 'enqueued', date_enqueued = date_trunc('seconds', now() at time zone 'utc')
        where uuid = ${uuid}`;
    }

    it("is noticed, left alone until it is quiet, and its jobs run once", async () => {
      database = await scene.postgres.database(generation);
      // The search for lost jobs is at work as well, and would find them.
      test = scene.run([database], { clock: new HastyClock({ 60_000: QUIET_MS, 10_000: 50 }) });
      await test.untilReady(database);
      const [first, second] = await database.addJobs({ etaInMs: 60_000 }, { etaInMs: 60_000 });

      await enqueue(first!);
      await test.log.until("another job runner is at work");
      await enqueue(second!);
      await database.sql`
        update queue_job set date_enqueued = date_enqueued - interval '1 hour'
        where uuid = ${first!}`;
      const own = await database.addJob();
      await until("it is shown", () => test.stateOf(database) === "foreign");
      await get(scene.odoo, path(first!), await cookie());
      const stateMeanwhile = [await database.state(own), await database.state(second!)];

      assertStringIncludes(test.runner.status.databases[0]!.reason ?? "", "another job runner");
      assertEquals(stateMeanwhile, ["pending", "enqueued"]);
      assertEquals(test.log.countOf("another job runner is at work"), 1);
      assertStringIncludes(test.log.complaints.join(), "ODOO_QUEUE_JOB_CHANNELS=root:0");
      await database.untilState(own, "done");
      assertEquals(await database.state(first!), "done");
      assertEquals(scene.runsOf(database, [first!, own]), ["1 run, 1 open"]);
      assertEquals(test.log.countOf("the other job runner has been quiet"), 1);
    });

    function path(uuid: string): string {
      return `${database.generation.runPath}?db=${database.name}&job_uuid=${uuid}`;
    }

    async function cookie(): Promise<Record<string, string>> {
      const { sessionPath } = database.generation;
      if (sessionPath === null) return {};
      return { cookie: (await get(scene.odoo, sessionPath)).cookie ?? "" };
    }
  });
}
