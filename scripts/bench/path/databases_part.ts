import { setTimeout as delay } from "node:timers/promises";
import type { BenchOptions } from "../options.ts";
import { median, type Row } from "../report.ts";
import { ownShareMiB, residentMiB } from "./process_cost.ts";
import { ratio, Samples } from "./samples.ts";
import type { Scene, SceneSize } from "./scene.ts";
import { OURS, STOCK, type Subject, subjectsOf } from "./subjects.ts";

interface DatabasesSize {
  /** How many databases there are. */
  readonly counts: readonly number[];
  readonly jobs: number;
  /** For how long a runner is watched that has nothing to do. */
  readonly idleMs: number;
}

const COUNTS = [1, 100, 500];
/** What passes between two heartbeats, and between two searches for dead jobs. */
const IDLE_MS = 10_000;
const FULL: DatabasesSize = { counts: COUNTS, jobs: 1_000, idleMs: IDLE_MS };
const MOST = Math.max(...COUNTS);
const AGAINST_ONE = `${MOST} / 1`;
/** A column for each runner and number of databases. */
export const DATABASES_COLUMNS = [...columnsOf(OURS), AGAINST_ONE, ...columnsOf(STOCK)];

/** As many as are wanted at most, each with a short history. */
export const MANY_DATABASES: SceneSize = { databases: MOST, history: 1_000 };
const CAPACITY = 100;
const JOBS_PER_SECOND = 200;

const EVENT = "CPU of the runner, a job";
const IDLE = "CPU of the runner, idle";
const IDLE_BACKENDS = "CPU of its PostgreSQL, idle";
const TRANSACTIONS = "transactions, idle";
const MEMORY = "memory";
const BACKEND_MEMORY = "memory of a PostgreSQL backend";
const CONNECTIONS = "connections a database";
const READY = "until all are led";

/** Jobs that come evenly to one of 1, 100 and 500 databases after the other. */
export async function measureDatabases(
  scene: Scene,
  options: BenchOptions,
  size = FULL,
): Promise<Row[]> {
  const samples = new Samples();
  for (let round = 0; round < options.rounds; round++) {
    for (const count of size.counts) {
      for (const subject of subjectsOf(options)) {
        await measureRunner(scene, subject, { ...size, count }, samples);
      }
    }
  }
  const units = [
    ...[[EVENT, "µs"], [IDLE, "ms/s"], [IDLE_BACKENDS, "ms/s"], [TRANSACTIONS, "1/s"]],
    ...[[MEMORY, "MiB"], [BACKEND_MEMORY, "MiB"], [CONNECTIONS, ""], [READY, "s"]],
  ];
  return units.map(([name, unit]) => {
    const values = samples.medians(name!);
    const against = ratio(values[columnOf(OURS, MOST)], values[columnOf(OURS, 1)]);
    return { name: name!, unit: unit!, values: { ...values, [AGAINST_ONE]: against } };
  });
}

async function measureRunner(
  scene: Scene,
  subject: Subject,
  size: DatabasesSize & { readonly count: number },
  samples: Samples,
): Promise<void> {
  const column = columnOf(subject.name, size.count);
  const databases = scene.databases.slice(0, size.count);
  const jobs = Math.ceil(size.jobs * subject.share);
  const send = async (count: number) => {
    await scene.odoo.latencies({
      ...{ kind: "rate", databases, count },
      perSecond: JOBS_PER_SECOND,
    });
  };
  await scene.odoo.tell({ kind: "reset", holdsRequests: false });
  await scene.withRunner(subject, { capacity: CAPACITY, databases }, async (runner) => {
    await runner.ready();
    samples.add(READY, column, (Date.now() - runner.startedMs) / 1000);
    await send(jobs);
    await scene.odoo.tell({ kind: "reset", holdsRequests: false });
    const transactions = await scene.transactions();
    const idle = await scene.spent(subject, runner, () => delay(size.idleMs));
    const idleTransactions = await scene.transactions() - transactions;
    const idleShare = idle.runnerMs / size.idleMs;
    const startMs = Date.now();
    const busy = await scene.spent(subject, runner, () => send(jobs));
    const event = (busy.runnerMs - idleShare * (Date.now() - startMs)) / jobs;
    samples.add(IDLE, column, idleShare * 1000);
    samples.add(IDLE_BACKENDS, column, idle.backendsMs / size.idleMs * 1000);
    samples.add(TRANSACTIONS, column, idleTransactions / size.idleMs * 1000);
    samples.add(EVENT, column, event * 1000);
    samples.add(MEMORY, column, residentMiB(runner.processId).now);
    const backends = await scene.backends(subject);
    samples.add(CONNECTIONS, column, backends.length / size.count);
    samples.add(BACKEND_MEMORY, column, median(backends.map(ownShareMiB)));
  });
}

function columnsOf(name: string): string[] {
  return COUNTS.map((count) => columnOf(name, count));
}

function columnOf(name: string, count: number): string {
  return `${name}, ${count}`;
}
