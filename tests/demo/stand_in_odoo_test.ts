import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import process from "node:process";
import type { NewJob } from "../../scripts/demo/odoo_jobs.ts";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo, type StandInOptions } from "../../scripts/demo/stand_in_odoo.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";
import { type Answer, get } from "./ask.ts";

/** Long enough to be in the middle of it; the tests end such jobs themselves. */
const LONG: NewJob = { state: "enqueued", plan: { workMs: 600_000 } };

/** A stand-in with its database, and what a runner would ask it for. */
class Stand {
  constructor(readonly odoo: StandInOdoo, readonly database: TestDatabase) {}

  ask(
    uuid: string,
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<Answer> {
    const path = this.database.generation.runPath;
    return get(this.odoo, `${path}?db=${this.database.name}&job_uuid=${uuid}`, headers, signal);
  }

  /** Adds an enqueued job and asks for it; answers when a worker is at work on it. */
  async begin(): Promise<{ readonly uuid: string; readonly answer: Promise<Answer> }> {
    const uuid = await this.database.addJob(LONG);
    const answer = this.ask(uuid);
    await until("it works", () => this.requests(uuid).working === 1);
    return { uuid, answer };
  }

  requests(uuid: string) {
    return this.odoo.requests.of(this.#job(uuid));
  }

  finish(uuid: string): void {
    this.odoo.workers.finish(this.#job(uuid));
  }

  workerOf(uuid: string): number {
    return this.odoo.workers.processIdOf(this.#job(uuid)) ?? 0;
  }

  #job(uuid: string) {
    return { database: this.database.name, uuid };
  }
}

let postgres: TestPostgres;

/** Runs a test with a stand-in of its own, and stops it however the test ends. */
async function withOdoo(
  generation: string,
  options: Partial<StandInOptions>,
  test: (stand: Stand) => Promise<void>,
): Promise<void> {
  const database = await postgres.database(generation);
  const odoo = await StandInOdoo.start({
    generation: generationNamed(generation),
    server: postgres.server,
    workers: 2,
    hasManyDatabases: false,
    ...options,
  });
  try {
    await test(new Stand(odoo, database));
  } finally {
    await odoo.stop();
  }
}

describe("StandInOdoo", () => {
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  });
  afterAll(() => postgres.stop());

  for (const generation of ["8.0", "10.0", "12.0", "16.0", "16.0-2025"]) {
    it(`runs an enqueued job as Odoo ${generation} does`, () =>
      withOdoo(generation, {}, async (stand) => {
        const [done = "", failed = "", retried = "", pending = ""] = await stand.database.addJobs(
          { state: "enqueued" },
          { state: "enqueued", plan: { outcome: "failed" } },
          { state: "enqueued", plan: { retries: 1, retryInMs: 60_000 } },
          { state: "pending" },
        );
        const answers: Answer[] = [];
        for (const uuid of [done, failed, retried, pending, "unknown"]) {
          answers.push(await stand.ask(uuid));
        }

        assertEquals(answers.map(({ status }) => status), [200, 500, 200, 200, 200]);
        assertEquals(answers[0]?.body, "");
        assertEquals((await stand.database.row(done))["state"], "done");
        assert((await stand.database.row(done))["date_done"] !== null);
        assertStringIncludes(String((await stand.database.row(failed))["exc_info"]), "UserError");
        const { state, retry, eta, date_enqueued } = await stand.database.row(retried);
        assertEquals([state, retry, date_enqueued], ["pending", 1, null]);
        assert(eta !== null);
        assertEquals((await stand.database.row(pending))["state"], "pending");
        assertEquals(stand.requests(pending).runs, 0);
      }));
  }

  it("lets the job's row alone while the job works, but for `started`", () =>
    withOdoo("16.0-2025", {}, async (stand) => {
      const { uuid, answer } = await stand.begin();
      const free = await stand.database.sql`select 1 from queue_job for update skip locked`;
      const locks = await stand.database.sql`
        select 1 from queue_job_lock for no key update skip locked`;
      const { state } = await stand.database.row(uuid);
      stand.finish(uuid);
      await answer;

      assertEquals([state, free.length, locks.length], ["started", 1, 0]);
      assertEquals((await stand.database.sql`select 1 from queue_job_lock`).length, 1);
    }));

  it("makes a second request wait for the first to have started it, with a row lock", () =>
    withOdoo("16.0", {}, async (stand) => {
      const { uuid, answer } = await stand.begin();

      const second = await stand.ask(uuid);

      assertEquals(second.status, 200);
      const { arrivals, maxOpen, runs } = stand.requests(uuid);
      assertEquals([arrivals, maxOpen, runs], [2, 2, 1]);
      stand.finish(uuid);
      assertEquals((await answer).status, 200);
    }));

  it("answers at once when another transaction holds the row, from 2025 on", () =>
    withOdoo("16.0-2025", {}, async (stand) => {
      const uuid = await stand.database.addJob({ state: "enqueued" });

      const answer = await stand.database.sql.begin(async (sql) => {
        await sql`select 1 from queue_job where uuid = ${uuid} for update`;
        return await stand.ask(uuid);
      });

      assertEquals(answer.status, 200);
      assertEquals(await stand.database.state(uuid), "enqueued");
    }));

  it("closes the connection without a byte when a worker dies, and replaces it", () =>
    withOdoo("16.0-2025", { workers: 1 }, async (stand) => {
      const { uuid, answer } = await stand.begin();
      const next = await stand.database.addJob({ state: "enqueued" });
      process.kill(stand.workerOf(uuid), "SIGKILL");

      assertEquals((await answer).status, null);
      assertEquals(await stand.database.state(uuid), "started");
      assertEquals((await stand.ask(next)).status, 200);
      assertEquals(await stand.database.state(next), "done");
    }));

  it("fails a job whose connection was terminated, as Odoo does", () =>
    withOdoo("12.0", {}, async (stand) => {
      const { uuid, answer } = await stand.begin();
      await stand.database.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name like 'stand-in Odoo%' and datname = current_database()`;

      assertEquals((await answer).status, 500);
      const { state, exc_info } = await stand.database.row(uuid);
      assertEquals(state, "failed");
      assertStringIncludes(String(exc_info), "OperationalError");
    }));

  it("lets requests beyond its workers wait in order", () =>
    withOdoo("16.0", { workers: 1 }, async (stand) => {
      const first = await stand.begin();
      const order: string[] = [];
      const waiting = await stand.database.addJobs({ state: "enqueued" }, { state: "enqueued" });
      const answers = [];
      for (const [index, uuid] of waiting.entries()) {
        answers.push(stand.ask(uuid).then(() => order.push(uuid)));
        await until("it has arrived", () => stand.odoo.requests.all().length === index + 2);
      }
      assertEquals(await stand.database.state(waiting[0] ?? ""), "enqueued");

      stand.finish(first.uuid);
      await Promise.all([first.answer, ...answers]);

      assertEquals(order, waiting);
    }));

  it("goes on with a job whose client has left", () =>
    withOdoo("16.0", {}, async (stand) => {
      const uuid = await stand.database.addJob(LONG);
      const client = new AbortController();
      const answer = stand.ask(uuid, {}, client.signal);
      await until("it works", () => stand.requests(uuid).working === 1);

      client.abort();
      assertEquals((await answer).status, null);
      await until("it is closed", () => stand.requests(uuid).open === 0);
      stand.finish(uuid);

      await stand.database.untilState(uuid, "done");
    }));
});

describe("StandInOdoo, before a job", () => {
  beforeAll(async () => {
    postgres = await TestPostgres.start();
  });
  afterAll(() => postgres.stop());

  it("wants a session on 10.0 when it serves several databases", () =>
    withOdoo("10.0", { hasManyDatabases: true }, async (stand) => {
      const uuid = await stand.database.addJob({ state: "enqueued" });
      assertEquals((await stand.ask(uuid)).status, 404);

      const { cookie } = await get(stand.odoo, "/queue_job/session");
      assertEquals((await stand.ask(uuid, { cookie: cookie ?? "" })).status, 200);
      assertEquals(await stand.database.state(uuid), "done");
    }));

  it("wants a session of the very database on 9.0", () =>
    withOdoo("9.0", { hasManyDatabases: true }, async (stand) => {
      const uuid = await stand.database.addJob({ state: "enqueued" });
      const other = await get(stand.odoo, "/web/login?db=other");
      const own = await get(stand.odoo, `/web/login?db=${stand.database.name}`);

      assertEquals((await stand.ask(uuid, { cookie: other.cookie ?? "" })).status, 404);
      assertEquals((await stand.ask(uuid, { cookie: own.cookie ?? "" })).status, 200);
    }));

  it("wants no session from 13.0 on", () =>
    withOdoo("13.0", { hasManyDatabases: true }, async (stand) => {
      const uuid = await stand.database.addJob({ state: "enqueued" });

      assertEquals((await stand.ask(uuid)).status, 200);
      assertEquals(await stand.database.state(uuid), "done");
    }));

  it("does not find the path when the add-on is not server-wide", () =>
    withOdoo("16.0", { isServerWide: false }, async (stand) => {
      assertEquals((await stand.ask("any")).status, 404);
    }));

  it("answers 200 and does nothing for a database it does not serve", () =>
    withOdoo("16.0", { servesDatabase: () => false }, async (stand) => {
      const uuid = await stand.database.addJob({ state: "enqueued" });

      assertEquals((await stand.ask(uuid)).status, 200);
      assertEquals(await stand.database.state(uuid), "enqueued");
    }));

  it("asks for a password like a proxy", () =>
    withOdoo("16.0", { basicAuth: { user: "proxy", password: "geheim" } }, async (stand) => {
      const authorization = `Basic ${btoa("proxy:geheim")}`;

      assertEquals((await stand.ask("any")).status, 401);
      assertEquals((await stand.ask("any", { authorization })).status, 200);
    }));
});
