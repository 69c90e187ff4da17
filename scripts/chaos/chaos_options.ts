import { parseArgs } from "node:util";
import { generationNamed, GENERATIONS, type OdooGeneration } from "../demo/odoo_generations.ts";

export interface ChaosOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly jobsPerRound: number;
  readonly generations: readonly OdooGeneration[];
  /** Only these kinds of faults; null: all. */
  readonly only: readonly string[] | null;
  readonly quietMs: number;
}

export const USAGE = `Random faults on a running system: two runners, their databases, a stand-in
for each Odoo. Ends with one line of JSON; exit code 0 only if no job was lost, ran twice, over
its channel's capacity or out of order.

  --rounds N        rounds of faults (20); each kind of fault comes at least once in 20 rounds
  --seed S          repeats a plan; a new one unless given
  --jobs N          new jobs in each round, over all databases (120)
  --generations G   one database for each of these (16.0-2025,16.0,12.0), of
                    ${GENERATIONS.map(({ name }) => name).join(" ")}
  --only KINDS      only these kinds of faults, separated by commas
  --quiet SECONDS   how long the jobs that are left may take after 20 rounds, and at the end (120)
`;

/**
 * Reads the command line; null when it asks for help.
 *
 * @throws RangeError or TypeError when an option is wrong
 */
export function readOptions(argv: readonly string[]): ChaosOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: "string", default: "20" },
      seed: { type: "string" },
      jobs: { type: "string", default: "120" },
      generations: { type: "string", default: "16.0-2025,16.0,12.0" },
      only: { type: "string" },
      quiet: { type: "string", default: "120" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  return {
    rounds: readCount("--rounds", values.rounds),
    seed: values.seed === undefined ? newSeed() : readCount("--seed", values.seed),
    jobsPerRound: readCount("--jobs", values.jobs),
    generations: values.generations.split(",").map(generationNamed),
    only: values.only?.split(",") ?? null,
    quietMs: 1000 * readCount("--quiet", values.quiet),
  };
}

function readCount(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new RangeError(
    `Cannot use ${name}="${text}": a whole number from 1 to 999,999,999 is wanted`,
  );
}

function newSeed(): number {
  return 1 + Math.floor(Math.random() * 2 ** 29);
}
