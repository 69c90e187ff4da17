import type { Part } from "./options.ts";
import type { Row } from "./report.ts";

/** What the benchmark is to reach: one figure in the table of one part. */
interface Target {
  readonly what: string;
  readonly part: Part;
  readonly row: string;
  readonly column: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const TARGET_COLUMNS = ["wanted", "reached"];

const STOCK_CORE = { part: "core", column: "stock / core" } as const;
const STOCK_PACKAGE = { part: "core", column: "stock / Scheduler" } as const;
const PLAIN = { part: "core", column: "plain TypeScript / core", atLeast: 3 } as const;
const SIZE = { part: "size", column: "Scheduler" } as const;
const PATH = { part: "path", column: "times as good as stock" } as const;
const LATENCY = { part: "latency", column: "stock / runner", atLeast: 1 } as const;
const WATCHING = { part: "watching", row: "watching", atMost: 1 } as const;
const OURS = "runner";

export const TARGETS: readonly Target[] = [
  { ...STOCK_CORE, what: "core against stock, load", row: "load 100 k", atLeast: 50 },
  { ...STOCK_CORE, what: "… drain", row: "drain root:4, 100 k", atLeast: 40 },
  { ...STOCK_CORE, what: "… churn", row: "churn, 100 k", atLeast: 50 },
  { ...STOCK_CORE, what: "… eta", row: "eta, 100 k", atLeast: 50 },
  { ...STOCK_PACKAGE, what: "Scheduler against stock, load", row: "load 100 k", atLeast: 15 },
  { ...STOCK_PACKAGE, what: "… drain", row: "drain root:4, 100 k", atLeast: 10 },
  { ...STOCK_PACKAGE, what: "… churn", row: "churn, 100 k", atLeast: 9 },
  { ...STOCK_PACKAGE, what: "… eta", row: "eta, 100 k", atLeast: 10 },
  { ...PLAIN, what: "core against plain TypeScript, load", row: "load 100 k" },
  { ...PLAIN, what: "… drain", row: "drain root:4, 100 k" },
  { ...PLAIN, what: "… churn", row: "churn, 100 k" },
  { ...PLAIN, what: "… eta", row: "eta, 100 k" },
  {
    ...{ what: "an event, 10,000 channels against 100", part: "core", column: "core" },
    ...{ row: "10000 channels against 100", atMost: 2 },
  },
  {
    ...{ ...SIZE, what: "first decision over 1 M, ms" },
    ...{ row: "first decision, 1 M in an unlimited channel", atMost: 100 },
  },
  {
    ...{ ...SIZE, what: "memory of a waiting job, bytes" },
    ...{ row: "memory of 1 M waiting jobs, each", atMost: 135 },
  },
  {
    ...{ ...SIZE, what: "JavaScript objects of 1 M waiting jobs, KiB" },
    ...{ row: "JavaScript objects of all of them", atMost: 1024 },
  },
  {
    ...{ ...SIZE, what: "growth by a job put off for ever, bytes" },
    ...{ row: "its growth while one job of 10 k is rescheduled 1 M times", atMost: 0 },
  },
  { ...SIZE, what: "scheduler.wasm, bytes", row: "scheduler.wasm", atMost: 16_384 },
  {
    ...{ what: "heap pop against C -O3", part: "heap", column: "core / C -O3" },
    ...{ row: "pop 1000 k of the heap", atMost: 1.25 },
  },
  { ...PATH, what: "jobs/s against stock, root:8", row: "root:8", atLeast: 10 },
  { ...PATH, what: "… root:100", row: "root:100", atLeast: 15 },
  {
    ...{ ...PATH, what: "CPU of the runner a job, stock against it" },
    ...{ row: "root:100, CPU of the runner", atLeast: 15 },
  },
  {
    ...{ what: "commit to request at 200 jobs/s, p50 ms", part: "latency", column: OURS },
    ...{ row: "200 jobs/s, requested, p50", atMost: 2 },
  },
  {
    ...{ what: "… p99 ms", part: "latency", column: OURS },
    ...{ row: "200 jobs/s, requested, p99", atMost: 15 },
  },
  { ...LATENCY, what: "… p50, stock against it", row: "200 jobs/s, requested, p50" },
  { ...LATENCY, what: "… p99, stock against it", row: "200 jobs/s, requested, p99" },
  {
    ...{ what: "start with 1 M waiting, first request, s", part: "start", column: OURS },
    ...{ row: "first request", atMost: 3 },
  },
  {
    ...{ what: "… memory, MiB", part: "start", column: OURS },
    ...{ row: "memory, at most", atMost: 250 },
  },
  {
    ...{ what: "an event with 500 databases against 1", part: "databases", column: "500 / 1" },
    ...{ row: "CPU of the runner, a job", atMost: 1.2 },
  },
  { ...WATCHING, what: "five pages open, % of a core", column: "root alone" },
  { ...WATCHING, what: "… of 1,000 channels", column: "1000 channels" },
];

/** What was wanted and reached of all that was measured. */
export function targetsOf(results: Partial<Record<Part, readonly Row[]>>): Row[] {
  return TARGETS.flatMap(({ what, part, row, column, atLeast, atMost }) => {
    const measured = results[part];
    if (measured === undefined) return [];
    const found = measured.find((it) => it.name === row);
    if (found === undefined) throw new Error(`No figure "${row}" in "${part}"`);
    const reached = found.values[column] ?? null;
    if (reached === null) return [];
    const isMet = reached >= (atLeast ?? -Infinity) && reached <= (atMost ?? Infinity);
    const wanted = (atLeast ?? atMost)!;
    const unit = atLeast === undefined ? "at most" : "at least";
    return [{ name: `${isMet ? "✓" : "✗"} ${what}`, unit, values: { wanted, reached } }];
  });
}
