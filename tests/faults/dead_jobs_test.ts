import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { Recorder } from "../../src/metrics/recorder.ts";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** How often lost jobs are looked for elsewhere. */
const SEARCH_MS = 10_000;

for (const generation of ["10.0", "12.0", "16.0-2025"]) {
  describe(`jobs of Odoo ${generation} that an earlier runner and dead workers have left`, () => {
    const isGuarded = generation !== "10.0";
    const hasLocks = generation === "16.0-2025";
    let scene: FaultScene;
    let database: TestDatabase;
    let test: TestRunner;
    let recorder: Recorder;

    beforeAll(async () => {
      scene = await FaultScene.start(generation);
    });
    afterEach(async () => {
      await test.stop();
      await scene.calm();
    });
    afterAll(() => scene.stop());

    async function leave(state: string): Promise<string> {
      const uuid = await database.addJob({ state });
      await database.sql`
        update queue_job set date_enqueued = now() at time zone 'utc' - interval '3 hours',
          date_started = case when state = 'started'
            then now() at time zone 'utc' - interval '3 hours' end
        where uuid = ${uuid}`;
      return uuid;
    }

    function run(requeueStartedAfterMs: number | null): void {
      const clock = new HastyClock({ [SEARCH_MS]: 50 });
      recorder = new Recorder();
      test = scene.run([database], { clock, requeueStartedAfterMs, meter: recorder });
    }

    function shown() {
      const database = test.runner.status.databases[0];
      return [database?.stranded, database?.suspectedDead]
        .map((it) => it?.oldest.map(({ uuid }) => uuid) ?? []);
    }

    it("are run again where that is known to be right, and else shown", async () => {
      database = await scene.postgres.database(generation);
      const enqueued = await leave("enqueued");
      const started = await leave("started");

      run(null);

      const left = [isGuarded ? [] : [enqueued], hasLocks ? [] : [started]];
      if (isGuarded) await database.untilState(enqueued, "done");
      if (hasLocks) await database.untilState(started, "done");
      await until("what is left is shown", () => JSON.stringify(shown()) === JSON.stringify(left));
      assertEquals(recorder.deadJobs.total, 2 - left.flat().length);
      if (!isGuarded) {
        await test.log.until(`job ${enqueued} is stranded`);
        assertEquals(test.runner.status.databases[0]!.stranded.count, 1);
        assertEquals(await database.state(enqueued), "enqueued");
      }
      if (!hasLocks) {
        const [{ ageMs } = { ageMs: 0 }] = test.runner.status.databases[0]!.suspectedDead.oldest;
        assertEquals(Math.floor(ageMs! / 3_600_000), 3);
        assertEquals(await database.state(started), "started");
      }
      assertEquals(test.log.countOf("are stranded") + test.log.countOf("is stranded"), +!isGuarded);
      // A user decides.
      await database.sql`update queue_job set state = 'pending' where state <> 'done'`;
      await database.untilAll("done");
      assertEquals(scene.runsOf(database, [enqueued, started]), ONCE);
      await until("nothing is shown any more", () => shown().flat().length === 0);
    });

    it("are run again, or else shown, when no row says since when they stand so", async () => {
      database = await scene.postgres.database(generation);
      const [enqueued = "", started = ""] = await database.addJobs(
        ...["enqueued", "started"].map((state) => ({ state })),
      );
      await database.sql`update queue_job set date_enqueued = null, date_started = null`;

      run(null);

      const left = JSON.stringify([isGuarded ? [] : [enqueued], [started]]);
      if (isGuarded) await database.untilState(enqueued, "done");
      await until("what is left is shown", () => JSON.stringify(shown()) === left);
      assertEquals(await database.state(started), "started");
    });

    it("are run again by those who know their time limits, never while asked for", async () => {
      database = await scene.postgres.database(generation);
      const started = await leave("started");
      run(7_200_000);
      const asked = await database.addJob({ plan: { workMs: 60_000 } });
      await until("it works", () => scene.requestsOf(database, asked).working === 1);
      await database.sql`
        update queue_job set date_started = date_started - interval '3 hours'
        where uuid = ${asked}`;

      await database.untilState(started, "done");
      await test.log.until(`job ${started} was found dead`);
      const others = await database.addJobs({}, {});
      for (const uuid of others) await database.untilState(uuid, "done");
      scene.odoo.workers.finish({ database: database.name, uuid: asked });

      await database.untilAll("done");
      assertEquals(scene.runsOf(database, [started, asked, ...others]), ONCE);
      // One try that was lost, and one that was not.
      assertEquals((await database.row(started))["retry"], 2);
      assertStringIncludes(test.log.complaints.join("\n"), started);
      assertEquals(test.log.countOf(`job ${asked} was found dead`), 0);
    });
  });
}
