import process from "node:process";
import { parseArgs } from "node:util";
import { CORES } from "../tests/scheduler/implementations.ts";
import * as pipeline from "../tests/runner/simulation/simulate.ts";
import { simulate, told } from "../tests/scheduler/simulation.ts";

interface Wanted {
  readonly firstSeed: number;
  readonly histories: number;
}

/**
 * Plays random histories on the model and on every build and entry of the core:
 * `npm run simulate -- --histories 100000 --seed 1`. Without a seed it takes new ones.
 * With `--pipeline` it plays the runner around the core instead.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      histories: { type: "string" },
      seed: { type: "string" },
      pipeline: { type: "boolean", default: false },
    },
  });
  const histories = wholeNumber("--histories", values.histories ?? "1000");
  const firstSeed = values.seed === undefined ? newSeed() : wholeNumber("--seed", values.seed);
  if (values.pipeline) await playPipeline({ firstSeed, histories });
  else playCores({ firstSeed, histories });
}

async function playPipeline(wanted: Wanted): Promise<void> {
  const noteProgress = progressOf("pipeline", "keep every promise", wanted);
  const failure = await pipeline.simulate({ ...wanted, noteProgress });
  if (failure === null) return;
  console.log(pipeline.told(failure));
  process.exitCode = 1;
}

function playCores(wanted: Wanted): void {
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
function progressOf(name: string, what: string, wanted: Wanted): (played: number) => void {
  const { firstSeed, histories } = wanted;
  console.log(`${name}: ${histories} histories from SEED=${firstSeed}`);
  const startedMs = performance.now();
  return (played) => {
    if (played % 1000 !== 0 && played !== histories) return;
    const seconds = (performance.now() - startedMs) / 1000;
    console.log(`${name}: ${played} of ${histories} ${what}, ${seconds.toFixed(1)} s`);
  };
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RangeError(
    `Cannot use ${option} "${text}": a whole number below 1,000,000,000 is wanted`,
  );
}

/** Far from the seeds of the tests, and with room for many more above it. */
function newSeed(): number {
  return 1_000_000 + Math.floor(Math.random() * 2 ** 29);
}

await main();
