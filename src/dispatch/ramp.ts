import type { Clock, Timer } from "../clock.ts";

/** As many as a small Odoo has workers. */
const FIRST = 4;
/** A limit that has grown up to here is none any more. */
const LIMIT_MAX = 1_024;
/** The limit grows by itself after this, again and again. */
const STEP_MS = 5_000;

/**
 * How many jobs may wait for Odoo to begin with them, so that one which has just come back, or is
 * overloaded, is not asked for everything in the same instant. Jobs it has begun with do not count.
 *
 * - *free*: no limit.
 * - *fast*: Odoo is back. The limit starts low and grows by one with every job that Odoo begins
 *   with: it doubles whenever all that wait have got in.
 * - *slow*: Odoo's backlog was full when as many waited as the threshold says twice. From there
 *   the limit grows by one when as many jobs have begun.
 *
 * Begin → fast; overload → slow; a limit beyond the largest → free. In both the limit grows with
 * time as well, doubles or by one: jobs of one database that hang must not hold up all others.
 */
export class Ramp {
  readonly #clock: Clock;
  readonly #onMore: () => void;
  #limit = Infinity;
  #threshold = Infinity;
  #timer: Timer | null = null;

  /** @param onMore the limit has grown by itself */
  constructor(clock: Clock, onMore: () => void) {
    this.#clock = clock;
    this.#onMore = onMore;
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Odoo is back: it may be asked for these few. */
  begin(first = FIRST): void {
    this.#set(first);
  }

  /** Odoo has begun with a job. */
  grow(): void {
    if (this.#limit === Infinity) return;
    this.#set(this.#limit + (this.#limit < this.#threshold ? 1 : 1 / this.#limit));
  }

  /** Odoo let nobody in any more when so many waited. */
  lower(waitingCount: number): void {
    this.#threshold = Math.max(1, Math.floor(Math.min(waitingCount, this.#limit) / 2));
    this.#set(this.#threshold);
  }

  /** Grows no more until the next begin. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #set(limit: number): void {
    if (limit >= LIMIT_MAX) {
      this.#limit = this.#threshold = Infinity;
      return this.stop();
    }
    this.#limit = limit;
    this.#timer ??= this.#clock.after(STEP_MS, () => this.#step());
  }

  #step(): void {
    this.#timer = null;
    this.#set(this.#limit < this.#threshold ? 2 * this.#limit : this.#limit + 1);
    this.#onMore();
  }
}
