import type { Timer, TimerSet } from "../clock.ts";

/** The wait of one database for its next attempt, which others may end early. */
export class Waiting {
  readonly #timers: TimerSet;
  #mayHurry = false;
  /** Before anything was waited for. */
  #isHurried = false;
  #stopping = new AbortController();
  #end: () => void = () => {};

  constructor(timers: TimerSet) {
    this.#timers = timers;
  }

  /**
   * @param delayMs Null is until it is ended.
   * @param mayHurry Whether `hurry` ends it.
   */
  async for(delayMs: number | null, mayHurry = true): Promise<void> {
    const isOver = this.isStopped || (this.#isHurried && mayHurry);
    this.#isHurried = false;
    if (isOver) return;
    let timer: Timer | null = null;
    await new Promise<void>((resolve) => {
      this.#end = resolve;
      this.#mayHurry = mayHurry;
      if (delayMs !== null) timer = this.#timers.after(delayMs, resolve);
    });
    (timer as Timer | null)?.cancel();
    this.#mayHurry = false;
  }

  /** What is waited for, or will be waited for next, may have come. */
  hurry(): void {
    if (this.#mayHurry) this.#end();
    else this.#isHurried = true;
  }

  /** There is nothing to wait for any more. */
  end(): void {
    this.#end();
  }

  /** Nothing is waited for until `start`. */
  stop(): void {
    this.#stopping.abort();
    this.#end();
  }

  start(): void {
    if (this.isStopped) this.#stopping = new AbortController();
  }

  get isStopped(): boolean {
    return this.signal.aborted;
  }

  /** For what else is to be given up by `stop`. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }
}
