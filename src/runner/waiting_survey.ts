import type { Clock, Timer } from "../clock.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

export interface WaitingSurveyOptions {
  readonly clock: Clock;
  readonly scheduler: LiveScheduler;
}

/** So many jobs are looked at without keeping a notification waiting. */
const JOBS_AT_ONCE = 5_000;
/** Between two looks of one round: a million jobs take 20 s. */
const STEP_MS = 100;
/** Between two rounds. */
const REST_MS = 5_000;

/** Keeps it known which jobs have waited longest, by looking at all of them, again and again. */
export class WaitingSurvey {
  readonly #options: WaitingSurveyOptions;
  #timer: Timer | null = null;

  constructor(options: WaitingSurveyOptions) {
    this.#options = options;
  }

  start(): void {
    this.#later(REST_MS);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #later(delayMs: number): void {
    const { clock, scheduler } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.after(delayMs, () => {
      const isOver = scheduler.survey(clock.nowMs(), JOBS_AT_ONCE);
      this.#later(isOver ? REST_MS : STEP_MS);
    });
  }
}
