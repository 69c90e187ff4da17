import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { residentMiB } from "./process_cost.ts";
import { ratio, Samples } from "./samples.ts";
import type { Scene } from "./scene.ts";
import { OURS, STOCK, type Subject, subjectsOf } from "./subjects.ts";

const AGAINST = `${STOCK} / ${OURS}`;
export const START_COLUMNS = [OURS, STOCK, AGAINST];

const BACKLOG = { waiting: 1_000_000, failed: 100_000 };
const CAPACITY = 4;

const FIRST_REQUEST = "first request";
const READY = "all jobs read";
const MEMORY = "memory, at most";

/**
 * A runner that starts where a million jobs wait and a tenth as many have failed; they stay in the
 * scene.
 */
export async function measureStart(
  scene: Scene,
  options: BenchOptions,
  { waiting, failed } = BACKLOG,
): Promise<Row[]> {
  const samples = new Samples();
  await scene.fill(waiting, "pending");
  await scene.fill(failed, "failed");
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of subjectsOf(options)) await measureRunner(scene, subject, samples);
  }
  return [[FIRST_REQUEST, "s"], [READY, "s"], [MEMORY, "MiB"]].map(([what, unit]) => {
    const values = samples.medians(what!);
    const against = ratio(values[STOCK], values[OURS]);
    return { name: what!, unit: unit!, values: { ...values, [AGAINST]: against } };
  });
}

async function measureRunner(scene: Scene, subject: Subject, samples: Samples): Promise<void> {
  // Requests are held, so that the start alone is measured.
  await scene.odoo.tell({ kind: "reset", holdsRequests: true });
  await scene.withRunner(subject, { capacity: CAPACITY }, async (runner) => {
    const sinceStart = (atMs: number) => (atMs - runner.startedMs) / 1000;
    const first = await scene.odoo.tell({ kind: "awaitOpen", count: 1 });
    samples.add(FIRST_REQUEST, subject.name, sinceStart(first.atMs));
    await runner.ready();
    samples.add(READY, subject.name, sinceStart(Date.now()));
    samples.add(MEMORY, subject.name, residentMiB(runner.processId).peak);
  });
  await scene.query(`update queue_job set state = 'pending' where state = 'enqueued'`);
}
