import type { BenchOptions } from "../options.ts";
import { percentile, type Row } from "../report.ts";
import type { Latencies } from "./commands.ts";
import { ratio, Samples } from "./samples.ts";
import type { Scene } from "./scene.ts";
import { OURS, STOCK, type Subject, subjectsOf } from "./subjects.ts";

const AGAINST = `${STOCK} / ${OURS}`;
export const LATENCY_COLUMNS = [OURS, STOCK, AGAINST];

export interface LatencySize {
  /** Jobs a second. */
  readonly rates: readonly number[];
  /** At each of them. */
  readonly seconds: number;
}

const FULL: LatencySize = { rates: [50, 200, 1000], seconds: 5 };
const WARM_UP_JOBS = 1_000;
/** No more than what the stock runner can take in a few seconds. */
const STOCK_JOBS_MAX = 1_000;
const CAPACITY = 100;
const SHARES = [0.5, 0.95, 0.99];
const MOMENTS = ["heard", "decided", "requested"] as const satisfies (keyof Latencies)[];

/**
 * From the INSERT of a job until a bystander hears of it, until the runner has decided on it, and
 * until its request arrives.
 */
export async function measureLatency(
  scene: Scene,
  options: BenchOptions,
  size = FULL,
): Promise<Row[]> {
  const samples = new Samples();
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of subjectsOf(options)) await measureRates(scene, subject, size, samples);
  }
  return size.rates.flatMap((rate) =>
    MOMENTS.flatMap((until) =>
      SHARES.map((share) => {
        const name = nameOf(rate, until, share);
        const values = samples.medians(name);
        return { name, unit: "ms", values: { ...values, [AGAINST]: ratioOf(values) } };
      })
    )
  );
}

async function measureRates(
  scene: Scene,
  subject: Subject,
  { rates, seconds }: LatencySize,
  samples: Samples,
): Promise<void> {
  const { odoo, database } = scene;
  await scene.reset();
  await scene.withRunner(subject, { capacity: CAPACITY }, async (runner) => {
    await runner.ready();
    const count = Math.ceil(WARM_UP_JOBS * subject.share);
    await odoo.tell({ kind: "insert", database, count });
    await odoo.tell({ kind: "awaitFinished", count });
    for (const perSecond of rates) {
      const jobs = perSecond * seconds;
      const latencies = await odoo.latencies({
        kind: "rate",
        databases: [database],
        perSecond,
        count: subject.name === STOCK ? Math.min(jobs, STOCK_JOBS_MAX) : jobs,
      });
      for (const share of SHARES) {
        for (const until of MOMENTS) {
          const name = nameOf(perSecond, until, share);
          samples.add(name, subject.name, percentile(latencies[until], share));
        }
      }
    }
  });
}

function nameOf(rate: number, until: string, share: number): string {
  return `${rate} jobs/s, ${until}, p${share * 100}`;
}

function ratioOf(values: Readonly<Record<string, number>>): number | null {
  return ratio(values[STOCK], values[OURS]);
}
