import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions } from "../options.ts";
import { CpuProfile, type Doing, machineMs, type Span } from "./cpu_profile.ts";
import { OpenPages } from "./open_pages.ts";
import { cpuMs } from "./process_cost.ts";
import type { RunnerProcess } from "./runner_process.ts";
import type { Scene } from "./scene.ts";
import { subjectsOf } from "./subjects.ts";

export interface TurnsSize {
  /** Jobs a second. */
  readonly perSecond: number;
  /** Of one turn. */
  readonly seconds: number;
  /** One watched turn and one unwatched turn each. */
  readonly pairs: number;
  readonly pages: number;
}

/** A stretch of a runner's work with pages open, and one without. */
export interface Pair {
  readonly watched: Turn;
  readonly unwatched: Turn;
}

export interface Turn {
  /** Processor time of the runner, in percent of a core. */
  readonly cpu: number;
  /** What it was busy with, as parts of 1; null without a profile. */
  readonly parts: Readonly<Record<Doing, number>> | null;
  /** A second, that each page got since it was opened. */
  readonly views: number;
}

export interface Turns {
  readonly pairs: readonly Pair[];
  /** How many were done. */
  readonly jobsPerSecond: number;
}

type Measured = Omit<Turn, "parts"> & { readonly span: Span; readonly isWatched: boolean };

const CAPACITY = 100;
const WARM_UP_JOBS = 2_000;
/** Until all is over that opening or closing pages, or the first jobs, bring with them. */
const SETTLE_MS = 125;
/** Of jobs: opening pages takes time as well. */
const MARGIN = 1.02;

/** Has a runner work while pages open and close, in turns; under Node with a profile. */
export async function takeTurns(
  scene: Scene,
  options: BenchOptions,
  channels: readonly string[],
  size: TurnsSize,
): Promise<Turns> {
  const { profile, runtime } = options;
  if (profile !== null) mkdirSync(profile, { recursive: true });
  const folder = mkdtempSync(join(resolve(profile ?? tmpdir()), "watching-"));
  const [ours] = subjectsOf({ ...options, profile: runtime === "node" ? folder : null });
  const setting = { capacity: CAPACITY, channels };
  const startMs = machineMs();
  try {
    const { measured, jobsPerSecond } = await scene.withRunner(ours!, setting, (runner) => {
      return measure(scene, runner, size);
    });
    const life = { fromMs: startMs, untilMs: machineMs() };
    const read = runtime === "node" ? CpuProfile.read(folder, life) : null;
    const [watched, unwatched] = [true, false].map((wanted): Turn[] => {
      return measured.filter(({ isWatched }) => isWatched === wanted)
        .map(({ span, ...turn }) => ({ ...turn, parts: read?.partsOf(span) ?? null }));
    });
    const pairs = watched!.map((it, at) => ({ watched: it, unwatched: unwatched![at]! }));
    return { pairs, jobsPerSecond };
  } finally {
    if (profile === null) rmSync(folder, { recursive: true });
  }
}

async function measure(scene: Scene, runner: RunnerProcess, size: TurnsSize) {
  const { perSecond, seconds, pairs } = size;
  const { odoo, database } = scene;
  await runner.ready();
  await odoo.tell({ kind: "insert", database, count: WARM_UP_JOBS });
  await odoo.tell({ kind: "awaitFinished", count: WARM_UP_JOBS });
  // What is loaded for the first page of all.
  await (await OpenPages.open(runner.healthUrl, 1)).close();
  const count = Math.ceil(perSecond * MARGIN * 2 * pairs * (2 * SETTLE_MS / 1000 + seconds));
  const startMs = performance.now();
  const [measured] = await Promise.all([
    measureTurns(runner, size),
    odoo.latencies({ kind: "rate", databases: [database], perSecond, count }),
  ]);
  return { measured, jobsPerSecond: 1000 * count / (performance.now() - startMs) };
}

async function measureTurns(
  { healthUrl, processId }: RunnerProcess,
  { seconds, pairs, pages }: TurnsSize,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let at = 0; at < 2 * pairs; at++) {
    // In the order of 0110: what gets slower or faster meanwhile meets both.
    const isWatched = at % 4 === 1 || at % 4 === 2;
    const openedMs = machineMs();
    const open = await OpenPages.open(healthUrl, isWatched ? pages : 0);
    await delay(SETTLE_MS);
    const before = { fromMs: machineMs(), cpuMs: cpuMs(processId) };
    await delay(1000 * seconds);
    const span = { fromMs: before.fromMs, untilMs: machineMs() };
    const cpu = 100 * (cpuMs(processId) - before.cpuMs) / (span.untilMs - span.fromMs);
    const views = 1000 * open.views / pages / (span.untilMs - openedMs);
    measured.push({ isWatched, span, cpu, views });
    await open.close();
    await delay(SETTLE_MS);
  }
  return measured;
}
