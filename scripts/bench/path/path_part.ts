import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { ratio, Samples } from "./samples.ts";
import type { Scene } from "./scene.ts";
import { CLAIM_LOOP, OURS, STOCK, type Subject, subjectsAndLimit } from "./subjects.ts";

const BETTER = `times as good as ${STOCK}`;
export const PATH_COLUMNS = [OURS, CLAIM_LOOP, STOCK, BETTER];

/** What is inserted in one transaction, and through which channel it goes. */
export interface Flow {
  readonly name: string;
  readonly capacity: number;
  readonly jobs: number;
  readonly overHttp: boolean;
}

const FLOWS: readonly Flow[] = [
  { name: "root:8", capacity: 8, jobs: 10_000, overHttp: true },
  { name: "root:100", capacity: 100, jobs: 20_000, overHttp: true },
  { name: "root:1000", capacity: 1000, jobs: 20_000, overHttp: true },
  { name: "root:8, no HTTP", capacity: 8, jobs: 10_000, overHttp: false },
  { name: "root:100, no HTTP", capacity: 100, jobs: 20_000, overHttp: false },
  { name: "root:1000, no HTTP", capacity: 1000, jobs: 20_000, overHttp: false },
  { name: "root:100, 100 000 at once", capacity: 100, jobs: 100_000, overHttp: true },
];
/**
 * Before those that count come as many jobs, but not more than these: a runner is up for weeks, and
 * its compiler at work for the first thousands.
 */
const WARM_UP_MAX = 20_000;
/** For what follows the last job: its notification, the answers of its requests. */
const SETTLE_MS = 200;

const RATE = "jobs/s";
const RUNNER_CPU = "CPU of the runner";
const BACKEND_CPU = "CPU of its PostgreSQL";

/** From the transaction that inserts jobs until the last of them is done. */
export async function measurePath(
  scene: Scene,
  options: BenchOptions,
  flows = FLOWS,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const flow of flows) rows.push(...await measureFlow(scene, flow, options));
  return rows;
}

async function measureFlow(scene: Scene, flow: Flow, options: BenchOptions): Promise<Row[]> {
  const samples = new Samples();
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of subjectsAndLimit(options)) {
      await measureRunner(scene, flow, subject, samples);
    }
  }
  return [RATE, RUNNER_CPU, BACKEND_CPU].map((what) => {
    const values = samples.medians(what);
    const better = what === RATE
      ? ratio(values[OURS], values[STOCK])
      : ratio(values[STOCK], values[OURS]);
    const unit = what === RATE ? RATE : "µs/job";
    const name = what === RATE ? flow.name : `${flow.name}, ${what}`;
    return { name, unit, values: { ...values, [BETTER]: better } };
  });
}

async function measureRunner(
  scene: Scene,
  { jobs, ...setting }: Flow,
  subject: Subject,
  samples: Samples,
): Promise<void> {
  const { odoo, database } = scene;
  const count = Math.ceil(jobs * subject.share);
  const warmUp = Math.min(count, WARM_UP_MAX);
  await scene.reset();
  await scene.withRunner(subject, setting, async (runner) => {
    await runner.ready();
    await odoo.tell({ kind: "insert", database, count: warmUp });
    await odoo.tell({ kind: "awaitFinished", count: warmUp });
    await delay(SETTLE_MS);
    const { runnerMs, backendsMs } = await scene.spent(subject, runner, async () => {
      const inserted = await odoo.tell({ kind: "insert", database, count });
      const finished = await odoo.tell({ kind: "awaitFinished", count: warmUp + count });
      samples.add(RATE, subject.name, count / (finished.atMs - inserted.atMs) * 1000);
      await delay(SETTLE_MS);
    });
    samples.add(RUNNER_CPU, subject.name, runnerMs * 1000 / count);
    samples.add(BACKEND_CPU, subject.name, backendsMs * 1000 / count);
  });
}
