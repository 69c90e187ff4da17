import type { Clock, Timer } from "../../src/clock.ts";

interface FakeTimer extends Timer {
  dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that a test moves by hand. Callbacks run inside `advance`, the earliest first, those due
 * at the same instant in the order they were asked for; a callback may ask for further ones.
 */
export class FakeClock implements Clock {
  #nowMs: number;
  /** In the order they were asked for. */
  readonly #timers = new Set<FakeTimer>();
  readonly #onStep: ((aheadMs: number) => void)[] = [];

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer: FakeTimer = {
      dueMs: this.#nowMs + Math.max(delayMs, 0),
      callback,
      cancel: () => void this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
  }

  /** Moves the time forward by `ms` and runs what falls due on the way, each at its own instant. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(); next !== null && next.dueMs <= endMs; next = this.#next()) {
      // After a jump by `set` a timer may be overdue: time does not step back for it.
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#timers.delete(next);
      next.callback();
    }
    this.#nowMs = endMs;
  }

  /**
   * Jumps to an instant, either way, and runs nothing: what is overdue runs at the next `advance`.
   */
  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** Steps by `ms` as PostgreSQL's clock may: how long a timer has still to wait stays the same. */
  step(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) timer.dueMs += ms;
    for (const callback of this.#onStep) callback(ms);
  }

  onStep(callback: (aheadMs: number) => void): void {
    this.#onStep.push(callback);
  }

  /** How many timers are neither run nor cancelled. */
  get openTimers(): number {
    return this.#timers.size;
  }

  /** When the next callback is due, or Infinity. */
  get nextDueMs(): number {
    return this.#next()?.dueMs ?? Infinity;
  }

  #next(): FakeTimer | null {
    let first: FakeTimer | null = null;
    for (const timer of this.#timers) {
      if (first === null || timer.dueMs < first.dueMs) first = timer;
    }
    return first;
  }
}
