import type { Random } from "../../scheduler/random.ts";
import type { FakeClock } from "../../support/fake_clock.ts";
import type { Auditor } from "./auditor.ts";
import { type Event, type May, mayHappen, type Trace } from "./event.ts";
import { type Changes, isCounted, type JobTable, type TableJob } from "./job_table.ts";

export interface OutsidersOptions {
  readonly tables: readonly JobTable[];
  readonly auditor: Auditor;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly trace: Trace;
  /** As rows spell them. */
  readonly channels: readonly (string | null)[];
}

const JOBS_MAX = 20;
/** The add-on's cron "Jobs Garbage Collector". */
const GARBAGE_AFTER_MS = 5 * 60_000;
const REQUEUED: Changes = { state: "pending", enqueuedMs: null, retry: 0 };

/** Those who write rows at any moment: users, the add-on's cron, transactions that hold rows. */
export class Outsiders {
  readonly #options: OutsidersOptions;
  #lastNumber = 0;

  constructor(options: OutsidersOptions) {
    this.#options = options;
  }

  events(): Event[] {
    const { random, tables } = this.#options;
    const table = random.pick(tables);
    const events: Event[] = [];
    const may = mayHappen(events, `outside ${table.database}`);
    const jobs = table.all();
    const free = jobs.filter((it) => !it.isHeld);
    if (jobs.length < JOBS_MAX) may("progress", 1, "a job is added", () => this.addJob(table));
    this.#letGoEvents(table, may);
    if (free.length > 0) this.#writeEvents(table, free, may);
    return events;
  }

  addJob(table: JobTable): void {
    const { random, clock, channels } = this.#options;
    // Clones have equal uuids: so do some of these.
    const uuid = `j${++this.#lastNumber % 40}`;
    if (table.get(uuid)) return;
    table.insert({
      uuid,
      channel: random.pick(channels),
      state: random.chance(0.9)
        ? "pending"
        : random.pick(["wait_dependencies", "failed", "half-done"]),
      priority: random.pick([null, 10, 10, 10, 5, 1]),
      createdMs: random.chance(0.1) ? null : clock.nowMs(),
      etaMs: random.chance(0.2) ? this.#eta() : null,
      maxRetries: random.pick([0, 0, 1, 5]),
    });
  }

  /**
   * A user cleans up by hand what nobody can know to be dead, and what failed and blocks others.
   */
  cure(isHopeless: (table: JobTable, job: TableJob) => boolean): void {
    for (const table of this.#options.tables) {
      for (const job of table.all()) {
        if (isHopeless(table, job)) this.#write(table, job, () => REQUEUED);
      }
    }
  }

  letAllGo(): void {
    for (const table of this.#options.tables) {
      for (const job of table.all()) if (job.isHeld) this.#letGo(table, job);
    }
  }

  #letGoEvents(table: JobTable, may: May): void {
    const { random } = this.#options;
    const held = table.all().filter((it) => it.isHeld);
    if (held.length === 0) return;
    may("progress", 0.5, "a row is let go", () => this.#letGo(table, random.pick(held)));
  }

  #writeEvents(table: JobTable, jobs: readonly TableJob[], may: May): void {
    const { random, clock, channels } = this.#options;
    const write = (weight: number, what: string, changes: () => Changes) =>
      may("outside", weight, what, () => this.#write(table, random.pick(jobs), changes));
    write(0.25, "a job is requeued", () => REQUEUED);
    write(0.15, "a job is cancelled", () => ({ state: "cancelled" }));
    write(0.15, "a job is set done", () => ({ state: "done" }));
    write(0.15, "a job's priority changes", () => ({ priority: random.pick([1, 5, 10, null]) }));
    write(0.15, "a job's eta changes", () => ({ etaMs: this.#eta() }));
    write(0.15, "a job's channel changes", () => ({ channel: random.pick(channels) }));
    may("outside", 0.05, "a job is enqueued by hand", () => {
      const job = random.pick(jobs);
      this.#write(table, job, () => ({ state: "enqueued", enqueuedMs: null }));
      this.#options.auditor.noteLeft(table, job.uuid);
    });
    may("outside", 0.1, "a job is deleted", () => this.#remove(table, random.pick(jobs)));
    may("outside", 0.3, "a row is held", () => this.#hold(table, random.pick(jobs)));
    const waiting = jobs.filter((it) => it.state === "wait_dependencies");
    if (waiting.length > 0) {
      const release = () => this.#write(table, random.pick(waiting), () => REQUEUED);
      may("progress", 0.5, "a job's dependencies are over", release);
    }
    const garbage = jobs.filter((it) => isGarbage(it, clock.nowMs()));
    if (garbage.length > 0) {
      const putBack = () => garbage.forEach((it) => this.#write(table, it, () => PUT_BACK));
      may("outside", 0.5, "the cron puts back", putBack);
    }
  }

  #write(table: JobTable, job: TableJob, changesOf: () => Changes): void {
    const changes = changesOf();
    this.#options.trace.note(
      `  ${table.database}/${job.uuid} ${job.state}: ${JSON.stringify(changes)}`,
    );
    this.#options.auditor.noteOutside(table, job.uuid);
    table.write(job, changes);
  }

  #remove(table: JobTable, job: TableJob): void {
    this.#options.trace.note(`  ${table.database}/${job.uuid} ${job.state}`);
    this.#options.auditor.noteOutside(table, job.uuid);
    table.remove(job);
  }

  #hold(table: JobTable, job: TableJob): void {
    this.#options.trace.note(`  ${table.database}/${job.uuid} ${job.state}`);
    job.isHeld = true;
  }

  /** A transaction that changed nothing notifies nobody. */
  #letGo(table: JobTable, job: TableJob): void {
    this.#options.trace.note(`  ${table.database}/${job.uuid} ${job.state}`);
    job.isHeld = false;
    if (this.#options.random.chance(0.3)) this.#write(table, job, () => ({ priority: 7 }));
  }

  #eta(): number | null {
    const { random, clock } = this.#options;
    return random.chance(0.3) ? null : clock.nowMs() - 5_000 + random.below(60_000);
  }
}

const PUT_BACK: Changes = { state: "pending", enqueuedMs: null };

function isGarbage(job: TableJob, nowMs: number): boolean {
  return isCounted(job) && job.state === "enqueued" && job.enqueuedMs !== null &&
    job.enqueuedMs < nowMs - GARBAGE_AFTER_MS;
}
