import process from "node:process";
import { CORES } from "../tests/scheduler/implementations.ts";
import * as pipeline from "../tests/runner/simulation/simulate.ts";
import { simulate, told } from "../tests/scheduler/simulation.ts";
import { readOptions, type SimulateOptions, USAGE } from "./simulate_options.ts";

/** `npm run simulate`, `deno task simulate`: exit code 0 all agree, 1 not, 2 wrong options. */
async function main(argv: readonly string[]): Promise<void> {
  let options;
  try {
    options = readOptions(argv);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (options === null) console.log(USAGE);
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
