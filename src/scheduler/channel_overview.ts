import { JobState } from "../../assembly/abi.ts";
import type { ChannelTable, KnownChannel } from "./channel_table.ts";
import type { ChannelStatus } from "./explanation.ts";

/** A channel with what is in it and below it. */
export interface OverviewChannel extends ChannelStatus {
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
const CLASSES = 3;

/**
 * The fullest channels: objects only for those that are shown, so that the others cost a few
 * nanoseconds each.
 */
export function overviewOf(table: ChannelTable, options: OverviewOptions): ChannelOverview {
  const { max, search = "", failed = new Map<string, number>() } = options;
  const all = table.shown();
  const known = new Map(all.map((it) => [it.number, it]));
  const sums = new Sums(all);
  const weights = new Map<number, number>();
  for (const it of all) {
    const waiting = table.countOf(it.number, JobState.Waiting);
    const running = table.countOf(it.number, JobState.Running);
    const failedCount = table.countOf(it.number, JobState.Failed) +
      (failed.get(it.config.name) ?? 0);
    weights.set(it.number, waiting + running + failedCount);
    const counts = [waiting, running, failedCount];
    for (let up: KnownChannel | undefined = it; up; up = known.get(up.parent)) {
      sums.add(up.number, counts, up === it ? 0 : 1);
    }
  }
  const wanted = search.toLowerCase();
  const found = all.filter((it) => it.config.name.toLowerCase().includes(wanted));
  const first = fullest(found, weights, max);
  const shown = withAbove(first, known, ABOVE * max);
  const channels = shown
    .sort((a, b) => a.config.name < b.config.name ? -1 : 1)
    .map((it) => {
      const status = table.statusOf(it);
      const failedHere = status.failed + (failed.get(it.config.name) ?? 0);
      return { ...status, failed: failedHere, ...sums.of(it.number) };
    });
  return { channels, count: found.length };
}

/** What is in each channel and below it, by number. */
class Sums {
  readonly #counts: Float64Array;
  readonly #below: Uint32Array;

  constructor(channels: readonly KnownChannel[]) {
    const size = 1 + channels.reduce((most, it) => Math.max(most, it.number), 0);
    this.#counts = new Float64Array(CLASSES * size);
    this.#below = new Uint32Array(size);
  }

  add(number: number, counts: readonly number[], below: number): void {
    for (let it = 0; it < CLASSES; it++) this.#counts[CLASSES * number + it]! += counts[it]!;
    this.#below[number]! += below;
  }

  of(number: number) {
    const [allWaiting, allRunning, allFailed] = this.#counts.subarray(CLASSES * number);
    return {
      ...{ allWaiting: allWaiting!, allRunning: allRunning!, allFailed: allFailed! },
      below: this.#below[number]!,
    };
  }
}

function fullest(
  channels: readonly KnownChannel[],
  weights: ReadonlyMap<number, number>,
  max: number,
): KnownChannel[] {
  if (channels.length <= max) return [...channels];
  const weightOf = (it: KnownChannel) => weights.get(it.number)!;
  const busy = channels.filter((it) => weightOf(it) > 0);
  if (busy.length > max) {
    return busy.sort((a, b) => weightOf(b) - weightOf(a) || a.number - b.number).slice(0, max);
  }
  const quiet = channels.filter((it) => weightOf(it) === 0);
  return [...busy, ...quiet.slice(0, max - busy.length)];
}

/** With all channels above them; one that would need more than `max` is left out. */
function withAbove(
  channels: readonly KnownChannel[],
  known: ReadonlyMap<number, KnownChannel>,
  max: number,
): KnownChannel[] {
  const shown = new Set<KnownChannel>();
  for (const channel of channels) {
    const path: KnownChannel[] = [];
    for (let up: KnownChannel | undefined = channel; up; up = known.get(up.parent)) path.push(up);
    const added = path.filter((it) => !shown.has(it));
    if (shown.size + added.length <= max) added.forEach((it) => shown.add(it));
  }
  return [...shown];
}
