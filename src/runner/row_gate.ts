import { backoffMs } from "../backoff.ts";
import type { TimerSet } from "../clock.ts";
import type { StartGuard } from "../database/generation.ts";
import type { JobRow } from "../database/job_row.ts";
import { isNeverSent, isOdoosAnswer, type Outcome } from "../dispatch/outcome.ts";
import type { Logger } from "../log.ts";
import { isJobStateName } from "../scheduler/mod.ts";
import type { InFlight, InFlightJob } from "./in_flight.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

export interface RowGateOptions {
  readonly database: string;
  readonly inFlight: InFlight;
  readonly scheduler: LiveScheduler;
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
  /** Lets an open request go. */
  readonly letGo: (uuid: string) => void;
}

/** Whoever holds a row that could not be claimed may keep it long. */
const SKIPPED_BACKOFF = { firstMs: 250, longestMs: 10_000 };
/** A row that could not be put back, or that did not move although its request was answered. */
const RETURN_BACKOFF = { firstMs: 500, longestMs: 30_000 };
/** A request without an answer may still wait for a worker. */
const DROPPED_GRACE_MS = 10_000;
/** An answer that was lost on the way is given up this long after its job was over. */
const LET_GO_MS = 30_000;
/** Different warnings of one database at most. */
const WARNINGS_MAX = 1_000;
const WRONG_DATABASE =
  "its requests are answered but its jobs do not move: another database may answer, " +
  "so see to it that dbfilter and db_name of Odoo let this one through";
/** After this many answers in a row that moved no row, the wrong database answers. */
const UNMOVED_MAX = 3;

/** A request that is over, until its job's row is read. */
interface Answered {
  readonly outcome: Outcome;
  readonly job: InFlightJob;
  /**
   * A read that began after the answer is on the way: an earlier one may have seen the row unmoved.
   */
  isRead: boolean;
}

/**
 * The one gate between rows that were read and the core. A job in our hands is known better here
 * than by a row that may be older: such a row is dropped, and read again when the job has left our
 * hands.
 */
export class RowGate {
  readonly #options: RowGateOptions;
  /** What became of requests whose job's row has not been read since. */
  readonly #answered = new Map<string, Answered>();
  /** Jobs whose row someone else's transaction held when we claimed it: how often. */
  readonly #skipped = new Map<string, { count: number; isWaiting: boolean }>();
  readonly #warnings = new Set<string>();
  #unmovedCount = 0;
  #isHurried = false;

  constructor(options: RowGateOptions) {
    this.#options = options;
  }

  /** Every request that is over has been judged by its row. */
  get isSettled(): boolean {
    return this.#answered.size === 0;
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
    if (this.#answered.size === 0) return;
    for (const uuid of uuids) {
      const answered = this.#answered.get(uuid);
      if (answered) answered.isRead = true;
    }
  }

  /** Jobs whose row has to be read whatever its state: a scan does not see those that are over. */
  unsettled(): string[] {
    const inHand = [...this.#options.inFlight.all()].map((it) => it.uuid);
    return [...inHand, ...this.#answered.keys()];
  }

  /** A row was read. */
  apply(row: JobRow, guard: StartGuard): void {
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
  applyMissing(uuid: string): void {
    const job = this.#options.inFlight.get(uuid);
    if (job?.state === "claimed") {
      job.wantsReading = true;
      return;
    }
    this.#answered.delete(uuid);
    this.#skipped.delete(uuid);
    this.#options.scheduler.forget(this.#options.database, uuid);
    if (job?.state === "asked") this.#letGoLater(job);
    else this.#options.inFlight.remove(uuid);
  }

  /**
   * A claim was answered without this job: its row no longer is pending, or is held by a
   * transaction.
   */
  noteSkipped(job: InFlightJob): void {
    this.#options.inFlight.remove(job.uuid);
    const count = (this.#skipped.get(job.uuid)?.count ?? 0) + 1;
    this.#skipped.set(job.uuid, { count, isWaiting: false });
    this.#options.mark(job.uuid);
  }

  noteClaimed(job: InFlightJob): void {
    this.#skipped.delete(job.uuid);
  }

  /** The job's request is over: its row says how it ended. */
  noteOutcome(job: InFlightJob, outcome: Outcome): void {
    if (isNeverSent(outcome)) return this.putBackIn(job, 0);
    if (isOdoosAnswer(outcome)) this.#options.inFlight.noteAnswered(job);
    this.#options.inFlight.remove(job.uuid);
    this.#answered.set(job.uuid, { outcome, job, isRead: false });
    this.#options.mark(job.uuid);
  }

  /** The job is to be `pending` again, after a delay. */
  putBackIn(job: InFlightJob, delayMs: number): void {
    job.state = "returning";
    job.wantsPutBack = true;
    if (delayMs === 0 || (this.#isHurried && !job.mayRun)) this.#options.putBack(job);
    else this.#options.timers.after(delayMs, () => this.#options.putBack(job));
  }

  #applyAbsent(row: JobRow, guard: StartGuard): void {
    const answered = this.#answered.get(row.uuid);
    if (answered?.isRead) {
      this.#answered.delete(row.uuid);
      if (isOurClaim(row, answered.job)) return this.#applyUnmoved(row, answered, guard);
      this.#unmovedCount = 0;
    }
    const skipped = this.#skipped.get(row.uuid);
    if (row.state !== "pending") this.#skipped.delete(row.uuid);
    else if (skipped && !skipped.isWaiting) return this.#waitForHolder(row.uuid, skipped);
    this.#toCore(row);
  }

  /**
   * The row stays `pending` but someone holds it: it leaves the core for a while, and its slot is
   * free.
   */
  #waitForHolder(uuid: string, skipped: { count: number; isWaiting: boolean }): void {
    skipped.isWaiting = true;
    this.#options.scheduler.forget(this.#options.database, uuid);
    const delayMs = backoffMs(SKIPPED_BACKOFF, skipped.count, this.#options.random());
    this.#options.timers.after(delayMs, () => this.#options.mark(uuid));
  }

  #applyAsked(row: JobRow, job: InFlightJob): void {
    // A cron or a user may put the row back while our request waits for a worker: it is read again
    // at the answer.
    if (row.state === "pending" || row.state === "wait_dependencies") return;
    if (row.state !== "enqueued") this.#options.inFlight.noteBegun(job);
    this.#toCore(row);
    if (row.state !== "enqueued" && row.state !== "started") this.#letGoLater(job);
  }

  /** The job is over; if its request stays open, the answer was lost. */
  #letGoLater(job: InFlightJob): void {
    this.#options.inFlight.noteBegun(job);
    this.#options.timers.after(LET_GO_MS, () => {
      const current = this.#options.inFlight.get(job.uuid);
      if (current === job && job.state === "asked") this.#options.letGo(job.uuid);
    });
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
      return this.putBackIn(job, backoffMs(RETURN_BACKOFF, 1, this.#options.random()));
    }
    this.#options.inFlight.remove(job.uuid);
    this.#applyAbsent(row, guard);
  }

  /** The request is over, the row is as we left it: Odoo did not run the job, or we cannot know. */
  #applyUnmoved(row: JobRow, { outcome, job }: Answered, guard: StartGuard): void {
    const { logger, database, inFlight, random } = this.#options;
    this.#toCore(row);
    if (isUnknown(outcome)) {
      if (guard === "none") {
        return logger.warning(
          `job ${row.uuid} is stranded: its request had no answer, a second one might run it ` +
            `twice; when Odoo does not run it, set it to pending by hand`,
          database,
        );
      }
      job.mayRun = true;
      inFlight.restore(job);
      return this.putBackIn(job, DROPPED_GRACE_MS);
    }
    inFlight.restore(job);
    this.putBackIn(job, backoffMs(RETURN_BACKOFF, ++this.#unmovedCount, random()));
    if (outcome.kind === "refused") this.#options.onUnmoved(outcome.reason, this.#unmovedCount);
    else if (this.#unmovedCount >= UNMOVED_MAX) {
      const reason = outcome.kind === "failed" ? failing(outcome.status) : WRONG_DATABASE;
      this.#options.onUnmoved(reason, this.#unmovedCount);
    }
  }

  /** One bad row must not stop the others: it is told of once. */
  #toCore(row: JobRow): void {
    const { scheduler, database, isResting } = this.#options;
    const { enqueuedMs: _, ...notice } = row;
    let state = row.state;
    if (!isJobStateName(state)) {
      this.#warnOnce(row, `unknown state "${state}": the job waits as if for others`);
      state = "wait_dependencies";
    }
    const isWaiting = state === "pending" || state === "wait_dependencies";
    if (isWaiting && isResting()) return scheduler.forget(database, row.uuid);
    try {
      scheduler.notify({ ...notice, state, database });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#warnOnce(row, error.message);
    }
  }

  #warnOnce(row: JobRow, warning: string): void {
    if (this.#warnings.has(warning) || this.#warnings.size >= WARNINGS_MAX) return;
    this.#warnings.add(warning);
    this.#options.logger.warning(
      `job ${row.uuid} is left alone: ${warning}`,
      this.#options.database,
    );
  }
}

function failing(status: number): string {
  return `Odoo answers ${status} and its jobs do not move: its log says why, unless another ` +
    "database answers (see dbfilter and db_name of Odoo)";
}

/** Nobody can say whether Odoo has the job. */
function isUnknown({ kind }: Outcome): boolean {
  return kind === "dropped" || kind === "unavailable" || kind === "released";
}

/** Still as our claim has made it. */
function isOurClaim(row: JobRow, job: InFlightJob): boolean {
  return row.state === "enqueued" && row.enqueuedMs === job.enqueuedSeconds * 1000;
}
