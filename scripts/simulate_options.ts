import { parseArgs } from "node:util";

/** Which histories are played, and by what. */
export interface SimulateOptions {
  readonly firstSeed: number;
  readonly histories: number;
  readonly isPipeline: boolean;
}

export const USAGE =
  `Plays random histories on the model and on every build and entry of the core, and compares.

  --histories N   how many (1000)
  --seed S        of the first one; new ones unless given
  --pipeline      plays the runner around the core instead, faults included`;

/** Null when help is asked for. Throws when an option makes no sense. */
export function readOptions(args: readonly string[]): SimulateOptions | null {
  const { values } = parseArgs({
    args: [...args],
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

/** Throws what is none. */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RangeError(
    `Cannot use ${option}="${text}": a whole number below 1,000,000,000 is wanted, as in 1000`,
  );
}

/** Far from the seeds of the tests, and with room for many more above it. */
function newSeed(): number {
  return 1_000_000 + Math.floor(Math.random() * 2 ** 29);
}
