import type { JobRow } from "../../../src/database/job_row.ts";
import type { Answer, Statement } from "../../../src/database/statement.ts";
import type { JobTable } from "./job_table.ts";
import type { KnownGeneration } from "../../../src/database/generation.ts";

/** A way to break the runner on purpose: the auditor has to find it. */
export type SabotageKind =
  | "a double request"
  | "an overlap over capacity"
  | "a lost job"
  | "a double run"
  | "a living job put back"
  | "a deaf ear for a stock runner"
  | "a false alarm"
  | "a deaf ear for an operator"
  | "a hasty stop";

/** Breaks the runner in one way, or not at all. */
export class Sabotage {
  #isDone = false;
  #count = 0;

  constructor(readonly kind: SabotageKind | null) {}

  /** The channel string that the runner gets instead of the one that it should keep. */
  channels(channels: string): string {
    return this.kind === "an overlap over capacity" ? "root:50" : channels;
  }

  /** The generation that the runner takes a database for: one with a guard. */
  generation(generation: KnownGeneration): KnownGeneration {
    return this.kind === "a double run" ? { ...generation, startGuard: "row lock" } : generation;
  }

  /** A statement that the runner sends. */
  statement(statement: Statement): Statement {
    if (this.kind !== "a living job put back" || !("askedUuids" in statement)) return statement;
    return { ...statement, askedUuids: [] };
  }

  /** What the runner is told of the rows that were read. */
  answer(answer: Answer, table: JobTable): Answer {
    if (this.kind === "a deaf ear for a stock runner") {
      const isTheirs = ({ uuid }: JobRow) => (table.get(uuid)?.foreignMark ?? 0) > 0;
      const rows = [...answer.rows].map((it) => isTheirs(it) ? { ...it, state: "started" } : it);
      return { ...answer, rows };
    }
    if (this.kind !== "a false alarm") return answer;
    const rows = [...answer.rows].map((it) =>
      it.enqueuedMs === null ? it : { ...it, enqueuedMs: it.enqueuedMs + ++this.#count }
    );
    return { ...answer, rows };
  }

  /** Why an operator wants nothing to be taken. */
  pause(reason: string | null): string | null {
    return this.kind === "a deaf ear for an operator" ? null : reason;
  }

  requestsAtOnce(): number {
    return this.#once("a double request") ? 2 : 1;
  }

  /** A stop waits for no new session. */
  get isHasty(): boolean {
    return this.kind === "a hasty stop";
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
