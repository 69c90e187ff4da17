import { CHANNEL_NONE, JobState } from "../../assembly/abi.ts";
import type { ChannelTable, KnownChannel } from "./channel_table.ts";
import type { ChannelStatus } from "./explanation.ts";

/** A channel with what is in it and below it. */
export interface OverviewChannel extends ChannelStatus {
  /** The channel that it flows into; null of root. */
  readonly parent: string | null;
  readonly allWaiting: number;
  readonly allRunning: number;
  readonly allFailed: number;
  /** Channels below it, shown or not. */
  readonly below: number;
}

export interface ChannelOverview {
  /** By name. */
  readonly channels: readonly OverviewChannel[];
  /** How many channels there are; of a search, how many it has found. */
  readonly count: number;
}

export interface OverviewOptions {
  /** So many channels at most, beside those above them. */
  readonly max: number;
  /** A part of the name, however it is spelled; "" is in all names. */
  readonly search?: string;
  /** Failed jobs by full name that only the host knows; they are added. */
  readonly failed?: ReadonlyMap<string, number>;
}

/** The channels above those that were asked for are as many again, at most. */
const ABOVE = 2;

/**
 * The fullest channels: objects only for those that are shown, so that thousands of others cost
 * next to nothing.
 */
export function overviewOf(table: ChannelTable, options: OverviewOptions): ChannelOverview {
  const { max, search = "", failed = new Map<string, number>() } = options;
  const all = table.shown();
  const counts = new Counts(table, all, failed);
  const wanted = search.toLowerCase();
  const found = wanted === ""
    ? all
    : all.filter((it) => it.config.name.toLowerCase().includes(wanted));
  const first = fullest(found, counts.jobs, max);
  const channels = withAbove(first, table, ABOVE * max)
    .sort((a, b) => a.config.name < b.config.name ? -1 : 1)
    .map((it) => {
      const { number, config, parent } = it;
      const status = table.statusOf(it);
      // Object spread would make a slow object of each.
      return Object.assign(status, {
        failed: status.failed + (failed.get(config.name) ?? 0),
        parent: parent === CHANNEL_NONE ? null : table.nameOf(parent),
        allWaiting: counts.waiting[number]!,
        allRunning: counts.running[number]!,
        allFailed: counts.failed[number]!,
        below: counts.below[number]!,
      });
    });
  return { channels, count: found.length };
}

/** What is in each channel and below it, by its number. */
class Counts {
  /** Of its own, that wait, run or have failed. */
  readonly jobs: Uint32Array;
  readonly waiting: Uint32Array;
  readonly running: Uint32Array;
  readonly failed: Uint32Array;
  /** Channels. */
  readonly below: Int32Array;

  constructor(
    table: ChannelTable,
    channels: readonly KnownChannel[],
    failed: ReadonlyMap<string, number>,
  ) {
    const size = 1 + channels.reduce((most, it) => Math.max(most, it.number), 0);
    this.jobs = new Uint32Array(size);
    this.waiting = new Uint32Array(size);
    this.running = new Uint32Array(size);
    this.failed = new Uint32Array(size);
    this.below = new Int32Array(size);
    const parentOf = new Int32Array(size);
    for (const { number, parent } of channels) parentOf[number] = parent;
    for (const { number, config } of channels) {
      const waiting = table.countOf(number, JobState.Waiting);
      const running = table.countOf(number, JobState.Running);
      const failedCount = table.countOf(number, JobState.Failed) + (failed.get(config.name) ?? 0);
      this.jobs[number] = waiting + running + failedCount;
      this.below[number]!--;
      for (let up = number; up !== CHANNEL_NONE; up = parentOf[up]!) {
        this.waiting[up]! += waiting;
        this.running[up]! += running;
        this.failed[up]! += failedCount;
        this.below[up]!++;
      }
    }
  }
}

/** Those with most jobs; the first ones where several have as many. */
function fullest(
  channels: readonly KnownChannel[],
  jobs: Uint32Array,
  max: number,
): KnownChannel[] {
  if (channels.length <= max) return [...channels];
  const least = Uint32Array.from(channels, (it) => jobs[it.number]!)
    .sort()[channels.length - max]!;
  const fuller = channels.filter((it) => jobs[it.number]! > least);
  const equal = channels.filter((it) => jobs[it.number]! === least);
  return [...fuller, ...equal.slice(0, max - fuller.length)];
}

/** With all channels above them; one that would need more than `max` is left out. */
function withAbove(
  channels: readonly KnownChannel[],
  table: ChannelTable,
  max: number,
): KnownChannel[] {
  const shown = new Set<KnownChannel>();
  for (const channel of channels) {
    const path = [channel];
    for (let up = channel.parent; up !== CHANNEL_NONE; up = path.at(-1)!.parent) {
      path.push(table.at(up));
    }
    const added = path.filter((it) => !shown.has(it));
    if (shown.size + added.length <= max) added.forEach((it) => shown.add(it));
  }
  return [...shown];
}
