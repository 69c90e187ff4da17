import type { JobRow } from "../database/job_row.ts";
import type { InFlightCounts } from "../status.ts";

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

/** The jobs of one database that are in the runner's hands: at most one open request each. */
export class InFlight {
  readonly #jobs = new Map<string, InFlightJob>();
  readonly #onBegun: () => void;

  /** @param onBegun Odoo has begun with a job, told once for each. */
  constructor(onBegun: () => void = () => {}) {
    this.#onBegun = onBegun;
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
    return job;
  }

  /** Its row shows that Odoo has begun with it. */
  noteBegun(job: InFlightJob): void {
    if (job.hasStarted) return;
    job.hasStarted = true;
    this.#onBegun();
  }

  /** Its request was answered, maybe before its row was read. */
  noteAnswered(job: InFlightJob): void {
    if (!job.hasStarted) this.#onBegun();
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
