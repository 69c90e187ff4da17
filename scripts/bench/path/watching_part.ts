import type { BenchOptions } from "../options.ts";
import { mean, type Row, standardError } from "../report.ts";
import { channelNames, fillChannels } from "./channel_tree.ts";
import type { Doing } from "./cpu_profile.ts";
import type { Scene } from "./scene.ts";
import { type Pair, takeTurns, type Turn, type Turns, type TurnsSize } from "./watched_turns.ts";

export interface WatchingSize extends TurnsSize {
  /** Jobs that wait in the channels. */
  readonly waiting: number;
}

export const ROOT_ALONE = "root alone";
export const MANY_CHANNELS = "1000 channels";
export const WATCHING_COLUMNS = [ROOT_ALONE, MANY_CHANNELS];

const FULL: WatchingSize = { perSecond: 1_000, seconds: 2, pairs: 10, pages: 5, waiting: 20_000 };
const CHANNELS_BY_COLUMN = { [ROOT_ALONE]: 0, [MANY_CHANNELS]: 1_000 };
const CORE = "% of a core";
/** By the profile: what serves the pages, and the garbage that this makes. */
const WATCHING = "watching";

/**
 * What it costs the runner that pages are open while it works. A difference of processor time is
 * lost in the noise of the work, but its profile tells what serves pages apart; only the garbage
 * that they make has to be told by the difference between turns with and without them.
 */
export async function measureWatching(
  scene: Scene,
  options: BenchOptions,
  size = FULL,
): Promise<Row[]> {
  const columns: [string, Turns[]][] = [];
  for (const [column, count] of Object.entries(CHANNELS_BY_COLUMN)) {
    const rounds: Turns[] = [];
    const names = channelNames(count);
    for (let round = 0; round < options.rounds; round++) {
      await scene.reset();
      await fillChannels(scene, names, size.waiting);
      rounds.push(await takeTurns(scene, options, names, size));
    }
    columns.push([column, rounds]);
  }
  const row = (name: string, unit: string, valueOf: (rounds: Turns[]) => number | null): Row => {
    const values = columns.map(([column, rounds]) => [column, valueOf(rounds)]);
    return { name, unit, values: Object.fromEntries(values) };
  };
  const overPairs = (
    name: string,
    figure: (pair: Pair) => number | null,
    sum: (values: number[]) => number = mean,
    unit = CORE,
  ) => {
    return row(name, unit, (rounds) => {
      const values = rounds.flatMap(({ pairs }) => pairs.map(figure));
      const known = values.filter((it) => it !== null);
      return known.length === 0 ? null : sum(known);
    });
  };
  return [
    row("jobs done", "1/s", (rounds) => mean(rounds.map((it) => it.jobsPerSecond))),
    overPairs("views that each page got", ({ watched }) => watched.views, mean, "1/s"),
    overPairs("CPU, nobody watches", ({ unwatched }) => unwatched.cpu),
    overPairs("CPU, five pages open", ({ watched }) => watched.cpu),
    overPairs("… standard error of the difference", cpuMore, standardError),
    overPairs("what serves the pages", ({ watched }) => cpuOf(watched, "pages")),
    overPairs("more garbage collection", garbageMore),
    overPairs(WATCHING, watching),
    overPairs("… standard error", watching, standardError),
  ];
}

function cpuMore({ watched, unwatched }: Pair): number {
  return watched.cpu - unwatched.cpu;
}

function garbageMore({ watched, unwatched }: Pair): number | null {
  const [more, less] = [cpuOf(watched, "garbage"), cpuOf(unwatched, "garbage")];
  return more === null || less === null ? null : more - less;
}

function watching(pair: Pair): number | null {
  const [pages, garbage] = [cpuOf(pair.watched, "pages"), garbageMore(pair)];
  return pages === null || garbage === null ? null : pages + garbage;
}

/** Of a core, in percent; null without a profile. */
function cpuOf({ cpu, parts }: Turn, doing: Doing): number | null {
  return parts && cpu * parts[doing];
}
