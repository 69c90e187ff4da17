import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "node:timers";

/**
 * The only source of time in the program: milliseconds since the epoch. Steps only as PostgreSQL's
 * clock does, never with the clock of this machine.
 */
export interface Clock {
  nowMs(): number;
  /** Calls back once after `delayMs`; never before a later turn of the event loop. */
  after(delayMs: number, callback: () => void): Timer;
  /** PostgreSQL's clock said this after `sentMs` of ours: jobs are due by its time. */
  align?(serverMs: number, sentMs: number): void;
  /** Calls back when this clock has stepped: timers go on, times of day come sooner or later. */
  onStep?(callback: (aheadMs: number) => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Timers that end together. */
export class TimerSet {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    this.#timers.add(timer);
    return timer;
  }

  cancelAll(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}

/** Longer delays make `setTimeout` fire at once (its delay is a signed 32-bit number). */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Clocks that differ by less are as good as equal. */
const ALIGN_MS = 100;

/**
 * The machine's monotonic clock, set to its wall clock at the start and to PostgreSQL's later.
 * Counts its open timers, so that a test can tell that none was left behind.
 */
export class SystemClock implements Clock {
  #startMs = Date.now() - performance.now();
  #openTimers = 0;
  readonly #onStep: ((aheadMs: number) => void)[] = [];

  nowMs(): number {
    return this.#startMs + performance.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    this.#openTimers++;
    let open = true;
    const close = () => {
      if (open) this.#openTimers--;
      open = false;
    };
    const run = () => {
      close();
      callback();
    };
    // A timeout of 0 takes a millisecond, an immediate only a turn of the event loop.
    const immediate = delayMs <= 0 ? setImmediate(run) : null;
    const timeout = delayMs <= 0 ? undefined : setTimeout(run, Math.min(delayMs, LONGEST_DELAY_MS));
    return {
      cancel() {
        close();
        if (immediate) clearImmediate(immediate);
        else clearTimeout(timeout);
      },
    };
  }

  align(serverMs: number, sentMs: number): void {
    // It was read at some moment between question and answer, however long that took.
    const nearestMs = Math.min(Math.max(serverMs, sentMs), this.nowMs());
    const aheadMs = serverMs - nearestMs;
    if (Math.abs(aheadMs) <= ALIGN_MS) return;
    this.#startMs += aheadMs;
    for (const callback of this.#onStep) callback(aheadMs);
  }

  onStep(callback: (aheadMs: number) => void): void {
    this.#onStep.push(callback);
  }

  get openTimers(): number {
    return this.#openTimers;
  }
}
