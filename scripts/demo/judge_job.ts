import type { StateChange } from "./judge_history.ts";
import type { JobRequests } from "./request_log.ts";

/** How far the runner's idea of PostgreSQL's clock may be off. */
const CLOCK_TOLERANCE_MS = 50;

/**
 * Follows one job. It may be taken from `pending` only, and start once each time it has become so:
 * by its creation, a retry, the recovery of a dead worker's job, a user. Any other start is a
 * double run.
 */
export class JobWatch {
  readonly doubleRuns: string[] = [];
  readonly early: string[] = [];
  readonly #name: string;
  #state: string | null = null;
  #mayStart = false;
  #starts = 0;

  constructor(name: string) {
    this.#name = name;
  }

  get state(): string | null {
    return this.#state;
  }

  note(change: StateChange): void {
    this.#state = change.newState;
    if (change.newState === "pending" || change.oldState === null) this.#mayStart = true;
    if (change.newState === "cancelled" || change.newState === "done") this.#mayStart = false;
    if (change.newState === "enqueued") this.#noteTaken(change);
    if (change.newState !== "started") return;
    this.#starts++;
    if (!this.#mayStart) {
      this.doubleRuns.push(`${this.#name}: started again, from ${change.oldState}`);
    }
    this.#mayStart = false;
  }

  /** Adds what the server that ran the job saw. */
  compare(requests: Readonly<JobRequests>): void {
    if (requests.maxWorking > 1) {
      this.doubleRuns.push(`${this.#name}: ${requests.maxWorking} workers ran it at once`);
    } else if (requests.runs > this.#starts) {
      this.doubleRuns.push(
        `${this.#name}: ran ${requests.runs} times, started ${this.#starts} times`,
      );
    }
  }

  #noteTaken(change: StateChange): void {
    if (change.oldState === "pending") return this.#noteEta(change);
    if (change.oldState === null) return;
    this.doubleRuns.push(`${this.#name}: made enqueued again, from ${change.oldState}`);
    // Its start would be the same mistake.
    this.#mayStart = true;
  }

  #noteEta(change: StateChange): void {
    if (change.etaMs === null || change.etaMs - change.atMs <= CLOCK_TOLERANCE_MS) return;
    this.early.push(
      `${this.#name}: ran ${Math.round(change.etaMs - change.atMs)} ms before its eta`,
    );
  }
}
