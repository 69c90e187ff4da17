import {
  CHANNEL_DEPTH_MAX,
  CHANNEL_MAX,
  CHANNEL_NONE,
  ChannelFlag,
  JobState,
  UNLIMITED,
} from "../../assembly/abi.ts";
import {
  changedChannel,
  type ChannelChange,
  type ChannelConfig,
  type ChannelPlan,
  fullChannelName,
} from "./channel_config.ts";
import type { Core } from "./core.ts";
import { ConfigError, TableFullError } from "./errors.ts";
import type { ChannelStatus } from "./explanation.ts";
import { timeOrNull } from "./waits.ts";

/**
 * Empty channels made on the fly are looked for when there are this many, and again at every
 * doubling.
 */
const SMALLEST_SWEEP = 256;

/** A channel of the core. */
export interface KnownChannel {
  readonly number: number;
  readonly config: ChannelConfig;
  /** The number of the channel above it; CHANNEL_NONE of root. */
  readonly parent: number;
  /** In the channel string; else made on the fly for a job that named it. */
  readonly isConfigured: boolean;
}

/**
 * The channels by name: numbers them for the core, and makes those on the fly that only jobs name.
 */
export class ChannelTable {
  readonly #core: Core;
  readonly #byName = new Map<string, KnownChannel>();
  readonly #nameOf: string[] = [];
  readonly #freeNumbers: number[] = [];
  /**
   * How jobs spell their channels (null included), and the number behind it; bounded like the
   * channels.
   */
  readonly #numberOfSpelling = new Map<string | null, number>();
  #configured: ReadonlyMap<string, ChannelConfig> = new Map();
  /** Laid over what is configured, by name: also over channels that are yet to be made. */
  readonly #changes = new Map<string, ChannelChange>();
  #sweepAt = SMALLEST_SWEEP;

  constructor(core: Core, plan: ChannelPlan) {
    this.#core = core;
    this.configure(plan);
  }

  /** The number of the channel that a job names. */
  numberOf(spelling: string | null): number {
    return this.#numberOfSpelling.get(spelling) ?? this.#resolve(spelling);
  }

  nameOf(number: number): string {
    return this.#nameOf[number]!;
  }

  find(spelling: string): KnownChannel | undefined {
    return this.#byName.get(fullChannelName(spelling));
  }

  /** What the channel string says of a channel, whatever is laid over it. */
  configured(spelling: string): ChannelConfig | null {
    return this.#configured.get(fullChannelName(spelling)) ?? null;
  }

  at(number: number): KnownChannel {
    return this.#byName.get(this.nameOf(number))!;
  }

  /** Configured channels, and those made on the fly that hold jobs; by name. */
  list(): KnownChannel[] {
    return this.shown().sort((a, b) => a.config.name < b.config.name ? -1 : 1);
  }

  /** The same, in no order. */
  shown(): KnownChannel[] {
    return [...this.#byName.values()]
      .filter((it) => it.isConfigured || this.#core.channelJobCount(it.number) > 0);
  }

  /** A channel's own jobs in a state. */
  countOf(number: number, state: JobState): number {
    return this.#core.channelCount(number, state);
  }

  statusOf({ number, config }: KnownChannel): ChannelStatus {
    return {
      name: config.name,
      capacity: config.capacity,
      sequential: config.sequential,
      throttle: config.throttleMs === 0 ? null : config.throttleMs / 1000,
      paused: config.paused,
      waiting: this.countOf(number, JobState.Waiting),
      running: this.countOf(number, JobState.Running),
      failed: this.countOf(number, JobState.Failed),
      parked: this.countOf(number, JobState.Parked),
      waitingSinceMs: timeOrNull(this.#core.channelWaitingSince(number)),
    };
  }

  /** Puts a new channel string in force; jobs keep their places as far as the new tree has them. */
  configure(plan: ChannelPlan): void {
    this.#check(plan);
    this.#dropEmpty();
    const others = [...this.#byName.values()].map((it) => it.config.name);
    const configured = new Map(plan.channels.map((it) => [it.name, it]));
    const set = () => {
      for (const config of plan.channels) this.#set(config, parentName(config.name));
      for (const name of others) if (!configured.has(name)) this.#setOnTheFly(name, configured);
    };
    const isMoving = others.some((name) => this.#movesJobs(name, configured));
    this.#configured = configured;
    // It takes every job out and back in: not for a capacity.
    if (isMoving) this.#core.reconfigure(set);
    else set();
    this.#dropEmpty();
  }

  /** Lays a change over a channel, in place of the one before; null takes that away. */
  change(name: string, change: ChannelChange | null): void {
    if (change === null) this.#changes.delete(name);
    else this.#changes.set(name, change);
    const known = this.#byName.get(name);
    const set = () => {
      const config = this.#configured.get(name);
      if (config) this.#set(config, parentName(name));
      else if (known) this.#setOnTheFly(name, this.#configured);
    };
    const isPaused = change?.paused ?? this.#configured.get(name)?.paused ?? false;
    // Jobs of a channel that is paused come back to it, wherever they have flowed.
    if (known && isPaused && !known.config.paused) this.#core.reconfigure(set);
    else set();
  }

  /** Whether jobs of a channel have another way, another order, or come back to it. */
  #movesJobs(name: string, configured: ReadonlyMap<string, ChannelConfig>): boolean {
    const { config } = this.#byName.get(name)!;
    const next = configured.get(name);
    const { paused } = changedChannel(next ?? config, this.#changes.get(name));
    return nearestAbove(name, this.#configured) !== nearestAbove(name, configured) ||
      config.sequential !== (next?.sequential ?? false) || (paused && !config.paused);
  }

  #resolve(spelling: string | null): number {
    const name = fullChannelName(spelling);
    let channel = this.#byName.get(name);
    if (!channel) {
      if (this.#byName.size >= this.#sweepAt) this.#dropEmpty();
      channel = this.#makeOnTheFly(name);
    }
    if (this.#numberOfSpelling.size >= CHANNEL_MAX) this.#numberOfSpelling.clear();
    this.#numberOfSpelling.set(spelling, channel.number);
    return channel.number;
  }

  #makeOnTheFly(name: string): KnownChannel {
    try {
      return this.#setOnTheFly(name, this.#configured);
    } catch (error) {
      // Where there is no room for one more, empty ones make it.
      const count = this.#byName.size;
      if (error instanceof TableFullError) this.#dropEmpty();
      if (this.#byName.size === count) throw error;
      return this.#setOnTheFly(name, this.#configured);
    }
  }

  /** Unlimited unless the nearest configured channel above it says otherwise. */
  #setOnTheFly(name: string, configured: ReadonlyMap<string, ChannelConfig>): KnownChannel {
    const above = nearestAbove(name, configured);
    if (above === null) {
      throw new RangeError(`Cannot place channel "${name}": it must lie below root`);
    }
    const capacity = configured.get(above)!.subcapacity;
    const config = {
      name,
      capacity,
      sequential: false,
      throttleMs: 0,
      subcapacity: null,
      paused: false,
    };
    return this.#set(config, above, false);
  }

  #set(given: ChannelConfig, parent: string | null, isConfigured = true): KnownChannel {
    const config = changedChannel(given, this.#changes.get(given.name));
    const known = this.#byName.get(config.name);
    const number = known?.number ?? this.#freeNumbers.at(-1) ?? this.#nameOf.length;
    const flags = (config.sequential ? ChannelFlag.Sequential : 0) |
      (config.paused ? ChannelFlag.Paused : 0);
    const parentNumber = parent === null ? CHANNEL_NONE : this.#byName.get(parent)!.number;
    this.#core.configureChannel(
      number,
      parentNumber,
      config.capacity ?? UNLIMITED,
      flags,
      config.throttleMs,
    );
    if (!known) {
      this.#freeNumbers.pop();
      this.#nameOf[number] = config.name;
    }
    const channel = { number, config, parent: parentNumber, isConfigured };
    this.#byName.set(config.name, channel);
    return channel;
  }

  /** Drops the channels made on the fly that hold no jobs. */
  #dropEmpty(): void {
    for (const { number, config, isConfigured } of this.#byName.values()) {
      if (isConfigured || this.#core.channelJobCount(number) > 0) continue;
      this.#core.removeChannel(number);
      this.#byName.delete(config.name);
      this.#freeNumbers.push(number);
    }
    this.#numberOfSpelling.clear();
    this.#sweepAt = Math.max(SMALLEST_SWEEP, 2 * this.#byName.size);
  }

  /** What the core would refuse half-way through a configuration. */
  #check({ channels }: ChannelPlan): void {
    const mistakes = channels
      .filter((it) => it.name.split(".").length > CHANNEL_DEPTH_MAX)
      .map((it) => ({
        entry: it.name,
        reason: `a channel lies at most ${CHANNEL_DEPTH_MAX} deep`,
      }));
    const names = new Set([...channels.map((it) => it.name), ...this.#byName.keys()]);
    if (names.size > CHANNEL_MAX) {
      mistakes.push({
        entry: `${channels.length} channels`,
        reason: `at most ${CHANNEL_MAX} are possible`,
      });
    }
    if (mistakes.length > 0) throw new ConfigError("channels ", mistakes);
  }
}

/** The nearest channel above that is configured. */
function nearestAbove(
  name: string,
  configured: ReadonlyMap<string, ChannelConfig>,
): string | null {
  let above = parentName(name);
  while (above !== null && !configured.has(above)) above = parentName(above);
  return above;
}

function parentName(name: string): string | null {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? null : name.slice(0, dot);
}
