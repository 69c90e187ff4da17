import process from "node:process";
import { CORES } from "../tests/scheduler/implementations.ts";
import * as pipeline from "../tests/runner/simulation/simulate.ts";
import { simulate, told } from "../tests/scheduler/simulation.ts";
import { ConfigError } from "../src/scheduler/mod.ts";
import { HostDay } from "./simulate/host_day.ts";
import {
  HOST_USAGE,
  type HostOptions,
  isHostWanted,
  readHostOptions,
} from "./simulate/host_options.ts";
import { headOf, hourLine, jsonOf, measured, tablesOf } from "./simulate/host_report.ts";
import { readOptions, type SimulateOptions, USAGE } from "./simulate_options.ts";

const ALL_USAGE = `${USAGE}\n\n${HOST_USAGE}`;

/** `npm run simulate`, `deno task simulate`: exit code 0 all agree, 1 not, 2 wrong options. */
async function main(argv: readonly string[]): Promise<void> {
  let options;
  try {
    if (isHostWanted(argv)) return playHost(readHostOptions(argv));
    options = readOptions(argv);
  } catch (error) {
    if (![RangeError, TypeError, ConfigError].some((it) => error instanceof it)) throw error;
    console.error(`${(error as Error).message}\n\n${ALL_USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (options === null) console.log(ALL_USAGE);
  else if (options.isPipeline) await playPipeline(options);
  else playCores(options);
}

async function playPipeline(wanted: SimulateOptions): Promise<void> {
  const noteProgress = progressOf("pipeline", "keep every promise", wanted);
  const { firstSeed, histories } = wanted;
  const failure = await pipeline.simulate({ firstSeed, histories, noteProgress });
  if (failure === null) return;
  console.log(pipeline.told(failure));
  process.exitCode = 1;
}

function playCores(wanted: SimulateOptions): void {
  const { firstSeed, histories } = wanted;
  for (const { name, create } of CORES) {
    const noteProgress = progressOf(name, "agree", wanted);
    const difference = simulate({ create, firstSeed, histories, noteProgress });
    if (difference !== null) {
      console.log(told(difference));
      process.exitCode = 1;
      return;
    }
  }
}

function playHost(wanted: HostOptions): void {
  console.log(headOf(wanted));
  const day = new HostDay(wanted, (hour) => console.log(hourLine(hour)));
  const { result, cost } = measured(() => day.play());
  console.log(tablesOf(wanted, result, cost));
  if (wanted.isJson) console.log(jsonOf(wanted, result, cost));
  if (Object.values(result.faults).some((it) => it > 0)) process.exitCode = 1;
}

/** Says what begins, and later how far it is. */
function progressOf(name: string, what: string, wanted: SimulateOptions): (played: number) => void {
  const { firstSeed, histories } = wanted;
  console.log(`${name}: ${histories} histories from SEED=${firstSeed}`);
  const startedMs = performance.now();
  return (played) => {
    if (played % 1000 !== 0 && played !== histories) return;
    const seconds = (performance.now() - startedMs) / 1000;
    console.log(`${name}: ${played} of ${histories} ${what}, ${seconds.toFixed(1)} s`);
  };
}

await main(process.argv.slice(2));
