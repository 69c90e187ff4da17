import type { Clock, Timer } from "../clock.ts";
import type { Meter } from "../meter.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

export interface DeciderOptions {
  readonly scheduler: LiveScheduler;
  readonly clock: Clock;
  readonly meter: Pick<Meter, "decided">;
  /**
   * How many jobs may be taken now: none unless Odoo answers and what runs is counted. Whoever lets
   * it grow calls `decideSoon`.
   */
  readonly allowance: () => number;
  readonly take: (database: string, uuid: string, channel: string) => void;
}

/** What is due after all was taken finds no room in the core's memory: it is tried again. */
const NO_ROOM_MS = 1_000;

/**
 * The only caller of `takeReady`. Decides at most once per turn of the event loop after anything
 * has changed, and when time alone makes a job ready.
 */
export class Decider {
  readonly #options: DeciderOptions;
  #soon: Timer | null = null;
  #wakeup: Timer | null = null;
  #isStopped = false;

  constructor(options: DeciderOptions) {
    this.#options = options;
    // The wake-up was set for a time of day, by the clock as it was.
    options.clock.onStep?.(() => this.decideSoon());
  }

  /** Something has changed that may make a job ready. */
  decideSoon(): void {
    if (this.#isStopped) return;
    this.#soon ??= this.#options.clock.after(0, () => {
      this.#soon = null;
      this.#decide();
    });
  }

  /** No more decisions. */
  stop(): void {
    this.#isStopped = true;
    this.#soon?.cancel();
    this.#wakeup?.cancel();
  }

  #decide(): void {
    const { scheduler, clock, meter, allowance, take } = this.#options;
    this.#wakeup?.cancel();
    this.#wakeup = null;
    const nowMs = clock.nowMs();
    meter.decided(nowMs);
    let left = allowance();
    if (left === 0) return;
    scheduler.takeEach(nowMs, left, (database, uuid, channel) => {
      left--;
      take(database, uuid, channel);
    });
    // What is still ready waits for more allowance, not for time.
    if (left === 0) return;
    const wakeupMs = scheduler.wakeupAtMs(nowMs);
    if (wakeupMs === Infinity || this.#isStopped) return;
    // A delay cut short by the clock's longest leads to one more question, not to a mistake.
    const delayMs = wakeupMs > nowMs ? Math.max(1, wakeupMs - nowMs) : NO_ROOM_MS;
    this.#wakeup = clock.after(delayMs, () => this.decideSoon());
  }
}
