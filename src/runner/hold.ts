import { type Backoff, backoffMs } from "../backoff.ts";
import type { Timer, TimerSet } from "../clock.ts";
import type { Logger } from "../log.ts";

export interface HoldOptions {
  readonly database: string;
  readonly timers: TimerSet;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onOver: () => void;
}

const BACKOFF: Backoff = { firstMs: 1_000, longestMs: 60_000 };

/** The pause of one database with which something is wrong, longer each time. */
export class Hold {
  readonly #options: HoldOptions;
  #timer: Timer | null = null;
  #reason: string | null = null;
  #cause: string | null = null;
  /** What the server refused last, and how often in a row. */
  #refusedKind: string | null = null;
  #refusedCount = 0;

  constructor(options: HoldOptions) {
    this.#options = options;
  }

  /** Why it is, or was, held. */
  get reason(): string | null {
    return this.#reason;
  }

  /**
   * @param count How often in a row, 1 or more: one cause is told of once, whatever it is in the
   *   way of.
   * @param doing What was refused.
   */
  begin(cause: string, count: number, doing?: string): void {
    const { database, timers, random, logger, onOver } = this.#options;
    if (count === 1 || this.#cause !== cause) {
      this.#reason = doing ? `cannot ${doing}: ${cause}` : cause;
      logger.error(`no jobs of this database are taken for a while: ${this.#reason}`, database);
    }
    this.#cause = cause;
    const delayMs = BACKOFF.firstMs / 2 + backoffMs(BACKOFF, count, random());
    this.#timer = timers.after(delayMs, onOver);
  }

  /** The server has refused a statement. */
  beginRefused(kind: string, cause: string): void {
    this.#refusedKind = kind;
    this.begin(cause, ++this.#refusedCount, kind);
  }

  /** The server has carried out a statement. */
  noteSuccess(kind: string): void {
    if (kind === this.#refusedKind) this.#refusedCount = 0;
  }

  /** Ends it early, if it is. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }
}
