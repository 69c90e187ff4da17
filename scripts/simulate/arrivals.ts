import { type Random, seededRandom } from "../../tests/scheduler/random.ts";
import type { HostDatabase, HostDatabases } from "./host_databases.ts";
import type { JobPlan } from "./host_job.ts";
import { BY_DAY, FLOOD, type JobKind, NIGHTLY, NIGHTLY_SHARE } from "./job_kinds.ts";

export interface ArrivalOptions {
  readonly databases: HostDatabases;
  readonly startMs: number;
  readonly hours: number;
  readonly jobsADay: number;
  /** Jobs that one database makes in one moment. */
  readonly flood: number;
  readonly seed: number;
}

export const HOUR_MS = 3_600_000;
/** How busy people are in each hour of the day. */
// deno-fmt-ignore
const RHYTHM = [
  3, 2, 2, 2, 3, 4, 8, 14, 20, 22, 23, 20, 16, 18, 21, 21, 19, 15, 10, 8, 6, 5, 4, 4,
];
/** How many crons each full hour sees: most in the night. */
// deno-fmt-ignore
const HERDS = [
  10, 20, 20, 20, 10, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 5, 5,
];
const FLOOD_HOUR = 10;

/**
 * The jobs of the host in the order of their creation: people by the rhythm of the day, the crons
 * of all databases at each full hour, and one database that floods. Each of the three has random
 * numbers of its own: without a flood all others are the same.
 */
export function* arrivals(options: ArrivalOptions): Generator<JobPlan, void> {
  const streams = [byDay(options), herds(options), flood(options)];
  const firsts = streams.map((it) => it.next());
  while (true) {
    let earliest = -1;
    let earliestMs = Infinity;
    for (let at = 0; at < firsts.length; at++) {
      const { done, value } = firsts[at]!;
      if (done || value.createdMs >= earliestMs) continue;
      earliest = at;
      earliestMs = value.createdMs;
    }
    if (earliest < 0) return;
    yield firsts[earliest]!.value as JobPlan;
    firsts[earliest] = streams[earliest]!.next();
  }
}

/** Independent of each other, as many as the hour of the day makes likely. */
function* byDay(options: ArrivalOptions): Generator<JobPlan, void> {
  const random = seededRandom(options.seed);
  const perHour = portions(options.jobsADay * (1 - NIGHTLY_SHARE), RHYTHM);
  const endMs = options.startMs + options.hours * HOUR_MS;
  let atMs = options.startMs;
  while (true) {
    atMs += exponential(random) * HOUR_MS / perHour[hourOf(atMs)]!;
    if (atMs >= endMs) return;
    const database = options.databases.pick(random);
    yield planned(random, database, kindByDay(random), Math.floor(atMs));
  }
}

/** Every database makes as many, all in the same moment. */
function* herds(options: ArrivalOptions): Generator<JobPlan, void> {
  const random = seededRandom(options.seed + 1);
  const { databases, jobsADay, startMs } = options;
  const perHour = portions(jobsADay * NIGHTLY_SHARE / databases.all.length, HERDS);
  for (let hour = 0; hour < options.hours; hour++) {
    const atMs = startMs + hour * HOUR_MS;
    const each = perHour[hourOf(atMs)]!;
    for (const database of databases.all) {
      const count = Math.floor(each) + (random.chance(each % 1) ? 1 : 0);
      for (let it = 0; it < count; it++) yield planned(random, database, NIGHTLY, atMs);
    }
  }
}

function* flood(options: ArrivalOptions): Generator<JobPlan, void> {
  const random = seededRandom(options.seed + 2);
  const atMs = options.startMs + FLOOD_HOUR * HOUR_MS;
  if (options.hours <= FLOOD_HOUR) return;
  for (let it = 0; it < options.flood; it++) {
    yield planned(random, options.databases.noisy, FLOOD, atMs);
  }
}

function planned(
  random: Random,
  database: HostDatabase,
  kind: JobKind,
  createdMs: number,
): JobPlan {
  const isLater = random.chance(kind.laterShare);
  let retries = 0;
  while (retries < 4 && random.chance(kind.retriedShare)) retries++;
  return {
    database,
    kind,
    createdMs,
    priority: random.pick(kind.priorities),
    etaMs: isLater ? createdMs + Math.floor(random.fraction() * HOUR_MS) : null,
    durationMs: Math.ceil(kind.medianMs * Math.exp(kind.spread * normal(random))),
    retries,
    isFailing: random.chance(kind.failedShare),
  };
}

function kindByDay(random: Random): JobKind {
  let rest = random.fraction();
  for (const { kind, share } of BY_DAY) {
    rest -= share;
    if (rest < 0) return kind;
  }
  return BY_DAY[0]!.kind;
}

/** A whole in portions of these weights. */
function portions(whole: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, it) => all + it, 0);
  return weights.map((it) => whole * it / sum);
}

function hourOf(atMs: number): number {
  return Math.floor(atMs / HOUR_MS) % 24;
}

/** Of mean 1. */
function exponential(random: Random): number {
  return -Math.log(1 - random.fraction());
}

/** Of mean 0 and deviation 1, by Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * random.fraction());
}
