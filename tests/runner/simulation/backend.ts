import type { Answer, Statement } from "../../../src/database/statement.ts";
import type { JobTable } from "./job_table.ts";

/** What a server sends, in this order, to one session. */
export type Message =
  | { readonly kind: "notification"; readonly uuid: string }
  | {
    readonly kind: "answer";
    readonly statement: Statement;
    readonly answer: Answer;
    readonly versions: Versions;
  }
  | { readonly kind: "refusal"; readonly reason: string };

/** The versions of rows when they were read, by uuid. */
export type Versions = ReadonlyMap<string, number>;

/**
 * One PostgreSQL backend: it listens, carries out one statement at a time, and what it says is on
 * the way for a while.
 */
export class Backend {
  readonly wire: Message[] = [];
  #statement: Statement | null = null;

  constructor(readonly table: JobTable) {
    table.listen(this);
  }

  /** The statement that has arrived and is not carried out. */
  get statement(): Statement | null {
    return this.#statement;
  }

  receive(statement: Statement): void {
    this.#statement = statement;
  }

  hear(uuid: string): void {
    this.wire.push({ kind: "notification", uuid });
  }

  /** The notifications of its own changes go out before the answer. */
  commit(nowMs: number): Message & { kind: "answer" } {
    const statement = this.#statement!;
    this.#statement = null;
    const answer = this.table.execute(statement, nowMs);
    const versions = new Map(
      [...answer.rows].map(({ uuid }) => [uuid, this.table.get(uuid)!.version]),
    );
    const message = { kind: "answer", statement, answer, versions } as const;
    this.wire.push(message);
    return message;
  }

  refuse(): void {
    this.#statement = null;
    this.wire.push({ kind: "refusal", reason: "canceling statement due to statement timeout" });
  }

  end(): void {
    this.#statement = null;
    this.table.unlisten(this);
  }
}
