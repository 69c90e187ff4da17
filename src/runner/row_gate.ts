import { backoffMs } from "../backoff.ts";
import type { Clock, TimerSet } from "../clock.ts";
import type { StartGuard } from "../database/generation.ts";
import type { JobRow, JobRows } from "../database/job_row.ts";
import { isNeverSent, type Outcome } from "../dispatch/outcome.ts";
import type { Logger } from "../log.ts";
import { AnsweredJobs, RETURN_BACKOFF } from "./answered_jobs.ts";
import type { BlockingRows } from "./blocking_rows.ts";
import { CoreEntry } from "./core_entry.ts";
import type { FailedJobs } from "./failed_jobs.ts";
import type { ForeignRunner } from "./foreign_runner.ts";
import { type InFlight, type InFlightJob, isOurClaim } from "./in_flight.ts";
import { LateAnswers } from "./late_answers.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import { SkippedRows } from "./skipped_rows.ts";

export interface RowGateOptions {
  readonly database: string;
  readonly inFlight: InFlight;
  readonly failed: FailedJobs;
  readonly blocking: BlockingRows;
  readonly foreign: ForeignRunner;
  readonly scheduler: LiveScheduler;
  readonly clock: Clock;
  readonly timers: TimerSet;
  readonly random: () => number;
  readonly logger: Logger;
  /** The job's row is to be read. */
  readonly mark: (uuid: string) => void;
  /** Nothing is to be taken: waiting jobs stay out of the core. */
  readonly isResting: () => boolean;
  /** A returning job is to be put back now. */
  readonly putBack: (job: InFlightJob) => void;
  /** Requests are answered, but the rows do not move: why, and how many in a row. */
  readonly onUnmoved: (reason: string, count: number) => void;
  /** Nobody can know whether Odoo runs it, and a second request might run it twice. */
  readonly onStranded: (row: JobRow) => void;
  /** Somebody else has made this row `enqueued`, unless it has long been so. */
  readonly onForeign: (uuid: string) => void;
  /** Lets an open request go. */
  readonly letGo: (uuid: string) => void;
}

/**
 * The one gate between rows that were read and the core. A job in our hands is known better here
 * than by a row that may be older: such a row is dropped, and read again when the job has left our
 * hands.
 */
export class RowGate {
  readonly #options: RowGateOptions;
  readonly #entry: CoreEntry;
  readonly #answered: AnsweredJobs;
  readonly #late: LateAnswers;
  readonly #skipped = new SkippedRows();
  #isHurried = false;

  constructor(options: RowGateOptions) {
    this.#options = options;
    this.#entry = new CoreEntry(options);
    this.#late = new LateAnswers(options);
    this.#answered = new AnsweredJobs({
      ...options,
      putBackIn: (job, delayMs) => this.putBackIn(job, delayMs),
    });
  }

  /** Nothing is in our hands but requests that Odoo has begun with. */
  get isDrained(): boolean {
    const isWithOdoo = (it: InFlightJob) => it.state === "asked" ? it.hasStarted : it.mayRun;
    return this.#answered.size === 0 && [...this.#options.inFlight.all()].every(isWithOdoo);
  }

  /** The core is empty: what is in our hands runs. */
  refill(): void {
    const { scheduler, database, inFlight } = this.#options;
    const unknown = { sequence: 0, createdMs: null, priority: null, etaMs: null };
    for (const { uuid, channel } of inFlight.all()) {
      scheduler.notify({ ...unknown, database, uuid, channel, state: "enqueued" });
    }
  }

  /** The runner stops: what is to be put back later is put back now. */
  hurry(): void {
    this.#isHurried = true;
    for (const job of this.#options.inFlight.all()) {
      if (job.wantsPutBack && !job.mayRun) this.#options.putBack(job);
    }
  }

  /** These rows are about to be read. */
  noteReading(uuids: readonly string[]): void {
    this.#answered.noteReading(uuids);
  }

  /**
   * All is read anew. Answers the jobs whose row has to be read whatever its state: a scan does not
   * see those that are over.
   */
  beginAnew(): string[] {
    this.#skipped.clear();
    this.#options.blocking.clear();
    return this.unsettled();
  }

  /** Jobs whose row says what becomes of them. */
  unsettled(): string[] {
    const inHand = [...this.#options.inFlight.all()].map((it) => it.uuid);
    return [...inHand, ...this.#answered.uuids()];
  }

  /** These were read one by one: those not among the rows are gone. */
  applyRead(uuids: readonly string[], rows: JobRows, guard: StartGuard): void {
    this.apply(rows, guard);
    if (rows.length === uuids.length) return;
    const found = new Set([...rows].map((it) => it.uuid));
    for (const uuid of uuids) if (!found.has(uuid)) this.#applyMissing(uuid);
  }

  /** Rows were read. */
  apply(rows: JobRows, guard: StartGuard): void {
    const { foreign, onForeign } = this.#options;
    // Before any row has an effect: one that holds the database back hides no other.
    for (const row of rows) if (foreign.isItsDoing(row)) onForeign(row.uuid);
    for (const row of rows) this.#apply(row, guard);
  }

  /**
   * A claim was answered without this job: its row no longer is pending, or is held by a
   * transaction.
   */
  noteSkipped(job: InFlightJob): void {
    this.#options.inFlight.giveUp(job.uuid, "its row was not pending, or held by a transaction");
    this.#skipped.note(job.uuid);
    this.#options.mark(job.uuid);
  }

  noteClaimed(job: InFlightJob): void {
    this.#skipped.forget(job.uuid);
  }

  /** The job's request is over: its row says how it ended. */
  noteOutcome(job: InFlightJob, outcome: Outcome): void {
    const { inFlight } = this.#options;
    this.#late.answered(job);
    if (isNeverSent(outcome)) {
      this.putBackIn(job, 0);
      return inFlight.noteAnswered(job, outcome);
    }
    // Before anybody is told: whatever goes wrong there, no request is open any more.
    inFlight.remove(job.uuid);
    // What happens to a row after its job is over is notified.
    if (job.isOver) this.#answered.noteMoved();
    else {
      this.#answered.note(job, outcome);
      this.#options.mark(job.uuid);
    }
    inFlight.noteAnswered(job, outcome);
  }

  /** The job is to be `pending` again, after a delay. */
  putBackIn(job: InFlightJob, delayMs: number): void {
    this.#putBackIn(job, this.#isHurried && !job.mayRun ? 0 : delayMs);
  }

  /** The UPDATE was answered with those that are back; the rows of all say what they are now. */
  notePutBack(sent: readonly string[], back: readonly string[]): void {
    const { inFlight, mark } = this.#options;
    for (const uuid of back) inFlight.putBack(uuid);
    for (const uuid of sent) mark(uuid);
  }

  #putBackIn(job: InFlightJob, delayMs: number): void {
    job.state = "returning";
    job.wantsPutBack = true;
    if (delayMs === 0) this.#options.putBack(job);
    else this.#options.timers.after(delayMs, () => this.#options.putBack(job));
  }

  #apply(row: JobRow, guard: StartGuard): void {
    const job = this.#options.inFlight.get(row.uuid);
    if (!job) return this.#applyAbsent(row, guard);
    switch (job.state) {
      case "claimed":
        job.wantsReading = true;
        return;
      case "unsure":
        return this.#resolveUnsure(row, job, guard);
      case "returning":
        return this.#resolveReturning(row, job, guard);
      case "asked":
        return this.#applyAsked(row, job);
    }
  }

  /** There is no such row any more. */
  #applyMissing(uuid: string): void {
    const { inFlight, failed, blocking, foreign, scheduler, database } = this.#options;
    const job = inFlight.get(uuid);
    if (job?.state === "claimed") {
      job.wantsReading = true;
      return;
    }
    this.#answered.forget(uuid);
    this.#skipped.forget(uuid);
    failed.forget(uuid);
    blocking.forget(uuid);
    foreign.forget(uuid);
    scheduler.forget(database, uuid);
    if (job?.state === "asked") this.#noteOver(job);
    else inFlight.remove(uuid);
  }

  #applyAbsent(row: JobRow, guard: StartGuard): void {
    this.#enter(row);
    this.#answered.judge(row, guard);
    if (row.state !== "pending") return this.#skipped.forget(row.uuid);
    const delayMs = this.#skipped.delayOf(row.uuid, this.#options.random());
    if (delayMs !== null) this.#waitForHolder(row.uuid, delayMs);
  }

  /**
   * The row stays `pending` but someone holds it: it leaves the core for a while, and its slot is
   * free.
   */
  #waitForHolder(uuid: string, delayMs: number): void {
    const { scheduler, database, timers, mark } = this.#options;
    scheduler.forget(database, uuid);
    timers.after(delayMs, () => mark(uuid));
  }

  #applyAsked(row: JobRow, job: InFlightJob): void {
    job.isOver = isOver(row);
    // A cron or a user may put the row back while our request waits for a worker: it is read again
    // at the answer.
    if (row.state === "pending" || row.state === "wait_dependencies") return;
    if (row.state !== "enqueued") this.#options.inFlight.noteBegun(job);
    this.#enter(row);
    if (job.isOver) this.#noteOver(job);
  }

  #noteOver(job: InFlightJob): void {
    this.#options.inFlight.noteBegun(job);
    this.#late.note(job);
  }

  /**
   * Our lock is ours again, so the UPDATE whose answer we never got is decided: the row says how.
   */
  #resolveUnsure(row: JobRow, job: InFlightJob, guard: StartGuard): void {
    if (isOurClaim(row, job)) return this.putBackIn(job, 0);
    this.#options.inFlight.remove(job.uuid);
    this.#applyAbsent(row, guard);
  }

  /**
   * Before its put-back, a row says nothing new; after it, the row still may be ours if a
   * transaction held it.
   */
  #resolveReturning(row: JobRow, job: InFlightJob, guard: StartGuard): void {
    if (job.wantsPutBack) return;
    if (isOurClaim(row, job)) {
      // Whoever holds the row knows of no hurry.
      return this.#putBackIn(job, backoffMs(RETURN_BACKOFF, 1, this.#options.random()));
    }
    this.#options.inFlight.remove(job.uuid);
    this.#applyAbsent(row, guard);
  }

  #enter(row: JobRow): void {
    const { failed, blocking, inFlight } = this.#options;
    failed.note(row);
    if (row.state === "failed" || !inFlight.get(row.uuid)) blocking.note(row);
    this.#entry.enter(row);
  }
}

/** Another state than these is an end, whatever it is called. */
function isOver({ state }: JobRow): boolean {
  return !["pending", "wait_dependencies", "enqueued", "started"].includes(state);
}
