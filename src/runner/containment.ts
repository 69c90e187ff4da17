import type { Clock, Timer } from "../clock.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import type { ProbeAnswer } from "../dispatch/probe.ts";

/** What an action answers; an error that it throws is told instead, and goes no further. */
export function contained<T>(
  action: () => T,
  otherwise: T,
  onError: (error: unknown) => void,
): T {
  try {
    return action();
  } catch (error) {
    onError(error);
    return otherwise;
  }
}

/** A clock whose callbacks end nothing but themselves when they throw. */
export class ContainedClock implements Clock {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#clock.after(delayMs, () => contained(callback, undefined, this.#onError));
  }

  align(serverMs: number, sentMs: number): void {
    this.#clock.align?.(serverMs, sentMs);
  }

  onStep(callback: (aheadMs: number) => void): void {
    this.#clock.onStep?.((aheadMs) => {
      contained(() => callback(aheadMs), undefined, this.#onError);
    });
  }
}

/** What became of a job when asking for it has thrown: nobody knows whether Odoo has it. */
export function brokenAsk(error: unknown): Outcome {
  return { kind: "dropped", reason: `a bug to report: ${stackOf(error)}` };
}

/** The same of a probe: the next one may do better. */
export function brokenProbe(error: unknown): ProbeAnswer {
  return { kind: "down", reason: `a bug to report: ${stackOf(error)}`, byProxy: false };
}

/** An error as its reporter needs it. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? String(error) : String(error);
}
