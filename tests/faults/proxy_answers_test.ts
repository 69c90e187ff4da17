import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import type { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** How long a job waits whose request had no answer, and until the next search for lost ones. */
const GRACE_MS = 10_000;

describe("a proxy's answer for Odoo", () => {
  let scene: FaultScene;
  let database: TestDatabase;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  beforeEach(async () => {
    database = await scene.postgres.database("16.0");
    test = scene.run([database], { clock: new HastyClock({ [GRACE_MS]: 300 }) });
    await test.untilReady(database);
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  /** A proxy whose Odoo is away answers every request by itself. */
  function answer(status: number): void {
    scene.toOdoo.filter = ({ isRequest, bytes, link }) => {
      if (!isRequest) return bytes;
      link.answer(
        Buffer.from(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
      );
      return null;
    };
  }

  for (const status of [502, 503]) {
    it(`${status} closes the gate, and all jobs run once when Odoo is back`, async () => {
      answer(status);
      const uuids = await database.addJobs({}, {}, {}, {}, {}, {});
      await test.log.until("Odoo is away");
      await until("nothing is in our hands or asked for", () => !test.runner.status.odoo.open);

      scene.toOdoo.filter = null;

      await test.log.until("Odoo is back");
      await database.untilAll("done");
      assertEquals(scene.runsOf(database, uuids), ONCE);
      assertEquals(test.log.countOf("Odoo is away"), 1);
    });
  }

  it("504 says nothing of the job, which goes on in Odoo and runs once", async () => {
    const uuid = await database.addJob({ plan: { workMs: 60_000 } });
    await until("it works", () => scene.requestsOf(database, uuid).working === 1);

    for (const link of scene.toOdoo.links) {
      link.answer(Buffer.from("HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n"));
    }
    await test.log.until("proxy_read_timeout");
    const after = await database.addJob({ etaInMs: 600 });
    await database.untilState(after, "done");
    const state = await database.state(uuid);
    scene.odoo.workers.finish({ database: database.name, uuid });

    await database.untilAll("done");
    assertEquals(state, "started");
    assertEquals(scene.runsOf(database, [uuid, after]), ONCE);
  });

  it("504 for a request that never arrived has the job asked for again", async () => {
    answer(504);
    const uuid = await database.addJob();
    await test.log.until("proxy_read_timeout");

    scene.toOdoo.filter = null;

    await database.untilState(uuid, "done");
    assertEquals(scene.runsOf(database, [uuid]), ONCE);
    assertEquals(test.runner.status.odoo.open, true);
  });
});
