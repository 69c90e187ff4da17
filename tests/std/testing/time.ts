/**
 * What the tests use of `@std/testing/time`: the time of the process, moved by hand.
 *
 * @module
 */

interface FakeTimer {
  readonly id: number;
  readonly run: () => void;
  readonly intervalMs: number | null;
  dueMs: number;
}

const REAL = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
};

/**
 * Stands in for `Date`, `setTimeout` and `setInterval` until `restore()` or the end of its `using`.
 */
export class FakeTime implements Disposable {
  readonly start: number;
  readonly #timers = new Map<number, FakeTimer>();
  #nowMs: number;
  #lastId = 0;

  constructor(start?: number | string | Date | null) {
    if (globalThis.Date !== REAL.Date) throw new Error("Time is already faked");
    this.start = start === undefined || start === null
      ? REAL.Date.now()
      : new REAL.Date(start).getTime();
    this.#nowMs = this.start;
    const nowMs = () => this.#nowMs;
    const later =
      (repeats: boolean) => (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
        const delayMs = Math.max(0, Number(ms));
        const id = ++this.#lastId;
        const dueMs = this.#nowMs + delayMs;
        this.#timers.set(id, {
          id,
          run: () => run(...args),
          intervalMs: repeats ? delayMs : null,
          dueMs,
        });
        return id;
      };
    const clear = (id?: number) => void (id !== undefined && this.#timers.delete(id));
    class FakeDate extends REAL.Date {
      constructor(...args: unknown[]) {
        super(...((args.length === 0 ? [nowMs()] : args) as [number]));
      }
      static override now(): number {
        return nowMs();
      }
    }
    Object.assign(globalThis, {
      Date: FakeDate,
      setTimeout: later(false),
      clearTimeout: clear,
      setInterval: later(true),
      clearInterval: clear,
    });
  }

  get now(): number {
    return this.#nowMs;
  }

  /** Runs all that is due within the next `ms`, in order, each at its instant. */
  tick(ms = 0): void {
    const endMs = this.#nowMs + ms;
    while (this.#runNext(endMs));
    this.#nowMs = endMs;
  }

  /** As `tick`, letting promises go on in between. */
  async tickAsync(ms = 0): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.runMicrotasks();
    while (this.#runNext(endMs)) await this.runMicrotasks();
    this.#nowMs = endMs;
  }

  /** Goes to the next timer and runs it; answers whether there was one. */
  next(): boolean {
    return this.#runNext(Infinity);
  }

  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Lets all promises go on that can. */
  async runMicrotasks(): Promise<void> {
    await new Promise<void>((resolve) => REAL.setTimeout(resolve, 0));
  }

  restore(): void {
    Object.assign(globalThis, REAL);
  }

  [Symbol.dispose](): void {
    this.restore();
  }

  #runNext(endMs: number): boolean {
    let next: FakeTimer | null = null;
    for (const timer of this.#timers.values()) {
      if (timer.dueMs <= endMs && (next === null || timer.dueMs < next.dueMs)) next = timer;
    }
    if (next === null) return false;
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    if (next.intervalMs === null) this.#timers.delete(next.id);
    else next.dueMs += Math.max(1, next.intervalMs);
    next.run();
    return true;
  }
}
