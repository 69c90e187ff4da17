import type { Clock, Timer, TimerSet } from "../clock.ts";
import type { InFlightJob } from "./in_flight.ts";

export interface LateAnswersOptions {
  readonly clock: Clock;
  readonly timers: TimerSet;
  /** Lets an open request go. */
  readonly letGo: (uuid: string) => void;
}

/** An answer that was lost on the way is given up this long after its job was over. */
const LET_GO_MS = 30_000;

/**
 * Jobs that are over and whose request is still open: most are answered in a moment. One timer for
 * all of them, so that thousands of jobs a second do not leave thousands of timers.
 */
export class LateAnswers {
  readonly #options: LateAnswersOptions;
  /** When each was over, the earliest first. */
  readonly #overMs = new Map<InFlightJob, number>();
  #timer: Timer | null = null;

  constructor(options: LateAnswersOptions) {
    this.#options = options;
  }

  /** The job is over; if its request stays open, the answer was lost. */
  note(job: InFlightJob): void {
    if (this.#overMs.has(job)) return;
    const nowMs = this.#options.clock.nowMs();
    this.#overMs.set(job, nowMs);
    if (!this.#timer) this.#await(nowMs, LET_GO_MS);
  }

  answered(job: InFlightJob): void {
    this.#overMs.delete(job);
  }

  #await(overMs: number, delayMs: number): void {
    this.#timer = this.#options.timers.after(delayMs, () => {
      this.#timer = null;
      this.#sweep(overMs);
    });
  }

  /** What was over at that time, or earlier, has waited long enough. */
  #sweep(dueMs: number): void {
    const { clock, letGo } = this.#options;
    const nowMs = clock.nowMs();
    for (const [job, overMs] of this.#overMs) {
      const waitedMs = nowMs - overMs;
      // A clock that stepped back cannot tell: no answer takes that long as a rule.
      const isDue = overMs <= dueMs || waitedMs >= LET_GO_MS || waitedMs < 0;
      if (!isDue) return this.#await(overMs, LET_GO_MS - waitedMs);
      this.#overMs.delete(job);
      letGo(job.uuid);
    }
  }
}
