import { Scheduler } from "../../../src/scheduler/mod.ts";
import { type JobColumns, jobOf } from "./job_columns.ts";
import { type Player, type State, STATE_NAMES, type Subject } from "./player.ts";

/** The package as a programmer embeds it: names and uuids, objects in and out. */
export const SCHEDULER: Subject = {
  name: "Scheduler",
  start: (channels, jobs) => new SchedulerPlayer(Scheduler.create(channels), jobs),
};

class SchedulerPlayer implements Player {
  taken: number[] = [];
  readonly #scheduler: Scheduler;
  readonly #jobs: JobColumns;

  constructor(scheduler: Scheduler, jobs: JobColumns) {
    this.#scheduler = scheduler;
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
