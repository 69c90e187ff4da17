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

const FULL: WatchingSize = { perSecond: 1_000, seconds: 4, pairs: 5, pages: 5, waiting: 20_000 };
const CHANNELS_BY_COLUMN = { [ROOT_ALONE]: 0, [MANY_CHANNELS]: 1_000 };
const CORE = "% of a core";

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
  const row = (name: string, unit: string, valueOf: (rounds: Turns[]) => number | null) => {
    const values = columns.map(([column, rounds]) => [column, valueOf(rounds)]);
    return { name, unit, values: Object.fromEntries(values) };
  };
  const pairRow = (name: string, unit: string, figure: Figure, sum = mean) => {
    return row(name, unit, (rounds) => ofPairs(rounds, figure, sum));
  };
  return [
    row("jobs done", "1/s", (rounds) => mean(rounds.map((it) => it.jobsPerSecond))),
    pairRow("views that each page got", "1/s", ({ watched }) => watched.views),
    pairRow("CPU, nobody watches", CORE, ({ unwatched }) => unwatched.cpu),
    pairRow("CPU, five pages open", CORE, ({ watched }) => watched.cpu),
    pairRow("… standard error of the difference", CORE, cpuMore, standardError),
    pairRow("what serves the pages", CORE, serving),
    pairRow("more garbage collection", CORE, garbageMore),
    pairRow("… standard error", CORE, garbageMore, standardError),
    row("watching", CORE, watching),
  ];
}

/** Null without a profile. */
type Figure = (pair: Pair) => number | null;

function ofPairs(
  rounds: readonly Turns[],
  figure: Figure,
  sum: (values: readonly number[]) => number,
): number | null {
  const values = rounds.flatMap(({ pairs }) => pairs.map(figure)).filter((it) => it !== null);
  return values.length === 0 ? null : sum(values);
}

function cpuMore({ watched, unwatched }: Pair): number {
  return watched.cpu - unwatched.cpu;
}

function serving({ watched }: Pair): number | null {
  return cpuOf(watched, "pages");
}

function garbageMore({ watched, unwatched }: Pair): number | null {
  const [more, less] = [cpuOf(watched, "garbage"), cpuOf(unwatched, "garbage")];
  return more === null || less === null ? null : more - less;
}

function watching(rounds: readonly Turns[]): number | null {
  const [pages, garbage] = [serving, garbageMore].map((it) => ofPairs(rounds, it, mean));
  // Pages do not make less garbage: that is noise.
  return pages === null ? null : pages! + Math.max(0, garbage!);
}

/** Of a core, in percent; null without a profile. */
function cpuOf({ cpu, parts }: Turn, doing: Doing): number | null {
  return parts && cpu * parts[doing];
}
