import type { Clock } from "../clock.ts";

export interface RateLimitOptions {
  readonly clock: Pick<Clock, "nowMs">;
  /** So many in a window. */
  readonly max: number;
  readonly windowMs: number;
}

/** So many are told apart; then the one that was seen first begins anew. */
const KEYS_MAX = 1_000;

/** Counts what happens to each of several, in windows of time. */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #windows = new Map<string, { endMs: number; count: number }>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** Answers how often it has happened in this window. */
  note(key: string): number {
    const { clock, windowMs } = this.#options;
    const nowMs = clock.nowMs();
    let window = this.#windows.get(key);
    if (!window || this.#leftMs(window) === 0) {
      this.#windows.delete(key);
      if (this.#windows.size >= KEYS_MAX) this.#windows.delete([...this.#windows.keys()][0]!);
      this.#windows.set(key, window = { endMs: nowMs + windowMs, count: 0 });
    }
    return ++window.count;
  }

  /** Seconds until it may happen again; 0: now. */
  waitSeconds(key: string): number {
    const { max } = this.#options;
    const window = this.#windows.get(key);
    if (!window || window.count < max) return 0;
    return Math.ceil(this.#leftMs(window) / 1000);
  }

  #leftMs({ endMs }: { readonly endMs: number }): number {
    const { clock, windowMs } = this.#options;
    const leftMs = endMs - clock.nowMs();
    // The clock may step back.
    return leftMs > windowMs ? 0 : Math.max(0, leftMs);
  }
}
