import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { ratio, Samples } from "./samples.ts";
import { type Scene, withScene } from "./scene.ts";
import { OURS, STOCK, type Subject, subjectsOf } from "./subjects.ts";

const CEILING = "claim loop";
const AGAINST = `against ${STOCK}`;
export const PATH_COLUMNS = [OURS, CEILING, STOCK, AGAINST];

/** What is inserted in one transaction, and through which channel it goes. */
interface Flow {
  readonly name: string;
  readonly capacity: number;
  readonly jobs: number;
}

const FLOWS: readonly Flow[] = [
  { name: "root:8", capacity: 8, jobs: 10_000 },
  { name: "root:100", capacity: 100, jobs: 20_000 },
  { name: "root:1000", capacity: 1000, jobs: 20_000 },
  { name: "root:100, 100 000 jobs in one transaction", capacity: 100, jobs: 100_000 },
];
/** Jobs before those that count. */
const WARM_UP = 2_000;
/** For what follows the last job: its notification, the answers of its requests. */
const SETTLE_MS = 200;

const RATE = "jobs/s";
const RUNNER_CPU = "CPU of the runner";
const BACKEND_CPU = "CPU of its PostgreSQL";

/** From the transaction that inserts jobs until the last of them is done, over HTTP. */
export async function measurePath(options: BenchOptions): Promise<Row[]> {
  return await withScene(1, async (scene) => {
    const rows: Row[] = [];
    for (const flow of FLOWS) rows.push(...await measureFlow(scene, flow, options));
    return rows;
  });
}

async function measureFlow(scene: Scene, flow: Flow, options: BenchOptions): Promise<Row[]> {
  const samples = new Samples();
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of subjectsOf(options)) await measureRunner(scene, flow, subject, samples);
    samples.add(RATE, CEILING, await claimLoopRate(scene, flow));
  }
  return [RATE, RUNNER_CPU, BACKEND_CPU].map((what) => {
    const values = samples.medians(what);
    const against = what === RATE
      ? ratio(values[OURS], values[STOCK])
      : ratio(values[STOCK], values[OURS]);
    const unit = what === RATE ? RATE : "µs/job";
    const name = what === RATE ? flow.name : `${flow.name}, ${what}`;
    return { name, unit, values: { ...values, [AGAINST]: against } };
  });
}

async function measureRunner(
  scene: Scene,
  { capacity, jobs }: Flow,
  subject: Subject,
  samples: Samples,
): Promise<void> {
  const { odoo, database } = scene;
  const [warmUp, count] = [Math.ceil(WARM_UP * subject.share), Math.ceil(jobs * subject.share)];
  await scene.reset();
  await scene.withRunner(subject, `root:${capacity}`, async (runner) => {
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

async function claimLoopRate(scene: Scene, { capacity, jobs }: Flow): Promise<number> {
  const { odoo, database } = scene;
  await scene.reset();
  const inserted = await odoo.tell({ kind: "insert", database, count: jobs });
  const finished = await odoo.tell({ kind: "claimLoop", database, capacity });
  return jobs / (finished.atMs - inserted.atMs) * 1000;
}
