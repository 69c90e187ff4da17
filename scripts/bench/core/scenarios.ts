import { JobColumns, Random } from "./job_columns.ts";
import { NOW_MS, type Player, State } from "./player.ts";
import { milliseconds } from "./stopwatch.ts";

/** What one play has shown. */
export interface Play {
  readonly elapsedMs: number;
  /** Events of the scenario. */
  readonly events: number;
  /** Of the jobs handed out, in order: the same for all schedulers, else one has them wrong. */
  readonly checksum: number;
}

/** A workload that every scheduler plays alike; stock_player.py plays the same in Python. */
export interface Scenario {
  readonly name: string;
  /** How stock_player.py is asked for it; empty where it has nothing like it. */
  readonly stock: readonly string[];
  readonly channels: string;
  /** Whether each play begins with a new scheduler, in memory that nobody has used before. */
  readonly isAnew?: boolean;
  /** Made once: what making them leaves to the garbage collector would be paid in a play. */
  jobs(): JobColumns;
  /** The player knows no job yet. */
  play(player: Player): Play;
}

const TEN_CHANNELS = Array.from({ length: 10 }, (_, it) => `c${it}`);

/** Rows into the scheduler, one after the other. */
export function load(count: number): Scenario {
  return {
    name: `load ${inThousands(count)}`,
    stock: ["load", `${count}`],
    channels: `root:4,${TEN_CHANNELS.join(":2,")}:2`,
    jobs: () => new JobColumns(count, TEN_CHANNELS),
    play(player) {
      const elapsedMs = milliseconds(() => {
        addAll(player, count);
      });
      const found = player.take(NOW_MS);
      const checksum = checksumOf(0, player.taken, found);
      return { elapsedMs, events: count, checksum };
    },
  };
}

/** The same with a new scheduler, as at a start. */
export function loadAnew(count: number): Scenario {
  return { ...load(count), name: `load ${inThousands(count)} anew`, isAnew: true };
}

/** Hand out, started, done, until nothing is left. */
export function drain(count: number, capacity: number): Scenario {
  return {
    name: `drain root:${capacity}, ${inThousands(count)}`,
    stock: ["drain", `${count}`, `${capacity}`],
    channels: `root:${capacity},${TEN_CHANNELS.join(":0,")}:0`,
    jobs: () => new JobColumns(count, TEN_CHANNELS),
    play(player) {
      addAll(player, count);
      let checksum = 0;
      const elapsedMs = milliseconds(() => {
        for (let over = 0; over < count;) {
          const found = player.take(NOW_MS);
          checksum = checksumOf(checksum, player.taken, found);
          notifyTaken(player, found, State.Started);
          notifyTaken(player, found, State.Done);
          over += found;
        }
      });
      return { elapsedMs, events: count, checksum };
    },
  };
}

/** 50 channels on three levels; jobs come, run, end, fail and are requeued, in no order. */
export function churn(count: number): Scenario {
  return {
    name: `churn, ${inThousands(count)}`,
    stock: ["churn", `${count}`],
    channels: threeLevels().channels,
    jobs: () => new JobColumns(2 * count, threeLevels().names),
    play: (player) => playChurn(player, count),
  };
}

function playChurn(player: Player, count: number): Play {
  addAll(player, count);
  const random = new Random(7);
  const running: number[] = [];
  const failed: number[] = [];
  let [next, checksum] = [count, 0];
  const elapsedMs = milliseconds(() => {
    for (let step = 0; step < count; step++) {
      const choice = random.below(8);
      if (choice < 3) player.notify(next++, State.Pending);
      else if (choice < 7 && running.length > 0) {
        const job = takeOut(running, random.below(running.length));
        const isFailing = random.below(10) === 0;
        player.notify(job, isFailing ? State.Failed : State.Done);
        if (isFailing) failed.push(job);
      } else if (failed.length > 0) {
        player.notify(takeOut(failed, random.below(failed.length)), State.Pending);
      }
      const found = player.take(NOW_MS);
      checksum = checksumOf(checksum, player.taken, found);
      for (let i = 0; i < found; i++) {
        const job = player.taken[i]!;
        player.notify(job, State.Started);
        running.push(job);
      }
    }
  });
  return { elapsedMs, events: count, checksum };
}

/** Every job has an eta; time goes on by ten seconds, and what comes due runs. */
export function eta(count: number): Scenario {
  return {
    name: `eta, ${inThousands(count)}`,
    stock: ["eta", `${count}`],
    channels: `root:${count},${TEN_CHANNELS.join(":0,")}:0`,
    jobs() {
      const jobs = new JobColumns(count, TEN_CHANNELS);
      const random = new Random(3);
      for (let job = 0; job < count; job++) jobs.etasMs[job] = NOW_MS + random.below(count) * 1000;
      return jobs;
    },
    play(player) {
      let checksum = 0;
      const elapsedMs = milliseconds(() => {
        addAll(player, count);
        for (let nowMs = NOW_MS; nowMs <= NOW_MS + count * 1000; nowMs += 10_000) {
          const found = player.take(nowMs);
          checksum = checksumOf(checksum, player.taken, found);
          notifyTaken(player, found, State.Started);
          notifyTaken(player, found, State.Done);
          player.wakeupAtMs(nowMs);
        }
      });
      return { elapsedMs, events: count, checksum };
    },
  };
}

/**
 * `channelCount` full channels with ten waiting jobs each: what one job that ends costs.
 *
 * @param stockCount Events that the stock scheduler plays, which takes long for each.
 */
export function manyChannels(channelCount: number, count: number, stockCount: number): Scenario {
  const names = Array.from({ length: channelCount }, (_, it) => `c${it}`);
  return {
    name: `an event, ${channelCount} channels`,
    stock: ["channels", `${stockCount}`, `${channelCount}`, `${count}`],
    channels: `root:100,${names.join(":1,")}:1`,
    jobs: () => new JobColumns(10 * channelCount + count, names),
    play(player) {
      addAll(player, 10 * channelCount);
      const running: number[] = [];
      let checksum = 0;
      let next = 10 * channelCount;
      const decide = (step: number) => {
        const found = player.take(NOW_MS);
        if (step < stockCount) checksum = checksumOf(checksum, player.taken, found);
        for (let i = 0; i < found; i++) running.push(player.taken[i]!);
        player.wakeupAtMs(NOW_MS);
      };
      decide(-1);
      const elapsedMs = milliseconds(() => {
        for (let step = 0; step < count; step++) {
          player.notify(running.shift()!, State.Done);
          player.notify(next++, State.Pending);
          decide(step);
        }
      });
      return { elapsedMs, events: count, checksum };
    },
  };
}

/**
 * `channelCount` channels with a job each that is due later: one job after the other goes, and the
 * wake-up time is asked.
 *
 * @param stockCount Events that the stock scheduler plays, which takes long for each.
 */
export function wakeup(channelCount: number, stockCount: number): Scenario {
  const names = Array.from({ length: channelCount }, (_, it) => `c${it}`);
  return {
    name: `wake-up time, ${channelCount} channels`,
    stock: ["wakeup", `${stockCount}`, `${channelCount}`],
    channels: `root:100,${names.join(":1,")}:1`,
    jobs() {
      const jobs = new JobColumns(channelCount, names);
      for (let job = 0; job < channelCount; job++) {
        jobs.channels[job] = job;
        jobs.etasMs[job] = NOW_MS + (job + 1) * 1000;
      }
      return jobs;
    },
    play(player) {
      addAll(player, channelCount);
      player.take(NOW_MS);
      let checksum = 0;
      const elapsedMs = milliseconds(() => {
        for (let job = 0; job < channelCount - 1; job++) {
          player.notify(job, State.Done);
          const seconds = (player.wakeupAtMs(NOW_MS) - NOW_MS) / 1000;
          if (job < stockCount) checksum = checksumOf(checksum, [seconds], 1);
        }
      });
      return { elapsedMs, events: channelCount - 1, checksum };
    },
  };
}

/** A heap that is emptied in one decision. */
export function pop(count: number): Scenario {
  return {
    name: `pop ${count / 1000} k of the heap`,
    stock: [],
    channels: "root:2147483647",
    jobs: () => new JobColumns(count, ["root"]),
    play(player) {
      addAll(player, count);
      let found = 0;
      const elapsedMs = milliseconds(() => found = player.take(NOW_MS));
      return { elapsedMs, events: count, checksum: checksumOf(0, player.taken, found) };
    },
  };
}

/** `root:20`, five channels below it of capacity 8, and ten of capacity 2 below each. */
export function threeLevels(): { readonly channels: string; readonly names: readonly string[] } {
  const tops = Array.from({ length: 5 }, (_, it) => `t${it}`);
  const names = tops.flatMap((top) => Array.from({ length: 10 }, (_, it) => `${top}.c${it}`));
  const entries = [...tops.map((it) => `${it}:8`), ...names.map((it) => `${it}:2`)];
  return { channels: `root:20,${entries.join(",")}`, names };
}

function inThousands(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000} M` : `${count / 1000} k`;
}

/** The jobs from the first on come in. */
function addAll(player: Player, count: number): void {
  for (let job = 0; job < count; job++) player.notify(job, State.Pending);
}

/** The jobs that were just taken all come to be in a state. */
function notifyTaken(player: Player, found: number, state: State): void {
  const { taken } = player;
  for (let i = 0; i < found; i++) player.notify(taken[i]!, state);
}

function takeOut(list: number[], index: number): number {
  const item = list[index]!;
  list[index] = list.at(-1)!;
  list.pop();
  return item;
}

export function checksumOf(before: number, taken: ArrayLike<number>, count: number): number {
  let sum = before;
  for (let i = 0; i < count; i++) sum = (Math.imul(sum, 31) + taken[i]!) | 0;
  return sum;
}

export const FEW_CHANNELS: Scenario = manyChannels(100, 20_000, 2_000);
export const MANY_CHANNELS: Scenario = manyChannels(10_000, 20_000, 50);
/** What schedulers are compared by. */
export const SCENARIOS: readonly Scenario[] = [
  load(10_000),
  load(100_000),
  load(1_000_000),
  loadAnew(100_000),
  drain(100_000, 4),
  drain(100_000, 100),
  churn(100_000),
  eta(100_000),
  FEW_CHANNELS,
  manyChannels(1_000, 20_000, 500),
  MANY_CHANNELS,
  wakeup(10_000, 50),
];
/** What the core's heap is compared by with the same in C. */
export const POPS: readonly Scenario[] = [pop(100_000), pop(1_000_000)];
export const ALL_SCENARIOS: readonly Scenario[] = [...SCENARIOS, ...POPS];
