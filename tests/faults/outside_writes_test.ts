import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** What users and the add-on's cron write, whatever the runner is doing. */
const WRITES: Readonly<Record<string, string>> = {
  "the cron puts it back": `
    update queue_job set state = 'pending', date_enqueued = null, date_started = null
    where uuid = $1 and state = 'enqueued'`,
  "a user requeues it": `
    update queue_job set state = 'pending', date_enqueued = null, date_started = null, retry = 0
    where uuid = $1`,
  "a user sets it done": `update queue_job set state = 'done' where uuid = $1`,
  "a user cancels it": `update queue_job set state = 'cancelled' where uuid = $1`,
  "a user deletes it": `delete from queue_job where uuid = $1`,
};

const DEADLOCK = "40P01";

for (const generation of ["10.0", "12.0", "16.0", "16.0-2025"]) {
  describe(`a job of Odoo ${generation} whose row somebody else writes`, () => {
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

    async function write(sql: string, uuid: string): Promise<void> {
      await database.sql.unsafe(sql, [uuid]);
    }

    /** Jobs that are over, or gone, each with one request at a time, and run once at a time. */
    async function untilOver(uuids: readonly string[]): Promise<void> {
      await until("all jobs are over", async () => {
        const states = Object.keys(await database.counts());
        return states.every((it) => it === "done" || it === "cancelled") &&
          test.runner.status.databases[0]!.inFlight === 0;
      });
      for (const uuid of uuids) {
        const { maxOpen, maxWorking } = scene.requestsOf(database, uuid);
        assertEquals([maxOpen <= 1, maxWorking <= 1], [true, true], `${maxOpen} ${maxWorking}`);
      }
      assertEquals(test.log.countOf("another job runner"), 0);
    }

    async function start(): Promise<void> {
      database = await scene.postgres.database(generation);
      test = scene.run([database], { channels: "root:20" });
      await test.untilReady(database);
    }

    it("is not asked for a second time while its request waits for a worker", async () => {
      await start();
      const busy = await database.addJobs({ plan: { workMs: 60_000 } }, {
        plan: { workMs: 60_000 },
      });
      for (const uuid of busy) {
        await until("it works", () => scene.requestsOf(database, uuid).working === 1);
      }
      const uuids = await database.addJobs(...Object.keys(WRITES).map(() => ({})));
      for (const uuid of uuids) {
        await until("it is asked for", () => scene.requestsOf(database, uuid).open === 1);
      }

      for (const [index, sql] of Object.values(WRITES).entries()) await write(sql, uuids[index]!);
      // What comes after it has been read after it.
      const last = await database.addJob();
      await until("it is asked for", () => scene.requestsOf(database, last).open === 1);
      const arrivals = uuids.map((it) => scene.requestsOf(database, it).arrivals);
      for (const uuid of busy) scene.odoo.workers.finish({ database: database.name, uuid });

      await untilOver([...uuids, ...busy, last]);
      assertEquals(arrivals, [1, 1, 1, 1, 1]);
      const runs = uuids.map((it) => scene.requestsOf(database, it).runs);
      assertEquals(runs, [1, 1, 0, 0, 0]);
    });

    for (const [what, sql] of Object.entries(WRITES)) {
      // Where workers lock their jobs, a DELETE waits for the worker, which then waits for it: one
      // of the two fails.
      const isHeldOff = generation === "16.0-2025" && sql.startsWith("delete");
      it(`is not run a second time while a worker runs it: ${what}`, async () => {
        await start();
        const uuid = await database.addJob({ plan: { workMs: 60_000 } });
        await until("it works", () => scene.requestsOf(database, uuid).working === 1);

        const written = write(sql, uuid);
        if (!isHeldOff) await written;
        const next = await database.addJob();
        await until("the next has run", () => scene.requestsOf(database, next).runs === 1);
        const { arrivals } = scene.requestsOf(database, uuid);
        await database.sql`update stand_in_plan set work_ms = 0 where uuid = ${uuid}`;
        scene.odoo.workers.finish({ database: database.name, uuid });
        await written.catch((error) => assertEquals([isHeldOff, error.code], [true, DEADLOCK]));

        await untilOver([uuid, next]);
        assertEquals(arrivals, 1);
      });
    }
  });
}
