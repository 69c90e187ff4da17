import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { residentMiB } from "./process_cost.ts";
import { Samples } from "./samples.ts";
import type { Scene } from "./scene.ts";
import { OURS, subjectsOf } from "./subjects.ts";

export const HELD_COLUMNS = [OURS];

const REQUESTS = 1_000;

const OPENED = "until all are open";
const MEMORY_EACH = "memory of an open request";
const FINISHED = "until all are done, once Odoo works";

/**
 * A thousand requests that Odoo holds open, as long jobs do. Only ours: the stock runner lets a
 * request go after a second.
 */
export async function measureHeld(
  scene: Scene,
  options: BenchOptions,
  count = REQUESTS,
): Promise<Row[]> {
  const samples = new Samples();
  const [ours] = subjectsOf(options);
  const { odoo, database } = scene;
  for (let round = 0; round < options.rounds; round++) {
    await scene.reset(true);
    await scene.withRunner(ours!, { capacity: count }, async (runner) => {
      await runner.ready();
      const before = residentMiB(runner.processId).now;
      const inserted = await odoo.tell({ kind: "insert", database, count });
      const opened = await odoo.tell({ kind: "awaitOpen", count });
      const after = residentMiB(runner.processId).now;
      const released = await odoo.tell({ kind: "release" });
      const finished = await odoo.tell({ kind: "awaitFinished", count });
      samples.add(OPENED, OURS, opened.atMs - inserted.atMs);
      samples.add(MEMORY_EACH, OURS, (after - before) * 1024 / count);
      samples.add(FINISHED, OURS, finished.atMs - released.atMs);
    });
  }
  return [[OPENED, "ms"], [MEMORY_EACH, "KiB"], [FINISHED, "ms"]].map(([name, unit]) => {
    return { name: name!, unit: unit!, values: samples.medians(name!) };
  });
}
