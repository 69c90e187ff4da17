import { History } from "./history.ts";
import { comeToRest } from "./rest.ts";
import type { SabotageKind } from "./sabotage.ts";
import { Violation } from "./violation.ts";

/** A history in which the runner has broken a promise. */
export interface Failure {
  readonly seed: number;
  readonly what: string;
  /** All that happened, in words. */
  readonly lines: readonly string[];
}

export interface SimulationOptions {
  readonly firstSeed: number;
  readonly histories: number;
  readonly sabotage?: SabotageKind;
  readonly noteProgress?: (played: number) => void;
}

/** Plays random histories and answers with the first failure, or null. */
export async function simulate(options: SimulationOptions): Promise<Failure | null> {
  for (let played = 0; played < options.histories; played++) {
    const failure = await playHistory(options.firstSeed + played, options.sabotage ?? null);
    if (failure !== null) return failure;
    options.noteProgress?.(played + 1);
  }
  return null;
}

/** Plays the history of one seed to its end. */
export async function playHistory(
  seed: number,
  sabotage: SabotageKind | null = null,
): Promise<Failure | null> {
  const history = new History(seed, sabotage);
  try {
    for (let steps = 0; steps < history.length; steps++) await history.step(history.events());
    await comeToRest(history);
    return null;
  } catch (error) {
    const { message, stack } = error as Error;
    return {
      seed,
      what: error instanceof Violation ? message : stack ?? message,
      lines: history.lines,
    };
  }
}

/** A failure in words: the seed that repeats it, and what happened. */
export function told({ seed, what, lines }: Failure): string {
  return [...lines, `SEED=${seed}: ${what}`].join("\n");
}
