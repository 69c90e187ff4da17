import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { NewJob } from "../../scripts/demo/odoo_jobs.ts";
import { SystemClock } from "../../src/clock.ts";
import { JobChanges } from "../../src/runner/job_changes.ts";
import { OpenReads } from "../../src/runner/open_reads.ts";
import type { Served } from "../../src/runner/served_databases.ts";
import type { JobsChange, JobsChanged } from "../../src/steering.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";

const GENERATIONS = ["8.0", "12.0", "16.0", "19.0"];
const ALL: Omit<JobsChange, "action" | "database"> = {
  ...{ uuids: [], states: ["pending", "wait_dependencies", "failed"], channel: null },
  ...{ olderThanMs: null, expected: null, isDryRun: false },
};

describe("JobChanges", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  let odoo: TestDatabase;
  let inHands: string[];

  beforeAll(async () => void (server = await TestPostgres.start()));
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  async function open(generation: string): Promise<void> {
    odoo = await server.database(generation);
    inHands = [];
  }

  async function addJob(job: NewJob, columns: Record<string, unknown> = {}): Promise<string> {
    const uuid = await odoo.addJob(job);
    const names = Object.keys(await odoo.row(uuid));
    const known = Object.entries(columns).filter(([it]) => names.includes(it));
    if (known.length > 0) {
      const written = odoo.sql(Object.fromEntries(known));
      await odoo.sql`update queue_job set ${written} where uuid = ${uuid}`;
    }
    return uuid;
  }

  function change(wanted: Partial<JobsChange>): Promise<JobsChanged> {
    const turn = { inFlight: { get: (uuid: string) => inHands.includes(uuid) ? {} : undefined } };
    const changes = new JobChanges({
      ...{ clock, connection: server.connection, reads: new OpenReads() },
      served: (name) => name === odoo.name ? { turn } as unknown as Served : undefined,
    });
    return changes.change({ ...ALL, action: "requeue", database: odoo.name, ...wanted }, "anna");
  }

  const statesOf = (uuids: readonly string[]) => Promise.all(uuids.map((it) => odoo.state(it)));

  for (const generation of GENERATIONS) {
    it(`sets jobs of ${generation} done as Odoo would, and touches no other`, async () => {
      await open(generation);
      const failed = await addJob({ state: "failed" }, { exc_info: "no", exc_name: "Error" });
      const others = await odoo.addJobs({ state: "pending" }, { state: "started" });

      const answer = await change({ action: "done", states: ["failed"] });

      assertEquals(answer, {
        ...{ database: odoo.name, action: "done", isDryRun: false },
        ...{ chosen: 1, changed: 1, mayRunTwice: 0, refusedCount: 0, refused: [] },
      });
      const row = await odoo.row(failed);
      assertEquals([row["state"], row["exc_info"], row["exc_name"] ?? null, row["result"]], [
        ...["done", null, null],
        "Set done by anna",
      ]);
      const [times] = await odoo.sql`
        select extract(epoch from now() at time zone 'utc' - date_done)::float8 as age
        from queue_job where uuid = ${failed}`;
      assertEquals(times!["age"] >= 0 && times!["age"] < 60, true);
      assertEquals(await statesOf(others), ["pending", "started"]);
    });

    it(`cancels jobs of ${generation} as that version does`, async () => {
      await open(generation);
      const uuid = await addJob({ state: "pending" });

      const { changed } = await change({ action: "cancel", uuids: [uuid] });
      const again = await change({ action: "cancel", uuids: [uuid] });

      const { state, active, date_cancelled: at, result } = await odoo.row(uuid);
      const isOld = generation === "8.0";
      assertEquals([changed, state, result], [
        1,
        isOld ? "done" : "cancelled",
        "Cancelled by anna",
      ]);
      assertEquals(isOld ? active : at instanceof Date, isOld ? false : true);
      assertEquals([again.chosen, again.changed, again.refused[0]?.uuid], [0, 0, uuid]);
    });

    it(`requeues jobs of ${generation} that nobody has`, async () => {
      await open(generation);
      const jobs = await odoo.addJobs(
        { state: "failed" },
        { state: "enqueued" },
        { state: "enqueued" },
        { state: "done" },
      );
      inHands = [jobs[2]!];

      const answer = await change({
        ...{ uuids: [...jobs, "nobody's"], states: ["failed", "enqueued", "started"] },
      });

      assertEquals(await statesOf(jobs), ["pending", "pending", "enqueued", "done"]);
      assertEquals([answer.chosen, answer.changed], [3, 2]);
      assertEquals(
        new Map(answer.refused.map((it) => [it.uuid, it.reason])),
        new Map([
          [jobs[2]!, "it is in this job runner's hands"],
          [jobs[3]!, "it is done"],
          ["nobody's", "there is no such job"],
        ]),
      );
    });
  }

  it("requeues what may be at work only for who says its state", async () => {
    const seen = [];
    const mayRunTwice = [];
    for (const generation of ["8.0", "16.0", "19.0"]) {
      await open(generation);
      const uuids = await odoo.addJobs({ state: "enqueued" }, { state: "started" });
      await odoo.sql`update queue_job
        set date_enqueued = now() - interval '1 day', date_started = now() - interval '1 day'`;
      await change({ uuids, states: null });
      seen.push(await statesOf(uuids));
      const states = ["enqueued", "started"] as const;
      const preview = await change({ uuids, states, isDryRun: true });
      const done = await change({ uuids, states });
      mayRunTwice.push([preview.mayRunTwice, done.mayRunTwice]);
      assertEquals(await statesOf(uuids), ["pending", "pending"]);
    }

    assertEquals(seen, [["enqueued", "started"], ["pending", "started"], ["pending", "pending"]]);
    assertEquals(mayRunTwice, [[2, 2], [1, 1], [0, 0]]);
  });

  it("refuses what a worker runs", async () => {
    await open("19.0");
    const uuid = await addJob({ state: "started" });
    const worker = await odoo.sql.reserve();
    await worker`begin`;
    await worker`insert into queue_job_lock (queue_job_id)
      select id from queue_job where uuid = ${uuid}`;
    await worker`commit`;
    await worker`begin`;
    await worker`select from queue_job_lock for update`;

    const { changed, refused } = await change({ uuids: [uuid], states: ["started"] });
    await worker`rollback`;
    worker.release();

    assertEquals([changed, refused], [0, [{ uuid, reason: "a worker of Odoo runs it" }]]);
  });

  it("refuses to end jobs for which others wait, and lets them be requeued", async () => {
    await open("16.0");
    const child = await addJob({ state: "wait_dependencies" });
    const over = await addJob({ state: "done" });
    const graph = (...uuids: string[]) => {
      return { dependencies: JSON.stringify({ depends_on: [], reverse_depends_on: uuids }) };
    };
    const awaited = await addJob({ state: "failed" }, graph(over, child));
    const free = await addJob({ state: "failed" }, graph(over));
    const odd = await addJob({ state: "failed" }, { dependencies: "{no json" });

    const done = await change({ action: "done", uuids: [awaited, free, odd] });
    const cancelled = await change({ action: "cancel", uuids: [awaited] });
    const requeued = await change({ uuids: [awaited], states: ["failed"] });

    assertEquals([done.changed, cancelled.changed, requeued.changed], [2, 0, 1]);
    assertEquals(done.refused, [
      { uuid: awaited, reason: "other jobs wait for it, which only Odoo can release" },
    ]);
    assertEquals(await statesOf([awaited, free, odd, child]), [
      ...["pending", "done", "done"],
      "wait_dependencies",
    ]);
  });

  it("says what it would do, and does it only to as many as were expected", async () => {
    await open("16.0");
    const jobs = await odoo.addJobs(
      ...Array(3).fill({ state: "failed", channel: "mail" }),
      { state: "failed" },
    );
    const wanted = { states: ["failed"], channel: "mail" } as const;

    const preview = await change({ ...wanted, isDryRun: true });
    await assertRejects(() => change({ ...wanted, expected: 2 }), RangeError, "3 are chosen now");
    const before = await statesOf(jobs);
    const { changed } = await change({ ...wanted, expected: 3 });

    assertEquals([preview.chosen, preview.changed, preview.isDryRun], [3, 3, true]);
    assertEquals(before, Array(4).fill("failed"));
    assertEquals([changed, await statesOf(jobs)], [3, ["pending", "pending", "pending", "failed"]]);
  });

  it("passes over a row that somebody holds", async () => {
    await open("16.0");
    const [held, free] = await odoo.addJobs({ state: "failed" }, { state: "failed" });
    const user = await odoo.sql.reserve();
    await user`begin`;
    await user`select from queue_job where uuid = ${held!} for update`;

    const { changed, refused } = await change({ states: ["failed"] });
    await user`rollback`;
    user.release();

    assertEquals([changed, refused.map((it) => it.uuid)], [1, [held]]);
    assertEquals(await statesOf([held!, free!]), ["failed", "pending"]);
  });

  it("says what cannot be", async () => {
    for (const generation of ["10.0", "13.0"]) {
      await open(generation);
      const error = await assertRejects(() => change({ action: "cancel" }), RangeError);
      assertStringIncludes(error.message, "has no cancelled jobs");
    }
    await assertRejects(() => change({ database: "other" }), RangeError, "does not serve it");
  });
});
