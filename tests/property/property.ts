import process from "node:process";
import fc from "fast-check";

/*
 * SEED=n tries other inputs, RUNS=20 twenty times as many. Without them a test tries the same
 * inputs each time, so that one that fails, fails again.
 */
const SEED = Number(process.env["SEED"] ?? 1);
const RUNS = Number(process.env["RUNS"] ?? 1);

/** For tests whose inputs are made elsewhere. */
export { SEED as PROPERTY_SEED };

/** How many inputs to try where one costs next to nothing. */
const RUN_COUNT = 300;

/**
 * Tries a property with many inputs. What fails is cut down to a small input and shown.
 *
 * @throws {Error} With the input, what went wrong, and how to try it again.
 */
export function holds<T>(property: fc.IProperty<T>, runCount = RUN_COUNT): void {
  tell(fc.check(property, { seed: SEED, numRuns: runCount * RUNS }));
}

/** The same for a property that takes its time. */
export async function holdsAsync<T>(
  property: fc.IAsyncProperty<T>,
  runCount = RUN_COUNT,
): Promise<void> {
  tell(await fc.check(property, { seed: SEED, numRuns: runCount * RUNS }));
}

function tell<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const { seed, numRuns, counterexample, errorInstance } = details;
  const runs = RUNS === 1 ? "" : `RUNS=${RUNS} `;
  const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(
    `Does not hold for input ${numRuns}, cut down to ${fc.stringify(counterexample)}\n${what}\n` +
      `Try again: SEED=${seed} ${runs}npm test -- property`,
    { cause: errorInstance },
  );
}
