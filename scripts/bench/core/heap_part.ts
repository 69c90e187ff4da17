import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "../../command.ts";
import { pathOf } from "../../project.ts";
import type { BenchOptions } from "../options.ts";
import { median, type Row } from "../report.ts";
import { PLAYS_A_TURN } from "./core_part.ts";
import { CORE } from "./core_player.ts";
import { PlayingProcess } from "./playing_process.ts";
import { type Play, POPS, type Scenario } from "./scenarios.ts";

export const HEAP_COLUMNS = ["core", "C -O3", "core / C -O3"];

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
    for (const scenario of POPS) rows.push(await measure(scenario, rounds, program));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  scenario: Scenario,
  rounds: number,
  program: string | null,
): Promise<Row> {
  const core = await PlayingProcess.ofSubject(CORE, scenario);
  const c = program && PlayingProcess.ofProgram([program, `${scenario.jobs().count}`]);
  const plays: { core: Play[]; c: Play[] } = { core: [], c: [] };
  try {
    for (let time = 0; time <= rounds * PLAYS_A_TURN; time++) {
      plays.core.push(await core.play());
      if (c) plays.c.push(await c.play());
    }
  } finally {
    core.stop();
    if (c) c.stop();
  }
  if (plays.c.some((it) => it.checksum !== plays.core[0]!.checksum)) {
    throw new Error("The heap in C has another order than the core's");
  }
  // The first play warms up.
  const nanoseconds = ([, ...timed]: readonly Play[]) => {
    return timed.length === 0 ? null : median(timed.map((it) => it.elapsedMs * 1e6 / it.events));
  };
  const [ours, theirs] = [nanoseconds(plays.core)!, nanoseconds(plays.c)];
  const values = { "core": ours, "C -O3": theirs, "core / C -O3": theirs && ours / theirs };
  return { name: scenario.name, unit: "ns", values };
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
