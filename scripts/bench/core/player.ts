import type { JobColumns } from "./job_columns.ts";

/** When every play begins. */
export const NOW_MS = 2e12;

/** What the row of a job says. Numbers: names would take the core a tenth of its time. */
export const State = { Pending: 0, Started: 1, Failed: 2, Done: 3 } as const;
export type State = typeof State[keyof typeof State];

/** The same, as Odoo names it. */
export const STATE_NAMES = ["pending", "started", "failed", "done"] as const;

/** A scheduler at work on the jobs of a scenario, which are known by their numbers. */
export interface Player {
  /** The job's row says so now. */
  notify(job: number, state: State): void;
  /** Takes what may run now; the jobs are in `taken`, first to run first. Answers how many. */
  take(nowMs: number): number;
  readonly taken: ArrayLike<number>;
  wakeupAtMs(nowMs: number): number;
}

/** The player knows none of the jobs, and it is NOW_MS again: ready for another play. */
export function reset(player: Player, jobs: JobColumns): void {
  for (let job = 0; job < jobs.count; job++) player.notify(job, State.Done);
  player.take(NOW_MS);
}

/** A scheduler that plays scenarios. */
export interface Subject {
  readonly name: string;
  start(channels: string, jobs: JobColumns): Player;
}
