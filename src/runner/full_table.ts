import { type Backoff, backoffMs } from "../backoff.ts";
import type { Timer, TimerSet } from "../clock.ts";

export interface FullTableOptions {
  readonly timers: TimerSet;
  readonly random: () => number;
  /** All rows are to be read again. */
  readonly rescan: () => void;
}

/** A scan of millions of rows is not to be made over and over. */
const BACKOFF: Backoff = { firstMs: 20_000, longestMs: 600_000 };

/**
 * Rows for which the core had no room: they are read again by a scan after a while, longer each
 * time, until all of them are in.
 */
export class FullTable {
  readonly #options: FullTableOptions;
  #timer: Timer | null = null;
  #scanCount = 0;

  constructor(options: FullTableOptions) {
    this.#options = options;
  }

  /** The core has refused a row. */
  note(): void {
    const { timers, random, rescan } = this.#options;
    if (this.#timer) return;
    const delayMs = BACKOFF.firstMs / 2 + backoffMs(BACKOFF, ++this.#scanCount, random());
    this.#timer = timers.after(delayMs, rescan);
  }

  /** A scan begins, whoever wanted it. */
  scanBegins(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** A scan has ended. */
  scanEnds(): void {
    if (!this.#timer) this.#scanCount = 0;
  }
}
