import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import type { NewJob } from "../../scripts/demo/odoo_jobs.ts";
import type { Sql } from "../../scripts/demo/postgres_server.ts";
import type { InstallOptions } from "../../scripts/demo/odoo_schema.ts";
import { SystemClock } from "../../src/clock.ts";
import { changeJobs, type JobChoice } from "../../src/database/requeue.ts";
import { LedDatabase } from "../support/led_database.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

const FAILED: JobChoice = { states: ["failed"], channel: null, olderThanMs: null, uuids: [] };
const GENERATIONS = ["8.0", "10.0", "12.0", "16.0", "16.0-2025"];

describe("changeJobs", () => {
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

  async function open(generation: string, options: InstallOptions = {}): Promise<void> {
    odoo = await server.database(generation, options);
    ours = await LedDatabase.open(odoo, server.connection, clock);
  }

  /** Adds a job and writes columns of it; answers its uuid. */
  async function addJob(job: NewJob, columns: Record<string, unknown> = {}): Promise<string> {
    const uuid = await odoo.addJob(job);
    if (Object.keys(columns).length > 0) {
      await odoo.sql`update queue_job set ${odoo.sql(columns)} where uuid = ${uuid}`;
    }
    return uuid;
  }

  /** A time of Odoo's, so long ago. */
  function ago(seconds: number): string {
    return new Date(Date.now() - seconds * 1000).toISOString().replace("Z", "");
  }

  /** What became of each job, by uuid. */
  async function requeue(
    choice: Partial<JobChoice> = {},
    isDryRun = false,
  ): Promise<Record<string, string>> {
    const outcomes: Record<string, string> = {};
    const { session, generation } = ours;
    const pages = changeJobs(session, generation, {
      ...{ action: "requeue", choice: { ...FAILED, ...choice }, isDryRun },
    });
    for await (const page of pages) {
      for (const { uuid, outcome } of page) outcomes[uuid] = outcome;
    }
    return outcomes;
  }

  async function addLock(uuid: string): Promise<void> {
    await odoo.sql`
      insert into queue_job_lock (id, queue_job_id)
      select id, id from queue_job where uuid = ${uuid}`;
  }

  /** Does something while a transaction of someone else holds what a statement locks. */
  async function whileHeld<T>(
    lock: string,
    uuid: string,
    act: (transaction: Sql) => Promise<T>,
  ): Promise<T> {
    const transaction = await odoo.sql.reserve();
    await transaction`begin`;
    await transaction.unsafe(lock, [uuid]);
    try {
      return await act(transaction);
    } finally {
      await transaction`rollback`;
      transaction.release();
    }
  }

  for (const generation of GENERATIONS) {
    it(`makes a failed job of ${generation} as new, and touches no other`, async () => {
      await open(generation);
      const { columns } = ours.generation;
      const spent = {
        ...{ exc_info: "Traceback", exc_name: "Error", exc_message: "no", worker_pid: 7 },
        ...{ date_enqueued: ago(9), date_started: ago(8), date_done: ago(7), retry: 5 },
        date_cancelled: ago(7),
      };
      const known = Object.fromEntries(Object.entries(spent).filter(([it]) => columns.has(it)));
      const failed = await addJob({ state: "failed" }, known);
      const others = [];
      for (const state of ["pending", "enqueued", "started", "done"]) {
        others.push(await addJob({ state }, { retry: 1 }));
      }
      const before = await Promise.all(others.map((it) => odoo.row(it)));

      assertEquals(await requeue(), { [failed]: "changed" });

      const row = await odoo.row(failed);
      assertEquals([row["state"], row["retry"]], ["pending", 0]);
      const left = Object.keys(known).filter((it) => it !== "retry" && row[it] !== null);
      assertEquals(left, []);
      assertEquals(await Promise.all(others.map((it) => odoo.row(it))), before);
    });

    it(`chooses by channel, with or without root, in ${generation}`, async () => {
      await open(generation);
      const failed = (channel: string | null) => addJob({ channel, state: "failed" });
      const mail = [await failed("mail"), await failed("root.mail")];
      const root = [await failed(null), await failed("root"), await failed("")];
      await failed("mail.bulk");

      const outcomes = await requeue({ channel: "root.mail" });
      const ofRoot = await requeue({ channel: "root" });

      assertEquals(Object.keys(outcomes), mail);
      assertEquals(Object.keys(ofRoot), root);
    });

    it(`counts the age from when a job came into its state, in ${generation}`, async () => {
      await open(generation);
      const old = { date_enqueued: ago(120), date_started: ago(110), date_done: null };
      const wanted = [
        await addJob({ state: "failed" }, { ...old, date_done: ago(61) }),
        await addJob({ state: "failed" }, {
          ...{ date_enqueued: null, date_started: null, date_created: ago(61) },
        }),
        await addJob({ state: "enqueued" }, { date_enqueued: ago(61), date_started: null }),
        await addJob({ state: "started" }, { date_enqueued: ago(120), date_started: ago(61) }),
        await addJob({ state: "started" }, { date_enqueued: ago(61), date_started: null }),
      ];
      await addJob({ state: "failed" }, { ...old, date_done: ago(50) });
      await addJob({ state: "enqueued" }, { date_enqueued: ago(50), date_created: ago(120) });
      await addJob({ state: "enqueued" }, { date_enqueued: null, date_created: ago(120) });
      await addJob({ state: "started" }, { date_enqueued: ago(120), date_started: ago(50) });
      await addJob({ state: "started" }, { date_enqueued: null, date_started: null });

      const outcomes = await requeue({
        states: ["enqueued", "started", "failed"],
        olderThanMs: 60_000,
      });

      assertEquals(Object.keys(outcomes), wanted);
    });
  }

  it("serves an 8.0 without a column for channels, where a cancelled job stays so", async () => {
    await open("8.0", { hasChannelColumn: false });
    const failed = await addJob({ state: "failed" });
    await addJob({ state: "failed" }, { active: false });

    assertEquals(await requeue({ channel: "root.mail" }), {});
    assertEquals(await requeue({ channel: "root" }), { [failed]: "changed" });
  });

  it("chooses by uuid, also one that is none, and never reads a value as SQL", async () => {
    await open("16.0");
    const hostile = `x'); delete from queue_job; -- "\\{},`;
    await addJob({ uuid: hostile, state: "failed", channel: hostile });
    const other = await addJob({ state: "failed" });

    assertEquals(await requeue({ channel: `root.${hostile}'` }), {});
    assertEquals(await requeue({ uuids: [hostile], channel: `root.${hostile}` }), {
      [hostile]: "changed",
    });
    assertEquals(await odoo.state(other), "failed");
  });

  it("takes all of many pages, and each once", async () => {
    await open("16.0");
    await odoo.addJobs(...Array(10_001).fill({ state: "failed" }));

    assertEquals(Object.keys(await requeue()).length, 10_001);
    assertEquals(await odoo.counts(), { pending: 10_001 });
  });

  it("passes over a row that someone's transaction holds", async () => {
    await open("16.0");
    const held = await addJob({ state: "failed" });
    const free = await addJob({ state: "failed" });

    const outcomes = await whileHeld(
      "select from queue_job where uuid = $1 for update",
      ...[held, () => requeue()] as const,
    );

    assertEquals(outcomes, { [held]: "held", [free]: "changed" });
    assertEquals(await odoo.state(held), "failed");
  });

  for (const generation of ["16.0", "16.0-2025"]) {
    it(`leaves a job of ${generation} alone that a worker begins meanwhile`, async () => {
      await open(generation);
      const uuids = [await addJob({ state: "enqueued" }), await addJob({ state: "enqueued" })];
      const hasLocks = generation === "16.0-2025";
      if (hasLocks) { for (const uuid of uuids) await addLock(uuid); }
      // Stops the statement when it has locked and changes the first of the two rows.
      await odoo.sql.unsafe(`
        create function wait_for_us() returns trigger language plpgsql as
          'begin perform pg_advisory_xact_lock(7); return new; end';
        create trigger wait_for_us before update on queue_job
          for each row when (new.state = 'pending') execute procedure wait_for_us()`);
      const worker = await odoo.sql.reserve();
      await worker`select pg_advisory_lock(7)`;

      const requeueing = requeue({ states: ["enqueued", "started"], uuids });
      await until("it waits", async () => {
        const waiting = await worker`select from pg_stat_activity
            where datname = current_database() and wait_event = 'advisory'`;
        return waiting.length === 1;
      });
      const begun = await worker`
        update queue_job set state = 'started'
        where id in (select id from queue_job for update skip locked) returning id, uuid`;
      const locked = hasLocks
        ? await worker`select queue_job_id as id from queue_job_lock
            where queue_job_id = any(${begun.map((it) => it["id"])}) for update skip locked`
        : begun;
      await worker`select pg_advisory_unlock(7)`;
      worker.release();

      const outcomes = await requeueing;
      const ofWorker = begun.map((it) => String(it["uuid"]));
      assertEquals(locked.length, begun.length);
      for (const uuid of uuids) {
        const [outcome, state] = ofWorker.includes(uuid)
          ? ["held", "started"]
          : ["changed", "pending"];
        assertEquals([outcomes[uuid], await odoo.state(uuid)], [outcome, state]);
      }
    });
  }

  for (const isDryRun of [false, true]) {
    const kind = isDryRun ? "would leave" : "leaves";
    it(`${kind} a job alone whose worker holds its lock`, async () => {
      await open("16.0-2025");
      const since = { date_enqueued: ago(600), date_started: ago(600) };
      const states = ["started", "enqueued", "failed"] as const;
      const dead: string[] = [];
      for (const state of states) dead.push(await addJob({ state }, since));
      await addLock(dead[0]!);

      for (const state of states) {
        const alive = await addJob({ state }, since);
        await addLock(alive);
        const outcomes = await whileHeld(
          `select from queue_job_lock where queue_job_id in
            (select id from queue_job where uuid = $1) for update`,
          ...[alive, () => requeue({ states, uuids: [alive] }, isDryRun)] as const,
        );
        assertEquals(outcomes, { [alive]: "at work" });
        assertEquals(await odoo.state(alive), state);
      }

      const outcomes = await requeue({ states, uuids: dead }, isDryRun);
      assertEquals(outcomes, Object.fromEntries(dead.map((it) => [it, "changed"])));
    });
  }

  for (const isDryRun of [false, true]) {
    const kind = isDryRun ? "only looks" : "sets others back";
    it(`never locks what a worker has or may want when it ${kind}`, async () => {
      await open("16.0-2025");
      const since = { date_enqueued: ago(600), date_started: ago(600) };
      const begun = await addJob({ state: "started" }, { date_enqueued: ago(600) });
      const alive = await addJob({ state: "started" }, since);
      const waiting = await addJob({ state: "enqueued" }, since);
      for (const uuid of [begun, alive, waiting]) await addLock(uuid);
      const versions = () =>
        odoo.sql`
        select job.uuid, job.xmax::text, lock.xmax::text as lock
        from queue_job job join queue_job_lock lock on lock.queue_job_id = job.id
        where uuid = any(${isDryRun ? [begun, alive, waiting] : [begun, alive]}) order by job.id`;

      const [outcomes, before, after] = await whileHeld(
        `select from queue_job_lock where queue_job_id in
          (select id from queue_job where uuid = $1) for update`,
        alive,
        async () => {
          const before = [...await versions()];
          const outcomes = await requeue({ states: ["enqueued", "started"] }, isDryRun);
          return [outcomes, before, [...await versions()]];
        },
      );

      assertEquals(outcomes, { [begun]: "at work", [alive]: "at work", [waiting]: "changed" });
      assertEquals(after, before);
    });
  }

  it("is sure of what it changes, also of a lock that a look may miss", async () => {
    await open("16.0-2025");
    const since = { date_enqueued: ago(600), date_started: ago(600) };
    const alive = await addJob({ state: "started" }, since);
    await addLock(alive);
    const choice = { states: ["started"], uuids: [alive] } as const;

    const outcomes = await whileHeld(
      `select from queue_job_lock where queue_job_id in
        (select id from queue_job where uuid = $1) for no key update`,
      alive,
      async (worker) => {
        // Two locks of one transaction, which another can tell apart only by trying.
        await worker.unsafe("savepoint job; select from queue_job_lock for update");
        return [await requeue(choice, true), await requeue(choice)];
      },
    );

    assertEquals(outcomes, [{ [alive]: "changed" }, { [alive]: "at work" }]);
    assertEquals(await odoo.state(alive), "started");
  });

  it("leaves a job alone whose worker may be about to take its lock", async () => {
    await open("16.0-2025");
    const young = await addJob({ state: "started" }, { date_enqueued: ago(600) });

    assertEquals(await requeue({ states: ["started"], uuids: [young] }), { [young]: "at work" });
    assertEquals(await odoo.state(young), "started");
  });

  for (const generation of GENERATIONS) {
    it(`changes nothing in ${generation} when it only says what it would do`, async () => {
      await open(generation);
      const failed = await addJob({ state: "failed" }, { retry: 3 });
      const version = () => odoo.sql`select xmin::text, xmax::text, * from queue_job`;
      const before = await version();

      assertEquals(await requeue({}, true), { [failed]: "changed" });

      assertEquals([...await version()], [...before]);
    });
  }
});
