import { type JobColumns, jobOf } from "./job_columns.ts";
import { type Player, type State, STATE_NAMES, type Subject } from "./player.ts";
import { PlainScheduler } from "./plain_scheduler.ts";

/** What the core is compared with: the same rules in plain TypeScript. */
export const PLAIN: Subject = {
  name: "plain TypeScript",
  start: (channels, jobs) => new PlainPlayer(channels, jobs),
};

class PlainPlayer implements Player {
  taken: number[] = [];
  readonly #scheduler: PlainScheduler;
  readonly #jobs: JobColumns;

  constructor(channels: string, jobs: JobColumns) {
    this.#scheduler = new PlainScheduler(channels);
    this.#jobs = jobs;
  }

  notify(job: number, state: State): void {
    this.#scheduler.notify(this.#jobs.notice(job, STATE_NAMES[state]));
  }

  take(nowMs: number): number {
    this.taken = this.#scheduler.takeReady(nowMs).map((it) => jobOf(it.uuid));
    return this.taken.length;
  }

  wakeupAtMs(nowMs: number): number {
    return this.#scheduler.wakeupAtMs(nowMs);
  }
}
