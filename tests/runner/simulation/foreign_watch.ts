import type { DatabaseTurn } from "../../../src/runner/database_turn.ts";
import type { Message } from "./backend.ts";
import type { JobTable } from "./job_table.ts";
import { keyOf } from "./knowledge.ts";
import { Violation } from "./violation.ts";

const QUIET_MS = 60_000;

/** Watches what the runner has seen of a stock runner, and what it makes of it. */
export class ForeignWatch {
  /** The last write of a stock runner that the runner has seen, by job. */
  readonly #seenMarks = new Map<string, number>();
  readonly #quietMs = new Map<JobTable, number>();

  /** Rows are about to reach the runner. */
  noteAnswer(
    table: JobTable,
    turn: DatabaseTurn,
    { statement, answer }: Message & { kind: "answer" },
    nowMs: number,
  ): void {
    for (const { uuid, state, enqueuedMs } of answer.rows) {
      const key = keyOf(table, uuid);
      const mark = table.get(uuid)?.foreignMark ?? 0;
      // What is enqueued by hand may be taken for another runner's work.
      if (state === "enqueued" && enqueuedMs === null) this.#noteDoubt(table);
      const isTheirs = state === "enqueued" && (enqueuedMs ?? 0) % 1 !== 0;
      if (!isTheirs || this.#seenMarks.get(key) === mark) continue;
      this.#seenMarks.set(key, mark);
      // What a scan finds may have stood there before.
      if (statement.kind === "read" && turn.isRead) this.#quietMs.set(table, nowMs + QUIET_MS);
    }
  }

  isAtWork(table: JobTable, nowMs: number): boolean {
    return nowMs < (this.#quietMs.get(table) ?? -Infinity);
  }

  /** There is another runner, or ours has left the database. */
  forget(table: JobTable): void {
    this.#quietMs.delete(table);
  }

  #noteDoubt(table: JobTable): void {
    if (!this.#quietMs.has(table)) this.#quietMs.set(table, -Infinity);
  }

  check(table: JobTable, turn: DatabaseTurn): void {
    if (turn.phase === "foreign" && !this.#quietMs.has(table)) {
      throw new Violation(`${table.database} takes another runner for at work without a reason`);
    }
  }
}
