/** The only source of time in the program: milliseconds since the epoch that never step back. */
export interface Clock {
  nowMs(): number;
  /** Calls back once after `delayMs`; never before a later turn of the event loop. */
  after(delayMs: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Longer delays make `setTimeout` fire at once (its delay is a signed 32-bit number). */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * The machine's monotonic clock, set to the wall clock once at the start. Counts its open timers, so that a
 * test can tell that none was left behind.
 */
export class SystemClock implements Clock {
  readonly #startMs = Date.now() - performance.now();
  #openTimers = 0;

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
    const id = setTimeout(() => {
      close();
      callback();
    }, Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS));
    return {
      cancel() {
        close();
        clearTimeout(id);
      },
    };
  }

  get openTimers(): number {
    return this.#openTimers;
  }
}
