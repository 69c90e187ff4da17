import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { CORE_COLUMNS, measureCore } from "./bench/core/core_part.ts";
import { HEAP_COLUMNS, measureHeap } from "./bench/core/heap_part.ts";
import { measureSize, SIZE_COLUMNS } from "./bench/core/size_part.ts";
import {
  DATABASES_COLUMNS,
  MANY_DATABASES,
  measureDatabases,
} from "./bench/path/databases_part.ts";
import { HELD_COLUMNS, measureHeld } from "./bench/path/held_part.ts";
import { LATENCY_COLUMNS, measureLatency } from "./bench/path/latency_part.ts";
import { measurePath, PATH_COLUMNS } from "./bench/path/path_part.ts";
import { ONE_DATABASE, type Scene, type SceneSize, withScene } from "./bench/path/scene.ts";
import { measureStart, START_COLUMNS } from "./bench/path/start_part.ts";
import { measureWatching, WATCHING_COLUMNS } from "./bench/path/watching_part.ts";
import { BENCH_HELP, type BenchOptions, type Part, readBenchOptions } from "./bench/options.ts";
import { machine, type Row, tableOf } from "./bench/report.ts";
import { withFigures } from "./bench/readme_section.ts";
import { TARGET_COLUMNS, targetsOf } from "./bench/targets.ts";
import { pathOf } from "./project.ts";

/*
 * `npm run bench`: what it costs, beside what it is compared with, in one run. Prints a table for
 * each part, then what was to be reached, and with `--json` one line more.
 */

interface MeasuredPart {
  readonly columns: readonly string[];
  readonly measure: (options: BenchOptions) => Row[] | Promise<Row[]>;
}

const PARTS_BY_NAME: Readonly<Record<Part, MeasuredPart>> = {
  core: { columns: CORE_COLUMNS, measure: measureCore },
  heap: { columns: HEAP_COLUMNS, measure: measureHeap },
  size: { columns: SIZE_COLUMNS, measure: measureSize },
  path: { columns: PATH_COLUMNS, measure: on(ONE_DATABASE, measurePath) },
  latency: { columns: LATENCY_COLUMNS, measure: on(ONE_DATABASE, measureLatency) },
  start: { columns: START_COLUMNS, measure: on(ONE_DATABASE, measureStart) },
  databases: { columns: DATABASES_COLUMNS, measure: on(MANY_DATABASES, measureDatabases) },
  watching: { columns: WATCHING_COLUMNS, measure: on(ONE_DATABASE, measureWatching) },
  held: { columns: HELD_COLUMNS, measure: on(ONE_DATABASE, measureHeld) },
};

const README = pathOf("README.md");
const NOTHING = { machine: "", tables: [], targets: "" };

/** Measures on a PostgreSQL and an Odoo's side of its own. */
function on(
  size: SceneSize,
  measure: (scene: Scene, options: BenchOptions) => Promise<Row[]>,
): MeasuredPart["measure"] {
  return (options) => withScene(size, (scene) => measure(scene, options));
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(BENCH_HELP);
    return 0;
  }
  let options;
  try {
    options = readBenchOptions(args);
    // A run of minutes is not to end where it cannot be written.
    if (options.isForReadme) withFigures(readFileSync(README, "utf8"), { ...NOTHING, options });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${BENCH_HELP}`);
    return 2;
  }
  console.log(`${machine()}, median of ${options.rounds}\n`);
  const results: Partial<Record<Part, Row[]>> = {};
  const tables: string[] = [];
  for (const part of options.parts) {
    const { columns, measure } = PARTS_BY_NAME[part];
    const rows = results[part] = await measure(options);
    tables.push(tableOf(part, columns, rows));
    console.log(`${tables.at(-1)}\n`);
  }
  const found = targetsOf(results);
  const targets = found.length === 0 ? "" : tableOf("targets", TARGET_COLUMNS, found);
  if (targets !== "") console.log(`${targets}\n`);
  if (options.isJson) {
    console.log(JSON.stringify({ machine: machine(), ...results, targets: found }));
  }
  if (options.isForReadme) {
    const printed = { options, machine: machine(), tables, targets };
    writeFileSync(README, withFigures(readFileSync(README, "utf8"), printed));
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
