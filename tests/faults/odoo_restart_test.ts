import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import type { JobAddress } from "../../scripts/demo/stand_in_protocol.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { HastyClock } from "../support/fault_scene.ts";
import { TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

const WORKERS = 4;
/** After this more jobs may wait, though Odoo begins with none. */
const STEP_MS = 5_000;
const LONG = { plan: { workMs: 600_000 } };

describe("an Odoo that is stopped and started again", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let test: TestRunner;
  let arrived: string[];
  /** Jobs end as soon as they have begun. */
  let isFast: boolean;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
  });
  afterEach(async () => {
    await test.stop();
    await odoo.stop();
  });
  afterAll(() => postgres.stop());

  async function startOdoo(port = 0): Promise<void> {
    arrived = [];
    isFast = false;
    odoo = await StandInOdoo.start({
      ...{ generation: generationNamed("16.0"), server: postgres.server, workers: WORKERS, port },
      onArrival: ({ uuid }) => arrived.push(uuid),
      onWorking: (job) => isFast && odoo.workers.finish(job),
    });
  }

  function finishAll(jobs: readonly JobAddress[]): void {
    isFast = true;
    for (const job of jobs) odoo.workers.finish(job);
  }

  it("gets no job while down; then a few, in order, and more as it begins with them", async () => {
    await startOdoo();
    const { port } = odoo;
    const database = await postgres.database("16.0");
    const clock = new HastyClock({ [STEP_MS]: 600_000 });
    // The longest waits that there are.
    const options = { databases: [database], port, channels: "root:200", clock, random: () => 1 };
    test = TestRunner.start(postgres, options);
    await test.untilReady(database);
    const inFlight = await database.addJobs(LONG, LONG);
    const working = () => odoo.requests.all().filter((it) => it.working === 1).length;
    await until("both work", () => working() === 2);

    await odoo.stop();
    const uuids = await database.addJobs(...Array.from({ length: 200 }, () => LONG));
    await test.log.until("Odoo is away");
    await until(
      "nothing is in our hands",
      async () => (await database.counts())["pending"] === 200,
    );
    await startOdoo(port);
    const upMs = performance.now();
    await until("a job arrives", () => arrived.length > 0);
    const backMs = performance.now() - upMs;

    // A limit of 4, and one more for each of the 4 that a worker is free for.
    await until("all workers work", () => working() === WORKERS);
    await until("8 wait", () => {
      return arrived.length === 3 * WORKERS && test.runner.status.odoo.waiting === 2 * WORKERS;
    });
    const first = arrived.toSorted();
    finishAll(uuids.map((uuid) => ({ database: database.name, uuid })));
    await until("all are done", async () => (await database.counts())["done"] === 200, 30_000);

    assertEquals(first, uuids.slice(0, 3 * WORKERS).toSorted());
    assertEquals(backMs < 5_000, true, `${backMs} ms`);
    const runs = odoo.requests.all().map((it) => `${it.arrivals} ${it.runs}`);
    assertEquals([runs.length, new Set(runs)], [200, new Set(["1 1"])]);
    // Nobody can know of those that were in its workers.
    assertEquals(await Promise.all(inFlight.map((it) => database.state(it))), [
      "started",
      "started",
    ]);
    assertEquals(test.log.countOf("Odoo is away"), 1);
    assertEquals(test.runner.status.odoo.waiting, 0);
  });
});
