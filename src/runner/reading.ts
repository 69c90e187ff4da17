import { Barrier } from "./barrier.ts";
import { ChannelSwitch, type ChannelSwitchOptions } from "./channel_switch.ts";

export interface ReadingOptions extends ChannelSwitchOptions {
  /** Whether the jobs of all databases are read, as far as they can be. */
  readonly areRead: () => boolean;
  /** They are: what to tell of it. */
  readonly onRead: (news: string) => void;
}

/** What waits until the jobs of all databases are read: every job, or those of some channels. */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #barrier: Barrier;
  readonly #channels: ChannelSwitch;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#barrier = new Barrier(options.clock);
    this.#channels = new ChannelSwitch(options);
  }

  /** No job is to be taken. */
  get isAwaited(): boolean {
    return this.#barrier.isUp;
  }

  /** All is read anew. */
  begin(news: string): void {
    this.#barrier.raise(() => {
      this.#channels.noteRead();
      this.#options.onRead(news);
    });
  }

  /**
   * Puts another channel string in force.
   *
   * @throws {ConfigError} With all mistakes; the old one stays in force.
   */
  configure(channels: string): void {
    if (this.#channels.configure(channels)) return;
    this.begin("the failed jobs of sequential channels are known");
  }

  /** Something has changed in a database. */
  look(): void {
    if (!this.#barrier.isUp && !this.#channels.isReading) return;
    if (!this.#options.areRead()) return;
    this.#channels.noteRead();
    this.#barrier.lower();
  }

  /** It stays as it is, until it begins anew. */
  leave(): void {
    this.#barrier.leave();
    this.#channels.leave();
  }
}
