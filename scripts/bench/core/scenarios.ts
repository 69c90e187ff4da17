import { JobColumns, Random } from "./job_columns.ts";
import type { Subject } from "./player.ts";
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
  /** How stock_player.py is asked for it. */
  readonly stock: readonly string[];
  /** Made once: what making them leaves to the garbage collector would be paid in a play. */
  jobs(): JobColumns;
  play(subject: Subject, jobs: JobColumns): Play;
}

const NOW_MS = 2e12;
const TEN_CHANNELS = Array.from({ length: 10 }, (_, it) => `c${it}`);

/** Rows into the scheduler, one after the other. */
export function load(count: number): Scenario {
  return {
    name: `load ${inThousands(count)}`,
    stock: ["load", `${count}`],
    jobs: () => new JobColumns(count, TEN_CHANNELS),
    play(subject, jobs) {
      const player = subject.start(`root:4,${TEN_CHANNELS.join(":2,")}:2`, jobs);
      const elapsedMs = milliseconds(() => {
        for (let job = 0; job < count; job++) player.notify(job, "pending");
      });
      const found = player.take(NOW_MS);
      const checksum = checksumOf(0, player.taken, found);
      return { elapsedMs, events: count, checksum };
    },
  };
}

/** Hand out, started, done, until nothing is left. */
export function drain(count: number, capacity: number): Scenario {
  return {
    name: `drain root:${capacity}, ${inThousands(count)}`,
    stock: ["drain", `${count}`, `${capacity}`],
    jobs: () => new JobColumns(count, TEN_CHANNELS),
    play(subject, jobs) {
      const player = subject.start(`root:${capacity},${TEN_CHANNELS.join(":0,")}:0`, jobs);
      for (let job = 0; job < count; job++) player.notify(job, "pending");
      let checksum = 0;
      const elapsedMs = milliseconds(() => {
        for (let over = 0; over < count;) {
          const found = player.take(NOW_MS);
          checksum = checksumOf(checksum, player.taken, found);
          const { taken } = player;
          for (let i = 0; i < found; i++) player.notify(taken[i]!, "started");
          for (let i = 0; i < found; i++) player.notify(taken[i]!, "done");
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
    jobs: () => new JobColumns(2 * count, threeLevels().names),
    play: (subject, jobs) => playChurn(subject, jobs, count),
  };
}

function playChurn(subject: Subject, jobs: JobColumns, count: number): Play {
  const { channels } = threeLevels();
  const player = subject.start(channels, jobs);
  for (let job = 0; job < count; job++) player.notify(job, "pending");
  const random = new Random(7);
  const running: number[] = [];
  const failed: number[] = [];
  let [next, checksum] = [count, 0];
  const elapsedMs = milliseconds(() => {
    for (let step = 0; step < count; step++) {
      const choice = random.below(8);
      if (choice < 3) player.notify(next++, "pending");
      else if (choice < 7 && running.length > 0) {
        const job = takeOut(running, random.below(running.length));
        const isFailing = random.below(10) === 0;
        player.notify(job, isFailing ? "failed" : "done");
        if (isFailing) failed.push(job);
      } else if (failed.length > 0) {
        player.notify(takeOut(failed, random.below(failed.length)), "pending");
      }
      const found = player.take(NOW_MS);
      checksum = checksumOf(checksum, player.taken, found);
      for (let i = 0; i < found; i++) {
        const job = player.taken[i]!;
        player.notify(job, "started");
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
    jobs() {
      const jobs = new JobColumns(count, TEN_CHANNELS);
      const random = new Random(3);
      for (let job = 0; job < count; job++) jobs.etasMs[job] = NOW_MS + random.below(count) * 1000;
      return jobs;
    },
    play(subject, jobs) {
      const player = subject.start(`root:${count},${TEN_CHANNELS.join(":0,")}:0`, jobs);
      let checksum = 0;
      const elapsedMs = milliseconds(() => {
        for (let job = 0; job < count; job++) player.notify(job, "pending");
        for (let nowMs = NOW_MS; nowMs <= NOW_MS + count * 1000; nowMs += 10_000) {
          const found = player.take(nowMs);
          checksum = checksumOf(checksum, player.taken, found);
          for (let i = 0; i < found; i++) player.notify(player.taken[i]!, "started");
          for (let i = 0; i < found; i++) player.notify(player.taken[i]!, "done");
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
    jobs: () => new JobColumns(10 * channelCount + count, names),
    play(subject, jobs) {
      const player = subject.start(`root:100,${names.join(":1,")}:1`, jobs);
      for (let job = 0; job < 10 * channelCount; job++) player.notify(job, "pending");
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
          player.notify(running.shift()!, "done");
          player.notify(next++, "pending");
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
    jobs() {
      const jobs = new JobColumns(channelCount, names);
      for (let job = 0; job < channelCount; job++) {
        jobs.channels[job] = job;
        jobs.etasMs[job] = NOW_MS + (job + 1) * 1000;
      }
      return jobs;
    },
    play(subject, jobs) {
      const player = subject.start(`root:100,${names.join(":1,")}:1`, jobs);
      for (let job = 0; job < channelCount; job++) player.notify(job, "pending");
      player.take(NOW_MS);
      let checksum = 0;
      const elapsedMs = milliseconds(() => {
        for (let job = 0; job < channelCount - 1; job++) {
          player.notify(job, "done");
          const seconds = (player.wakeupAtMs(NOW_MS) - NOW_MS) / 1000;
          if (job < stockCount) checksum = checksumOf(checksum, [seconds], 1);
        }
      });
      return { elapsedMs, events: channelCount - 1, checksum };
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
