import { WAIT_CLASSES } from "../../assembly/abi.ts";
import type { Core } from "./core.ts";

/** How long jobs had waited when they were taken, since their creation or their eta. */
export interface TakenWaits {
  /** Jobs that had waited for less than `2 ** index` ms, and not for less than half of that. */
  readonly counts: readonly number[];
  readonly totalMs: number;
}

/**
 * How long jobs wait. Of those that were taken the scheduler counts it. Of those that wait,
 * `survey` finds the ones that have waited longest: beside the decisions, a few jobs at a time,
 * since they wait in the order of their turns and not of their age.
 */
export class Waits {
  readonly #core: Core;
  readonly #numberOf: (database: string) => number | undefined;

  constructor(core: Core, numberOf: (database: string) => number | undefined) {
    this.#core = core;
    this.#numberOf = numberOf;
  }

  /** Looks at `max` jobs more. Answers whether that was the end of a round through all jobs. */
  survey(nowMs: number, max: number): boolean {
    return this.#core.survey(nowMs, max);
  }

  /** Since when the job of a database waits that has waited longest, as the last round found it. */
  sinceMs(database: string): number | null {
    const number = this.#numberOf(database);
    return number === undefined ? null : timeOrNull(this.#core.databaseWaitingSince(number));
  }

  /** Of all jobs that were taken so far. */
  get taken(): TakenWaits {
    const counts = Array.from({ length: WAIT_CLASSES }, (_, it) => this.#core.waitCount(it));
    return { counts, totalMs: this.#core.waitedMs };
  }
}

/** The core's Infinity is never. */
export function timeOrNull(timeMs: number): number | null {
  return timeMs === Infinity ? null : timeMs;
}
