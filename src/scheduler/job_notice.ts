import { type coreState, jobStateNames } from "./job_state.ts";

/** What a row of `queue_job` says of a job. */
export interface JobNotice {
  readonly database: string;
  /** Any text; unique in its database. */
  readonly uuid: string;
  /** With or without `root.`; null is root. */
  readonly channel: string | null;
  /** The row's id: the last tie-break. A safe integer. */
  readonly sequence: number;
  /** Milliseconds since the epoch; null is older than all. */
  readonly createdMs: number | null;
  /** Smaller runs first; a 32-bit integer; null is 10. */
  readonly priority: number | null;
  /** Milliseconds since the epoch; the job waits until then; null is always due. */
  readonly etaMs: number | null;
  /** One of Odoo's states (JobStateName). */
  readonly state: string;
}

/**
 * What TypeScript's types cannot say, and callers without them do not know.
 *
 * @throws {RangeError}
 */
export function checkNotice(job: JobNotice, state: ReturnType<typeof coreState>): void {
  if (typeof job.database !== "string") refuse(job, "database", "a name");
  if (typeof job.uuid !== "string") refuse(job, "uuid", "a text");
  if (state === undefined) refuse(job, "state", `one of ${jobStateNames().join(", ")}`);
  if (job.channel !== null && typeof job.channel !== "string") {
    refuse(job, "channel", "a name or null");
  }
  if (!Number.isSafeInteger(job.sequence)) refuse(job, "sequence", "an integer");
  if (job.priority !== null && (job.priority | 0) !== job.priority) {
    refuse(job, "priority", "a 32-bit integer or null");
  }
  if (job.createdMs !== null && !isTime(job.createdMs)) {
    refuse(job, "createdMs", "a number of milliseconds or null");
  }
  if (job.etaMs !== null && !isTime(job.etaMs)) {
    refuse(job, "etaMs", "a number of milliseconds or null");
  }
}

function refuse(job: JobNotice, name: keyof JobNotice, wanted: string): never {
  throw new RangeError(`Cannot use ${name}="${job[name]}" of a job: ${wanted} is wanted`);
}

function isTime(value: number): boolean {
  return typeof value === "number" && !Number.isNaN(value);
}

/** @throws {RangeError} What is no number. */
export function checkTime(nowMs: number): number {
  if (isTime(nowMs)) return nowMs;
  throw new RangeError(`Cannot use nowMs="${nowMs}": a number of milliseconds is wanted`);
}
