import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { residentMiB } from "./process_cost.ts";
import { Samples } from "./samples.ts";
import { type Scene, withScene } from "./scene.ts";
import { OURS, STOCK, type Subject, subjectsOf } from "./subjects.ts";

const COUNTS = [1, 100, 500];
/** A column for each runner and number of databases. */
export const DATABASES_COLUMNS = [OURS, STOCK].flatMap((name) =>
  COUNTS.map((count) => columnOf(name, count))
);

const CHANNELS = "root:100";
const JOBS_PER_SECOND = 200;
const JOBS = 1_000;
const STOCK_JOBS = 100;
const IDLE_MS = 3_000;

const EVENT = "CPU of the runner, a job";
const IDLE = "CPU of the runner, idle";
const MEMORY = "memory";
const CONNECTIONS = "connections a database";
const READY = "until all are led";

/** Jobs that come evenly to one of 1, 100 and 500 databases after the other. */
export async function measureDatabases(options: BenchOptions): Promise<Row[]> {
  const samples = new Samples();
  await withScene(Math.max(...COUNTS), async (scene) => {
    for (let round = 0; round < options.rounds; round++) {
      for (const count of COUNTS) {
        for (const subject of subjectsOf(options)) {
          await measureRunner(scene, subject, count, samples);
        }
      }
    }
  });
  const units = [
    ...[[EVENT, "µs"], [IDLE, "ms/s"], [MEMORY, "MiB"]],
    ...[[CONNECTIONS, ""], [READY, "s"]],
  ];
  return units.map(([name, unit]) => ({
    name: name!,
    unit: unit!,
    values: samples.medians(name!),
  }));
}

async function measureRunner(
  scene: Scene,
  subject: Subject,
  count: number,
  samples: Samples,
): Promise<void> {
  const column = columnOf(subject.name, count);
  const databases = scene.databases.slice(0, count);
  const jobs = subject.name === STOCK ? STOCK_JOBS : JOBS;
  const send = async (count: number) => {
    await scene.odoo.latencies({
      ...{ kind: "rate", databases, count },
      perSecond: JOBS_PER_SECOND,
    });
  };
  await scene.odoo.tell({ kind: "reset", holdsRequests: false });
  await scene.withRunner(subject, CHANNELS, async (runner) => {
    await runner.ready();
    samples.add(READY, column, (Date.now() - runner.startedMs) / 1000);
    await send(jobs);
    await scene.odoo.tell({ kind: "reset", holdsRequests: false });
    const idle = await scene.spent(subject, runner, () => delay(IDLE_MS));
    const idleShare = idle.runnerMs / IDLE_MS;
    const startMs = Date.now();
    const busy = await scene.spent(subject, runner, () => send(jobs));
    const event = (busy.runnerMs - idleShare * (Date.now() - startMs)) / jobs;
    samples.add(IDLE, column, idleShare * 1000);
    samples.add(EVENT, column, event * 1000);
    samples.add(MEMORY, column, residentMiB(runner.processId).now);
    samples.add(CONNECTIONS, column, (await scene.backends(subject)).length / count);
  }, databases);
}

function columnOf(name: string, count: number): string {
  return `${name}, ${count}`;
}
