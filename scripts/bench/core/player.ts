import type { JobColumns } from "./job_columns.ts";

export type State = "pending" | "started" | "failed" | "done";

/** A scheduler at work on the jobs of a scenario, which are known by their numbers. */
export interface Player {
  /** The job's row says so now. */
  notify(job: number, state: State): void;
  /** Takes what may run now; the jobs are in `taken`, first to run first. Answers how many. */
  take(nowMs: number): number;
  readonly taken: ArrayLike<number>;
  wakeupAtMs(nowMs: number): number;
}

/** A scheduler that plays scenarios. */
export interface Subject {
  readonly name: string;
  start(channels: string, jobs: JobColumns): Player;
}
