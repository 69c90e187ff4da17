import process from "node:process";
import { parseArgs } from "node:util";
import { CORES } from "../tests/scheduler/implementations.ts";
import { simulate, told } from "../tests/scheduler/simulation.ts";

/**
 * Plays random histories on the model and on every build and entry of the core:
 * `npm run simulate -- --histories 100000 --seed 1`. Without a seed it takes new ones.
 */
function main(): void {
  const { values } = parseArgs({
    options: { histories: { type: "string" }, seed: { type: "string" } },
  });
  const histories = wholeNumber("--histories", values.histories ?? "1000");
  const firstSeed = values.seed === undefined ? newSeed() : wholeNumber("--seed", values.seed);
  for (const { name, create } of CORES) {
    console.log(`${name}: ${histories} histories from SEED=${firstSeed}`);
    const startedMs = performance.now();
    const noteProgress = (played: number) => {
      if (played % 1000 !== 0 && played !== histories) return;
      const seconds = (performance.now() - startedMs) / 1000;
      console.log(`${name}: ${played} of ${histories} agree, ${seconds.toFixed(1)} s`);
    };
    const difference = simulate({ create, firstSeed, histories, noteProgress });
    if (difference !== null) {
      console.log(told(difference));
      process.exitCode = 1;
      return;
    }
  }
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

main();
