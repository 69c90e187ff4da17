import type { Clock } from "../clock.ts";
import { Barrier } from "./barrier.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

/** In the core alone: no database has a NUL in its name. */
const UNREAD = "\0unread";

/**
 * Channels that have become sequential while jobs run. Failed jobs block them now, of which only
 * the number was known. Until all databases are read again, each of these channels is blocked as by
 * a failed job, and no other waits for that.
 */
export class UnreadFailures {
  readonly #scheduler: LiveScheduler;
  readonly #barrier: Barrier;

  constructor(options: { readonly scheduler: LiveScheduler; readonly clock: Clock }) {
    this.#scheduler = options.scheduler;
    this.#barrier = new Barrier(options.clock);
  }

  /** Whether a channel waits for them. */
  get isAwaited(): boolean {
    return this.#barrier.isUp;
  }

  /** The failed jobs of these channels are yet to be read. */
  await(channels: readonly string[]): void {
    const unknown = { sequence: 0, createdMs: null, priority: null, etaMs: null };
    for (const channel of channels) {
      const job = { database: UNREAD, uuid: channel, channel, state: "failed" };
      this.#scheduler.notify({ ...unknown, ...job });
    }
    this.#barrier.raise(() => this.#scheduler.forgetDatabase(UNREAD));
  }

  /** All databases are read. */
  noteRead(): void {
    this.#barrier.lower();
  }

  stop(): void {
    this.#barrier.leave();
  }
}
