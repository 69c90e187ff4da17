import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import process from "node:process";
import type { Logger } from "../../src/log.ts";
import { type Arrival, TestServer } from "../support/http_server.ts";
import { memoryUse } from "../support/memory_use.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { TestRunner } from "../support/test_runner.ts";
import { until } from "../support/until.ts";

/** By hand alone, as it takes long: how many jobs. */
const JOBS = Number(process.env["JOBS"] ?? 0);
const WARM_UP = 6_000;
const BATCH = 1_000;
const BATCH_MS = 120_000;

const ignore = () => {};
/** As many lines as jobs are not to be kept. */
const SILENT: Logger = {
  ...{ debug: ignore, info: ignore, warning: ignore, error: ignore, critical: ignore },
  isEnabledFor: () => true,
};

/** Makes the jobs of all requests that have come `done` with one statement, then answers them. */
class HastyOdoo {
  readonly #database: TestDatabase;
  #server!: TestServer;
  #arrivals: Arrival[] = [];
  #isBusy = false;

  private constructor(database: TestDatabase) {
    this.#database = database;
  }

  static async start(database: TestDatabase): Promise<HastyOdoo> {
    const odoo = new HastyOdoo(database);
    odoo.#server = await TestServer.onRequest((arrival) => odoo.#take(arrival));
    return odoo;
  }

  get port(): number {
    return this.#server.port;
  }

  stop(): Promise<void> {
    return this.#server.close();
  }

  #take(arrival: Arrival): void {
    this.#server.arrivals.length = 0;
    this.#arrivals.push(arrival);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#arrivals.length > 0) {
      const arrivals = this.#arrivals.splice(0);
      const uuids = arrivals.map((it) =>
        new URL(it.url, "http://odoo").searchParams.get("job_uuid")
      );
      await this.#database.sql`
        update queue_job set state = 'done' where uuid = any(${`{${uuids.join(",")}}`}::text[])`;
      for (const { response } of arrivals) response.end();
    }
    this.#isBusy = false;
  }
}

if (JOBS > 0) {
  describe(`${JOBS} jobs by way of PostgreSQL and HTTP`, () => {
    let postgres: TestPostgres;
    let database: TestDatabase;
    let odoo: HastyOdoo;

    beforeAll(async () => {
      postgres = await TestPostgres.start();
      database = await postgres.database("16.0");
      odoo = await HastyOdoo.start(database);
    });
    afterAll(async () => {
      await odoo.stop();
      await postgres.stop();
    });

    const areDone = async () => {
      const rows = await database.sql`select 1 from queue_job where state <> 'done' limit 1`;
      return rows.length === 0;
    };

    it("leave the process's memory as it was", async () => {
      const test = TestRunner.start(postgres, {
        ...{ databases: [database], port: odoo.port, channels: "root:100" },
        logger: () => SILENT,
      });
      await test.untilReady(database);
      const run = async (count: number) => {
        for (let left = count; left > 0; left -= BATCH) {
          await database.addJobs(...Array.from({ length: Math.min(left, BATCH) }, () => ({})));
          await until("they are done", areDone, BATCH_MS);
        }
        await until("none is known", () => test.runner.status.scheduler.jobs === 0);
      };
      await run(WARM_UP);
      const early = memoryUse();

      await run(JOBS);

      const late = memoryUse();
      await test.stop();
      const { asked } = test.runner.status.inFlight;
      assertEquals([asked, test.clock.openTimers], [0, 0]);
      const figures = JSON.stringify({ early, late });
      assert(late.heapBytes < 1.1 * early.heapBytes, figures);
      assert(late.residentBytes < 1.1 * early.residentBytes, figures);
    });
  });
}
