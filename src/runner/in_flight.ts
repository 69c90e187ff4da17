import type { JobRow } from "../database/job_row.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import { isOdoosAnswer, outcomeText } from "../dispatch/outcome.ts";
import type { InFlightCounts } from "../status.ts";
import type { Seen } from "./job_history.ts";

/**
 * A job that is in the runner's hands. The core counts it as running all the while.
 *
 *   claimed    taken from the core; its UPDATE waits or is on the way
 *   asked      its UPDATE returned it, and one request is open
 *   unsure     the session died while its UPDATE was on the way
 *   returning  to be put back to `pending`
 */
export interface InFlightJob {
  readonly uuid: string;
  readonly channel: string;
  /** When it was taken from the core. */
  readonly takenMs: number;
  state: keyof InFlightCounts;
  /** `date_enqueued` as we wrote it: by it we know our own claim. */
  enqueuedSeconds: number;
  /** A row that could not be applied while the job was in our hands: read it again afterwards. */
  wantsReading: boolean;
  /** Claimed: notifications of its row. One of them is that of the claim itself. */
  changeCount: number;
  /** Asked: Odoo has begun, or ended, so the request has arrived. */
  hasStarted: boolean;
  /** Asked: its row, as it was read last, says how the job ended. */
  isOver: boolean;
  /** Returning: its put-back is still to be sent, so a row that is read before says nothing new. */
  wantsPutBack: boolean;
  /** Returning: Odoo may have it all the same, so not before its grace. */
  mayRun: boolean;
}

/** Whom `InFlight` tells what. */
export interface InFlightEvents {
  /** Odoo has begun with a job, told once for each. */
  readonly onBegun: () => void;
  /** What has become of a job. */
  readonly seen: Seen;
}

const NOBODY: InFlightEvents = { onBegun: () => {}, seen: () => {} };

/** The jobs of one database that are in the runner's hands: at most one open request each. */
export class InFlight {
  readonly #jobs = new Map<string, InFlightJob>();
  readonly #events: InFlightEvents;

  constructor(events: InFlightEvents = NOBODY) {
    this.#events = events;
  }

  get(uuid: string): InFlightJob | undefined {
    return this.#jobs.get(uuid);
  }

  add(uuid: string, channel: string, takenMs = 0): InFlightJob {
    const job: InFlightJob = {
      uuid,
      channel,
      takenMs,
      state: "claimed",
      enqueuedSeconds: 0,
      wantsReading: false,
      changeCount: 0,
      hasStarted: false,
      isOver: false,
      wantsPutBack: false,
      mayRun: false,
    };
    this.#jobs.set(uuid, job);
    this.#events.seen(uuid, "taken");
    return job;
  }

  /** Its UPDATE had no effect: it is pending still. */
  giveUp(uuid: string, why: string): void {
    this.remove(uuid);
    this.#events.seen(uuid, "notClaimed", why);
  }

  /** Nobody knows whether its UPDATE had an effect. */
  doubt(job: InFlightJob): void {
    job.state = "unsure";
    this.#events.seen(job.uuid, "unsure");
  }

  /** Its one request is about to be opened. */
  noteAsked(job: InFlightJob): void {
    job.state = "asked";
    this.#events.seen(job.uuid, "asked");
  }

  /** Its row shows that Odoo has begun with it. */
  noteBegun(job: InFlightJob): void {
    if (job.hasStarted) return;
    job.hasStarted = true;
    this.#events.seen(job.uuid, "begun");
    this.#events.onBegun();
  }

  /** Its request is over, maybe before its row was read. */
  noteAnswered(job: InFlightJob, outcome: Outcome): void {
    this.#events.seen(job.uuid, "answered", outcomeText(outcome));
    if (isOdoosAnswer(outcome) && !job.hasStarted) this.#events.onBegun();
  }

  /** It is pending again. */
  putBack(uuid: string): void {
    this.remove(uuid);
    this.#events.seen(uuid, "putBack");
  }

  /** Drops all but the jobs with an open request. */
  keepAsked(): void {
    for (const { uuid, state } of this.#jobs.values()) if (state !== "asked") this.remove(uuid);
  }

  /** Takes a job back that had left our hands. */
  restore(job: InFlightJob): void {
    this.#jobs.set(job.uuid, job);
  }

  remove(uuid: string): void {
    this.#jobs.delete(uuid);
  }

  all(): IterableIterator<InFlightJob> {
    return this.#jobs.values();
  }

  get size(): number {
    return this.#jobs.size;
  }

  counts(): InFlightCounts {
    const counts = { claimed: 0, asked: 0, unsure: 0, returning: 0 };
    for (const job of this.#jobs.values()) counts[job.state]++;
    return counts;
  }
}

/** The row still is as our claim has made it. */
export function isOurClaim(row: JobRow, job: InFlightJob): boolean {
  return row.state === "enqueued" && row.enqueuedMs === job.enqueuedSeconds * 1000;
}
