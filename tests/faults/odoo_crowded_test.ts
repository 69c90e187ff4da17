import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { SystemClock, type Timer } from "../../src/clock.ts";
import { TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const CONNECT_TIMEOUT_MS = 4_321;
const WORKERS = 2;
const ROOM = 6;

/** A clock by which connections time out as soon as Odoo's backlog is full. */
class CrowdedClock extends SystemClock {
  room = ROOM;

  override after(delayMs: number, callback: () => void): Timer {
    if (delayMs !== CONNECT_TIMEOUT_MS || this.room-- > 0) return super.after(delayMs, callback);
    queueMicrotask(callback);
    return { cancel: () => {} };
  }
}

describe("capacity beyond Odoo's workers and backlog", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let test: TestRunner;
  let isFast = false;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { server } = postgres;
    odoo = await StandInOdoo.start({
      ...{ generation: generationNamed("16.0"), server, workers: WORKERS },
      onWorking: (job) => isFast && odoo.workers.finish(job),
    });
  });
  afterEach(() => test.stop());
  afterAll(async () => {
    await odoo.stop();
    await postgres.stop();
  });

  it("is said, keeps the gate open, and leaves the jobs for later that find no room", async () => {
    const clock = new CrowdedClock();
    const database = await postgres.database("16.0");
    test = TestRunner.start(postgres, {
      ...{ databases: [database], port: odoo.port, channels: "root:30", clock },
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    });
    await test.untilReady(database);
    const plan = { workMs: 600_000 };
    const add = (length: number) => database.addJobs(...Array.from({ length }, () => ({ plan })));
    const untilWaiting = () =>
      until("all that have room wait", () => test.runner.status.odoo.waiting === ROOM - WORKERS);

    const uuids = await add(ROOM);
    await untilWaiting();
    uuids.push(...await add(30 - ROOM));
    await test.log.until("lets no more requests in");
    await until("all that found no room are pending", async () => {
      return (await database.counts())["pending"] === 30 - ROOM;
    });
    await untilWaiting();
    const { open } = test.runner.status.odoo;

    clock.room = Infinity;
    isFast = true;
    for (const uuid of uuids) odoo.workers.finish({ database: database.name, uuid });
    await database.untilAll("done");

    assertEquals(open, true);
    const runs = odoo.requests.all().map((it) => `${it.arrivals} ${it.runs}`);
    assertEquals([runs.length, new Set(runs)], [30, new Set(["1 1"])]);
    assertEquals(test.log.complaints.length, 1);
    assertStringIncludes(test.log.complaints[0]!, "fewer wait for it at once");
  });
});
