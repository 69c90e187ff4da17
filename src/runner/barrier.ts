import type { Clock, Timer } from "../clock.ts";

const LONGEST_MS = 10_000;

/**
 * At the start, and after the core was made anew, nothing is taken until the jobs of all databases
 * are read, so that capacity and order can be judged; or for ten seconds.
 */
export class Barrier {
  readonly #clock: Clock;
  readonly #onLowered: () => void;
  #isUp = true;
  #timer: Timer | null = null;
  #tell: () => void = () => {};

  constructor(clock: Clock, onLowered: () => void) {
    this.#clock = clock;
    this.#onLowered = onLowered;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** @param tell Called first when it is lowered. */
  raise(tell: () => void): void {
    this.cancel();
    this.#isUp = true;
    this.#tell = tell;
    this.#timer = this.#clock.after(LONGEST_MS, () => this.lower());
  }

  lower(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.cancel();
    this.#tell();
    this.#onLowered();
  }

  /** It stays as it is, until somebody lowers it. */
  cancel(): void {
    this.#timer?.cancel();
  }
}
