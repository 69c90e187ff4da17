import { backoffMs } from "../backoff.ts";
import type { StartGuard } from "../database/generation.ts";
import type { JobRow } from "../database/job_row.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import { type InFlight, type InFlightJob, isOurClaim } from "./in_flight.ts";

export interface AnsweredJobsOptions {
  readonly inFlight: InFlight;
  readonly random: () => number;
  /** A job is to be `pending` again, after a delay. */
  readonly putBackIn: (job: InFlightJob, delayMs: number) => void;
  /** Requests are answered, but the rows do not move: why, and how many in a row. */
  readonly onUnmoved: (reason: string, count: number) => void;
  /** Nobody can know whether Odoo runs it, and a second request might run it twice. */
  readonly onStranded: (row: JobRow) => void;
}

/** A row that could not be put back, or that did not move although its request was answered. */
export const RETURN_BACKOFF = { firstMs: 500, longestMs: 30_000 };
/** A request without an answer may still wait for a worker. */
const DROPPED_GRACE_MS = 10_000;
const WRONG_DATABASE =
  "its requests are answered but its jobs do not move: another database may answer, " +
  "so see to it that dbfilter and db_name of Odoo let this one through";
/** After this many answers in a row that moved no row, the wrong database answers. */
const UNMOVED_MAX = 3;

interface Answered {
  readonly outcome: Outcome;
  readonly job: InFlightJob;
  /**
   * A read that began after the answer is on the way: an earlier one may have seen the row unmoved.
   */
  isRead: boolean;
}

/** Jobs whose request is over, until they are judged by their row. */
export class AnsweredJobs {
  readonly #options: AnsweredJobsOptions;
  readonly #answered = new Map<string, Answered>();
  #unmovedCount = 0;

  constructor(options: AnsweredJobsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#answered.size;
  }

  uuids(): IterableIterator<string> {
    return this.#answered.keys();
  }

  note(job: InFlightJob, outcome: Outcome): void {
    this.#answered.set(job.uuid, { outcome, job, isRead: false });
  }

  /** These rows are about to be read. */
  noteReading(uuids: readonly string[]): void {
    if (this.#answered.size === 0) return;
    for (const uuid of uuids) {
      const answered = this.#answered.get(uuid);
      if (answered) answered.isRead = true;
    }
  }

  /** A request has moved its row: this database answers for itself. */
  noteMoved(): void {
    this.#unmovedCount = 0;
  }

  forget(uuid: string): void {
    this.#answered.delete(uuid);
  }

  /**
   * A row was read. If the job's request is over and the row is as we left it, Odoo did not run the
   * job, or we cannot know.
   */
  judge(row: JobRow, guard: StartGuard): void {
    const answered = this.#answered.get(row.uuid);
    if (!answered?.isRead) return;
    this.#answered.delete(row.uuid);
    if (!isOurClaim(row, answered.job)) this.noteMoved();
    else if (isUnknown(answered.outcome)) this.#judgeUnknown(row, answered.job, guard);
    else this.#judgeUnmoved(answered);
  }

  #judgeUnknown(row: JobRow, job: InFlightJob, guard: StartGuard): void {
    const { inFlight, putBackIn, onStranded } = this.#options;
    if (guard === "none") return onStranded(row);
    job.mayRun = true;
    inFlight.restore(job);
    putBackIn(job, DROPPED_GRACE_MS);
  }

  #judgeUnmoved({ outcome, job }: Answered): void {
    const { inFlight, random, putBackIn, onUnmoved } = this.#options;
    const count = ++this.#unmovedCount;
    inFlight.restore(job);
    putBackIn(job, backoffMs(RETURN_BACKOFF, count, random()));
    if (outcome.kind === "refused") onUnmoved(outcome.reason, count);
    else if (count >= UNMOVED_MAX) {
      onUnmoved(outcome.kind === "failed" ? failing(outcome.status) : WRONG_DATABASE, count);
    }
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
