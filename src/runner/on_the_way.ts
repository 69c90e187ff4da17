import type { Statement } from "../database/statement.ts";

/** The one statement of a database that is on the way. */
export class OnTheWay {
  #statement: Statement | null = null;
  #isOvertaken = false;

  get isBusy(): boolean {
    return this.#statement !== null;
  }

  send(statement: Statement | null): Statement | null {
    this.#isOvertaken = false;
    return this.#statement = statement;
  }

  /** What is being read is older: the core forgets, or a scan would believe to see it. */
  overtake(): void {
    this.#isOvertaken = this.#statement !== null && isReading(this.#statement);
  }

  /** It has ended: with it, whether what it has read no longer counts. */
  end(): { readonly statement: Statement | null; readonly isOvertaken: boolean } {
    const statement = this.#statement;
    this.#statement = null;
    return { statement, isOvertaken: this.#isOvertaken };
  }
}

function isReading({ kind }: Statement): boolean {
  return ["read", "scanCounted", "scanWaiting", "countFailed", "listStuck"].includes(kind);
}
