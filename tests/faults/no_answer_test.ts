import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** How long a job waits whose request had no answer, and until the next search for lost ones. */
const GRACE_MS = 10_000;

for (const generation of ["8.0", "16.0"]) {
  describe(`a request to Odoo ${generation} whose connection ends without an answer`, () => {
    const isGuarded = generation !== "8.0";
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

    async function start(): Promise<void> {
      database = await scene.postgres.database(generation);
      test = scene.run([database], {
        clock: new HastyClock({ [GRACE_MS]: 300 }),
      });
      await test.untilReady(database);
    }

    /** The request for a job vanishes on its way, and its connection is cut. */
    function eatRequestsFor(uuid: string): void {
      scene.toOdoo.filter = ({ isRequest, bytes, link }) => {
        if (!isRequest || !bytes.includes(uuid)) return bytes;
        scene.toOdoo.filter = null;
        link.cut({ withReset: true });
        return null;
      };
    }

    it("has its job run once, if Odoo had begun with it", async () => {
      await start();
      const uuid = await database.addJob({ plan: { workMs: 60_000 } });
      await until("it works", () => scene.requestsOf(database, uuid).working === 1);

      scene.toOdoo.cut({ withReset: true });
      await test.log.until("got no answer");
      // After it the grace would be over as well.
      const after = await database.addJob({ etaInMs: 600 });
      await database.untilState(after, "done");
      scene.odoo.workers.finish({ database: database.name, uuid });

      await database.untilAll("done");
      assertEquals(scene.runsOf(database, [uuid, after]), ONCE);
    });

    it(
      isGuarded
        ? "has its job asked for again after a grace"
        : "leaves its job stranded, and says so",
      async () => {
        await start();
        const uuid = "5a0c3d7e-6f0a-4b6e-9a39-0d9d8a1f5b11";
        eatRequestsFor(uuid);
        const sinceMs = performance.now();
        await database.addJob({ uuid });
        await test.log.until("got no answer");

        if (isGuarded) {
          await database.untilState(uuid, "done");
          assertEquals(performance.now() - sinceMs >= 300, true, "there is a grace");
        } else {
          await test.log.until("is stranded");
          const after = await database.addJob({ etaInMs: 600 });
          await database.untilState(after, "done");
          assertEquals(await database.state(uuid), "enqueued");
          // As the log advises.
          await database.sql`update queue_job set state = 'pending' where uuid = ${uuid}`;
          await database.untilState(uuid, "done");
        }
        assertEquals(scene.runsOf(database, [uuid]), ONCE);
      },
    );
  });
}
