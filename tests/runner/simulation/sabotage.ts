import type { KnownGeneration } from "../../../src/database/generation.ts";

/** A way to break the runner on purpose: the auditor has to find it. */
export type SabotageKind =
  | "a double request"
  | "an overlap over capacity"
  | "a lost job"
  | "a double run";

/** Breaks the runner in one way, or not at all. */
export class Sabotage {
  #isDone = false;

  constructor(readonly kind: SabotageKind | null) {}

  /** The channel string that the runner gets instead of the one that it should keep. */
  channels(channels: string): string {
    return this.kind === "an overlap over capacity" ? "root:50" : channels;
  }

  /** The generation that the runner takes a database for: one with a guard. */
  generation(generation: KnownGeneration): KnownGeneration {
    return this.kind === "a double run" ? { ...generation, startGuard: "row lock" } : generation;
  }

  requestsAtOnce(): number {
    return this.#once("a double request") ? 2 : 1;
  }

  /** A notification of a job in this state is lost. */
  losesNotification(state: string | undefined): boolean {
    return state === "pending" && this.#once("a lost job");
  }

  #once(kind: SabotageKind): boolean {
    if (this.#isDone || this.kind !== kind) return false;
    this.#isDone = true;
    return true;
  }
}
