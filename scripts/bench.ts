import process from "node:process";
import { CORE_COLUMNS, measureCore } from "./bench/core/core_part.ts";
import { BENCH_HELP, readBenchOptions } from "./bench/options.ts";
import { machine, type Row, tableOf } from "./bench/report.ts";

/*
 * `npm run bench`: what it costs, beside what it is compared with, in one run. Prints a table for
 * each part, and with `--json` one line more.
 */

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(BENCH_HELP);
    return 0;
  }
  let options;
  try {
    options = readBenchOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${BENCH_HELP}`);
    return 2;
  }
  console.log(`${machine()}, median of ${options.rounds}\n`);
  const results: Record<string, Row[]> = {};
  if (options.parts.includes("core")) {
    results["core"] = await measureCore(options);
    console.log(`${tableOf("core", CORE_COLUMNS, results["core"])}\n`);
  }
  if (options.isJson) console.log(JSON.stringify({ machine: machine(), ...results }));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
