import type { Clock } from "../clock.ts";
import { TableFullError } from "../scheduler/mod.ts";
import { Barrier } from "./barrier.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

export interface ChannelSwitchOptions {
  readonly clock: Clock;
  readonly scheduler: LiveScheduler;
  /** Of the databases that are served. */
  readonly turns: () => readonly DatabaseTurn[];
}

/** In the core alone: no database has a NUL in its name. */
const UNREAD = "\0unread";

/**
 * Puts another channel string in force while jobs run. A channel that becomes sequential is blocked
 * by failed jobs of which only the number was known: all databases are read again for them. Until
 * then each such channel is blocked as by a failed job, and no other waits for that.
 */
export class ChannelSwitch {
  readonly #options: ChannelSwitchOptions;
  readonly #barrier: Barrier;

  constructor(options: ChannelSwitchOptions) {
    this.#options = options;
    this.#barrier = new Barrier(options.clock);
  }

  /**
   * Answers whether each new sequential channel is blocked, if there is any: where there is no room
   * for that, nothing at all is to be taken until all databases are read.
   *
   * @throws {ConfigError} With all mistakes; the old string stays in force.
   */
  configure(channels: string): boolean {
    const { scheduler, turns } = this.#options;
    const before = this.#sequential();
    scheduler.configure(channels);
    const added = this.#sequential().filter((it) => !before.includes(it));
    if (added.length === 0) return true;
    const isBlocked = this.#block(added);
    if (isBlocked) this.#barrier.raise(() => scheduler.forgetDatabase(UNREAD));
    for (const turn of turns()) turn.refill();
    return isBlocked;
  }

  /** Failed jobs are being read. */
  get isReading(): boolean {
    return this.#barrier.isUp;
  }

  /** All databases are read. */
  noteRead(): void {
    this.#barrier.lower();
  }

  /** They are not awaited any more by themselves. */
  leave(): void {
    this.#barrier.leave();
  }

  /** All or none. */
  #block(channels: readonly string[]): boolean {
    const { scheduler } = this.#options;
    const unknown = { sequence: 0, createdMs: null, priority: null, etaMs: null };
    try {
      for (const channel of channels) {
        const job = { database: UNREAD, uuid: channel, channel, state: "failed" };
        scheduler.notify({ ...unknown, ...job });
      }
      return true;
    } catch (error) {
      if (!(error instanceof TableFullError)) throw error;
      scheduler.forgetDatabase(UNREAD);
      return false;
    }
  }

  #sequential(): string[] {
    return this.#options.scheduler.channels().filter((it) => it.sequential).map((it) => it.name);
  }
}
