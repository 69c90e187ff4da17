import type { Clock, Timer } from "../clock.ts";

export interface StartBarrierOptions {
  readonly clock: Pick<Clock, "after">;
  /** It has come down. */
  readonly onDown: () => void;
}

/** So long is waited for the slowest database. */
const LONGEST_MS = 10_000;

/**
 * At the start, and after the core was made anew, nothing is taken until the jobs of all databases
 * are read, so that capacity and order can be judged; or for ten seconds.
 */
export class StartBarrier {
  readonly #options: StartBarrierOptions;
  #isUp = true;
  #limit: Timer | null = null;
  #onceDown: () => void = () => {};

  constructor(options: StartBarrierOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** @param onceDown Told of its end, unless it is raised again before. */
  raise(onceDown: () => void): void {
    this.cancel();
    this.#isUp = true;
    this.#onceDown = onceDown;
    this.#limit = this.#options.clock.after(LONGEST_MS, () => this.lower());
  }

  lower(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.cancel();
    this.#onceDown();
    this.#options.onDown();
  }

  /** It does not come down by itself. */
  cancel(): void {
    this.#limit?.cancel();
  }
}
