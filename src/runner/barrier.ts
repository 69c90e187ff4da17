import type { Clock, Timer } from "../clock.ts";

/** So long at most: one database that hangs must not keep all others from being served. */
const LONGEST_MS = 10_000;

/**
 * At the start, and after the core was made anew, nothing is taken until the jobs of all databases
 * are read, so that capacity and order can be judged. It is up from the beginning.
 */
export class Barrier {
  readonly #clock: Clock;
  #isUp = true;
  #timer: Timer | null = null;
  #onDown: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** @param onDown Told once, when it is down. */
  raise(onDown: () => void): void {
    this.leave();
    this.#isUp = true;
    this.#onDown = onDown;
    this.#timer = this.#clock.after(LONGEST_MS, () => this.lower());
  }

  lower(): void {
    if (!this.#isUp) return;
    this.leave();
    this.#isUp = false;
    this.#onDown();
  }

  /** It stays as it is, and does not come down by itself. */
  leave(): void {
    this.#timer?.cancel();
  }
}
