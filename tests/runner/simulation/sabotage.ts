/** A way to break the runner on purpose: the auditor has to find it. */
export type SabotageKind =
  | "a double request"
  | "an overlap over capacity"
  | "a lost job";

/** Breaks the runner in one way, or not at all. */
export class Sabotage {
  #isDone = false;

  constructor(readonly kind: SabotageKind | null) {}

  /** The channel string that the runner gets instead of the one that it should keep. */
  channels(channels: string): string {
    return this.kind === "an overlap over capacity" ? "root:50" : channels;
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
