import process from "node:process";
import { parseArgs } from "node:util";
import { CORES } from "../tests/scheduler/implementations.ts";
import * as pipeline from "../tests/runner/simulation/simulate.ts";
import { simulate, told } from "../tests/scheduler/simulation.ts";

interface Wanted {
  readonly firstSeed: number;
  readonly histories: number;
}

const USAGE =
  `Plays random histories on the model and on every build and entry of the core, and compares.

  --histories N   how many (1000)
  --seed S        of the first one; new ones unless given
  --pipeline      plays the runner around the core instead, faults included`;

interface Options extends Wanted {
  readonly isPipeline: boolean;
}

/** `npm run simulate`, `deno task simulate`: exit code 0 all agree, 1 not, 2 wrong options. */
async function main(): Promise<void> {
  let options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  if (options === null) console.log(USAGE);
  else if (options.isPipeline) await playPipeline(options);
  else playCores(options);
}

/** Null when help is asked for. */
function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      histories: { type: "string", default: "1000" },
      seed: { type: "string" },
      pipeline: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  return {
    histories: wholeNumber("--histories", values.histories),
    firstSeed: values.seed === undefined ? newSeed() : wholeNumber("--seed", values.seed),
    isPipeline: values.pipeline,
  };
}

async function playPipeline(wanted: Wanted): Promise<void> {
  const noteProgress = progressOf("pipeline", "keep every promise", wanted);
  const { firstSeed, histories } = wanted;
  const failure = await pipeline.simulate({ firstSeed, histories, noteProgress });
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
    `Cannot use ${option}="${text}": a whole number below 1,000,000,000 is wanted, as in 1000`,
  );
}

/** Far from the seeds of the tests, and with room for many more above it. */
function newSeed(): number {
  return 1_000_000 + Math.floor(Math.random() * 2 ** 29);
}

await main();
