import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { InstallOptions } from "../../scripts/demo/odoo_schema.ts";
import type { NewJob } from "../../scripts/demo/odoo_jobs.ts";
import { SystemClock } from "../../src/clock.ts";
import { LedDatabase } from "../support/led_database.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";

const GENERATIONS: readonly [string, InstallOptions?][] = [
  ["8.0", { hasChannelColumn: false }],
  ["8.0"],
  ["10.0"],
  ["12.0"],
  ["16.0"],
];

describe("requeueLost", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  let odoo: TestDatabase;
  let ours: LedDatabase;

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterEach(() => ours?.session.end());
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  async function lead(generation: string, options: InstallOptions = {}): Promise<void> {
    odoo = await server.database(generation, options);
    ours = await LedDatabase.open(odoo, server.connection, clock);
  }

  /** A job that was enqueued some time ago. */
  async function oldJob(seconds: number, job: NewJob & { retry?: number }): Promise<string> {
    const uuid = await odoo.addJob(job);
    await odoo.sql`
      update queue_job set retry = ${job.retry ?? 0},
        date_enqueued = now() at time zone 'utc' - make_interval(secs => ${seconds})
      where uuid = ${uuid}`;
    return uuid;
  }

  /** A job that was enqueued long ago, and has started some time ago. */
  async function startedJob(seconds: number, job: NewJob & { retry?: number } = {}) {
    const uuid = await oldJob(99_999, { state: "started", ...job });
    await odoo.sql`
      update queue_job
      set date_started = now() at time zone 'utc' - make_interval(secs => ${seconds})
      where uuid = ${uuid}`;
    return uuid;
  }

  async function addLock(uuid: string): Promise<void> {
    await odoo.sql`
      insert into queue_job_lock (id, queue_job_id)
      select id, id from queue_job where uuid = ${uuid}`;
  }

  /** A job that is in its state since nobody knows when. */
  async function undatedJob(state: string): Promise<string> {
    const uuid = await odoo.addJob({ state });
    await odoo.sql`
      update queue_job set date_enqueued = null, date_started = null where uuid = ${uuid}`;
    return uuid;
  }

  async function requeue(askedUuids: string[] = [], undatedUuids: string[] = []) {
    const graceMs = 60_000;
    const answer = await ours.run({ kind: "requeueLost", askedUuids, graceMs, undatedUuids });
    return [...answer.uuids].sort();
  }

  describe("where workers hold a lock for each job", () => {
    it("puts back what nobody holds, with or without a row for its lock", async () => {
      await lead("16.0-2025");
      const started = await oldJob(11, { state: "started" });
      await addLock(started);
      const enqueued = await oldJob(11, { state: "enqueued" });

      const uuids = await requeue();

      assertEquals(uuids, [started, enqueued].sort());
      for (const uuid of uuids) {
        const { state, date_enqueued, date_started } = await odoo.row(uuid);
        assertEquals([state, date_enqueued, date_started], ["pending", null, null]);
      }
    });

    it("counts another try for what had started, and none for what had not", async () => {
      await lead("16.0-2025");
      const started = await oldJob(11, { state: "started", retry: 1 });
      const enqueued = await oldJob(11, { state: "enqueued", retry: 1 });

      await requeue();

      assertEquals((await odoo.row(started))["retry"], 2);
      assertEquals((await odoo.row(enqueued))["retry"], 1);
    });

    it("leaves alone what a worker holds", async () => {
      await lead("16.0-2025");
      const alive = await oldJob(600, { state: "started" });
      const dead = await oldJob(600, { state: "started" });
      await addLock(alive);
      await addLock(dead);
      const worker = await odoo.sql.reserve();
      await worker`begin`;
      await worker`
        select from queue_job_lock
        where queue_job_id in (select id from queue_job where uuid = ${alive}) for update`;

      const uuids = await requeue();
      await worker`rollback`;
      worker.release();

      assertEquals(uuids, [dead]);
      assertEquals(await odoo.state(alive), "started");
    });

    it("leaves alone what was enqueued a moment ago, or at no known time", async () => {
      await lead("16.0-2025");
      await oldJob(5, { state: "started" });
      await undatedJob("enqueued");
      const started = await undatedJob("started");

      assertEquals(await requeue([], [started]), []);
    });

    it("puts back what is known to be enqueued for long though without a date", async () => {
      await lead("16.0-2025");
      const [dead, alive] = [await undatedJob("enqueued"), await undatedJob("enqueued")];
      await addLock(dead);
      await addLock(alive);
      const worker = await odoo.sql.reserve();
      await worker`begin`;
      await worker`
        select from queue_job_lock
        where queue_job_id in (select id from queue_job where uuid = ${alive}) for update`;

      const uuids = await requeue([], [dead, alive]);
      await worker`rollback`;
      worker.release();

      assertEquals(uuids, [dead]);
      assertEquals([await odoo.state(dead), await odoo.state(alive)], ["pending", "enqueued"]);
    });

    it("leaves alone what is asked for, and what is over", async () => {
      await lead("16.0-2025");
      const asked = await oldJob(600, { state: "enqueued" });
      for (const state of ["done", "failed", "pending", "cancelled", "wait_dependencies"]) {
        await oldJob(600, { state });
      }

      assertEquals(await requeue([asked]), []);
    });

    it("lets a job fail that has died too often", async () => {
      await lead("16.0-2025");
      const tooOften = await oldJob(11, { state: "started", retry: 4, maxRetries: 3 });
      const once = await oldJob(11, { state: "started", retry: 3, maxRetries: 3 });
      const ever = await oldJob(11, { state: "started", retry: 99, maxRetries: 0 });

      await requeue();

      const { state, exc_name, exc_info, retry } = await odoo.row(tooOften);
      assertEquals([state, exc_name, exc_info, retry], [
        ...["failed", "JobFoundDead", "Job found dead after too many retries", 4],
      ]);
      assertEquals(await odoo.state(once), "pending");
      assertEquals(await odoo.state(ever), "pending");
    });

    it("passes over a row that someone's transaction holds", async () => {
      await lead("16.0-2025");
      const held = await oldJob(11, { state: "enqueued" });
      const transaction = await odoo.sql.reserve();
      await transaction`begin`;
      await transaction`select from queue_job where uuid = ${held} for update`;

      assertEquals(await requeue(), []);
      await transaction`rollback`;
      transaction.release();
    });
  });

  describe("requeueStarted", () => {
    async function requeueStarted(askedUuids: string[] = []): Promise<string[]> {
      const { uuids } = await ours.run({ kind: "requeueStarted", askedUuids, afterMs: 7_200_000 });
      return [...uuids].sort();
    }

    for (const generation of ["8.0", "10.0", "12.0", "16.0"]) {
      it(`puts back in ${generation} what has started long ago and nobody asks for`, async () => {
        await lead(generation);
        const old = await startedJob(7_201, { maxRetries: 3 });
        const often = await startedJob(7_201, { maxRetries: 3, retry: 4 });
        const asked = await startedJob(7_201);
        const young = await startedJob(7_100);
        const waiting = await oldJob(99_999, { state: "enqueued" });

        assertEquals(await requeueStarted([asked]), [old, often].sort());

        const { state, retry, date_enqueued, date_started } = await odoo.row(old);
        assertEquals([state, retry, date_enqueued, date_started], ["pending", 1, null, null]);
        const failed = await odoo.row(often);
        assertEquals([failed["state"], failed["retry"], failed["exc_info"]], [
          ...["failed", 4, "Job found dead after too many retries"],
        ]);
        assertEquals(
          failed["exc_name"],
          odoo.generation.hasExceptionColumns ? "JobFoundDead" : undefined,
        );
        assertEquals(
          [await odoo.state(asked), await odoo.state(young), await odoo.state(waiting)],
          [
            ...["started", "started", "enqueued"],
          ],
        );
      });
    }

    it("passes over a row that a transaction holds", async () => {
      await lead("16.0");
      const held = await startedJob(7_201);
      const transaction = await odoo.sql.reserve();
      await transaction`begin`;
      await transaction`select from queue_job where uuid = ${held} for update`;

      assertEquals(await requeueStarted(), []);
      await transaction`rollback`;
      transaction.release();
    });
  });

  describe("listStuck", () => {
    const all = { kind: "listStuck", graceMs: 20_000, suspectAfterMs: 120_000 } as const;

    for (const [generation, options] of GENERATIONS) {
      it(`lists what may be stranded or dead in ${generation}`, async () => {
        await lead(generation, options);
        const stranded = await oldJob(22, { state: "enqueued" });
        await oldJob(10, { state: "enqueued" });
        const asked = await oldJob(999, { state: "enqueued" });
        const dead = await startedJob(122);
        await startedJob(60);
        const ageless = await undatedJob("started");
        await oldJob(999, { state: "done" });

        const { stuck } = await ours.run({ ...all, askedUuids: [asked] });

        const listed = stuck.map(({ uuid, state, channel, count, sinceMs }) => {
          return [uuid, state, channel, count, sinceMs !== null];
        });
        assertEquals(
          listed.sort(),
          [
            [stranded, "enqueued", "root", 1, true],
            [dead, "started", "root", 2, true],
            [ageless, "started", "root", 2, false],
          ].sort(),
        );
      });
    }

    it("lists beside locks what they tell nothing of", async () => {
      await lead("16.0-2025");
      const stranded = await oldJob(22, { state: "enqueued" });
      const undated = [await undatedJob("enqueued"), await undatedJob("started")];
      await startedJob(999);

      const { stuck } = await ours.run({ ...all, askedUuids: [] });

      assertEquals(stuck.map((it) => it.uuid).sort(), [stranded, ...undated].sort());
    });

    it("lists the oldest twenty, and counts all", async () => {
      await lead("10.0");
      const uuids = [];
      for (let age = 130; age > 100; age--) uuids.push(await oldJob(age, { state: "enqueued" }));

      const { stuck } = await ours.run({ ...all, askedUuids: [] });

      assertEquals(stuck.map((it) => it.uuid), uuids.slice(0, 20));
      assertEquals(stuck[0]?.count, 30);
    });
  });

  for (const generation of ["12.0", "16.0"]) {
    it(`puts back what waits unasked in ${generation}, and never what has started`, async () => {
      await lead(generation);
      const lost = await oldJob(61, { state: "enqueued" });
      const asked = await oldJob(61, { state: "enqueued" });
      await oldJob(59, { state: "enqueued" });
      const started = await oldJob(6_000, { state: "started" });
      const undated = await undatedJob("enqueued");
      await undatedJob("enqueued");

      assertEquals(await requeue([asked], [undated]), [lost, undated].sort());
      assertEquals(await odoo.state(lost), "pending");
      assertEquals(await odoo.state(started), "started");
    });
  }
});
