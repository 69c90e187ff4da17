import type { Clock } from "../clock.ts";

/** So many databases are probed at the same time. */
const SLOTS = 8;
/** Whoever takes longer no longer counts: a database that hangs must not keep others waiting. */
const LEASE_MS = 1_000;

/**
 * Turns for making sessions: 500 databases must not mean 500 connections that are opened at the
 * same instant.
 */
export class Slots {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(clock: Clock, count = SLOTS, leaseMs = LEASE_MS) {
    this.#clock = clock;
    this.#leaseMs = leaseMs;
    this.#free = count;
  }

  /** Resolves in the order of asking; answers how to give the slot back, at least once. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let isTaken = true;
    const giveBack = () => {
      if (!isTaken) return;
      isTaken = false;
      lease.cancel();
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    };
    const lease = this.#clock.after(this.#leaseMs, giveBack);
    return giveBack;
  }
}
