import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "../../command.ts";
import { pathOf } from "../../project.ts";
import type { BenchOptions } from "../options.ts";
import { median, type Row } from "../report.ts";
import { CORE } from "./core_player.ts";
import { JobColumns } from "./job_columns.ts";
import { checksumOf, type Play } from "./scenarios.ts";
import { collectGarbage, milliseconds } from "./stopwatch.ts";

export const HEAP_COLUMNS = ["core", "C -O3", "core / C -O3"];

const COUNTS = [100_000, 1_000_000];
const COMPILERS = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"];

/**
 * Pops of a full heap against the same in C, results and counts included: what WebAssembly costs.
 * Without a C compiler there is nothing to compare with.
 */
export async function measureHeap({ rounds }: BenchOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "jobrunner-bench-"));
  try {
    const program = await compiled(folder);
    const rows: Row[] = [];
    for (const count of COUNTS) rows.push(await measure(count, rounds, program));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(count: number, rounds: number, program: string | null): Promise<Row> {
  const core: Play[] = [];
  const c: Play[] = [];
  popAll(count); // warms up
  for (let round = 0; round < rounds; round++) {
    collectGarbage();
    core.push(popAll(count));
    if (program !== null) c.push(JSON.parse((await capture(program, [`${count}`])).stdout));
  }
  if (c.some((it) => it.checksum !== core[0]!.checksum)) {
    throw new Error("The heap in C has another order than the core's");
  }
  const nanoseconds = (plays: readonly Play[]) => {
    return plays.length === 0 ? null : median(plays.map((it) => it.elapsedMs * 1e6 / count));
  };
  const [ours, theirs] = [nanoseconds(core)!, nanoseconds(c)];
  const values = { "core": ours, "C -O3": theirs, "core / C -O3": theirs && ours / theirs };
  return { name: `pop ${count / 1000} k of the heap`, unit: "ns", values };
}

function popAll(count: number): Play {
  const jobs = new JobColumns(count, ["root"]);
  const player = CORE.start("root:2147483647", jobs);
  for (let job = 0; job < count; job++) player.notify(job, "pending");
  let found = 0;
  const elapsedMs = milliseconds(() => found = player.take(2e12));
  return { elapsedMs, events: count, checksum: checksumOf(0, player.taken, found) };
}

async function compiled(folder: string): Promise<string | null> {
  const compiler = COMPILERS.find((it) => existsSync(it));
  if (compiler === undefined) return null;
  const program = join(folder, "heap_in_c");
  const source = pathOf("scripts/bench/core/heap_in_c.c");
  const { code, output } = await capture(compiler, ["-O3", "-o", program, source]);
  if (code !== 0) throw new Error(`Cannot compile ${source}: ${output}`);
  return program;
}
