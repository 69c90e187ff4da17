import type { TimerSet } from "../clock.ts";
import type { StartGuard } from "../database/generation.ts";
import type { JobRows } from "../database/job_row.ts";
import type { Statement } from "../database/statement.ts";
import type { RowGate } from "./row_gate.ts";

/** By then the next page is asked for, and the server at work on it. */
const NEXT_ASKED_MS = 5;

/** The one statement of a database that is on the way, and the page that came before it. */
export class OnTheWay {
  readonly #timers: TimerSet;
  readonly #gate: Pick<RowGate, "apply">;
  #statement: Statement | null = null;
  #isOvertaken = false;
  #page: { readonly rows: JobRows; readonly guard: StartGuard } | null = null;

  constructor(timers: TimerSet, gate: Pick<RowGate, "apply">) {
    this.#timers = timers;
    this.#gate = gate;
  }

  get isBusy(): boolean {
    return this.#statement !== null;
  }

  send(statement: Statement | null): Statement | null {
    this.#isOvertaken = false;
    return this.#statement = statement;
  }

  /** A page that is let in while the next one is read: before that has come, at the latest. */
  keep(rows: JobRows, guard: StartGuard): void {
    this.#page = { rows, guard };
    this.#timers.after(NEXT_ASKED_MS, () => this.#letIn());
  }

  /** What is being read, or kept, is older: the core forgets, or a scan would believe to see it. */
  overtake(): void {
    this.#isOvertaken = this.#statement !== null && isReading(this.#statement);
    this.#page = null;
  }

  /** It has ended. */
  end(): Statement | null {
    this.#letIn();
    const statement = this.#statement;
    this.#statement = null;
    return statement;
  }

  /** What the one that has ended has read no longer counts. */
  get wasOvertaken(): boolean {
    return this.#isOvertaken;
  }

  #letIn(): void {
    const page = this.#page;
    this.#page = null;
    if (page) this.#gate.apply(page.rows, page.guard);
  }
}

function isReading({ kind }: Statement): boolean {
  return ["read", "scanCounted", "scanWaiting", "countFailed", "listStuck"].includes(kind);
}
