import { report, type Run, type RunOptions } from "./results.ts";
import { withPostgres } from "./shared_postgres.ts";

/** Two for each processor of a small machine: many tests wait most of their time. */
const SHARES = 4;
/** The start of a runner costs little, and nobody should wait long for the last one. */
const BATCH_FILES = 4;

/** What remains to be run: some files under one runtime. */
export type Batch = (place: RunOptions) => Promise<Run>;

/** Divides files among runs of one runtime. */
export function batchesOf(
  files: readonly string[],
  run: (files: readonly string[], place: RunOptions) => Promise<Run>,
): Batch[] {
  const count = Math.ceil(files.length / BATCH_FILES);
  return Array.from({ length: count }, (_, index) => {
    const own = files.slice(index * BATCH_FILES, (index + 1) * BATCH_FILES);
    return (place) => run(own, place);
  });
}

/**
 * Runs batches in shares, each with a PostgreSQL and a folder of its own, which take the next one
 * when they are done. What fails is shown at once.
 */
export async function runInShares(batches: readonly Batch[]): Promise<Run[]> {
  const waiting = [...batches];
  const runs: Run[] = [];
  const shares = Math.min(SHARES, batches.length);
  await Promise.all(Array.from({ length: shares }, (_, share) => {
    return withPostgres(async (environment) => {
      const place = { environment, folder: `.build/tests/share_${share}` };
      for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
        const run = await batch(place);
        if (run.failed > 0) report(run);
        runs.push(run);
      }
    });
  }));
  return runs;
}
