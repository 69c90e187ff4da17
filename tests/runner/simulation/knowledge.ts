import { fullChannelName } from "../../../src/scheduler/channel_config.ts";
import type { DatabaseTurn } from "../../../src/runner/database_turn.ts";
import type { JobRow } from "../../../src/database/job_row.ts";
import type { Message } from "./backend.ts";
import type { JobTable } from "./job_table.ts";

/** A row that the runner has read, and that has entered the core. */
export interface KnownRow {
  readonly row: JobRow;
  readonly table: JobTable;
  readonly version: number;
  /** The step since which it has stood there, in this order and channel. */
  readonly sinceStep: number;
  /**
   * The step in which its row was read as it is, and has entered the core for sure: else Infinity.
   */
  readonly readStep: number;
}

/** What the runner knows of rows that wait or have failed: a watch on what it has been answered. */
export class Knowledge {
  readonly #known = new Map<string, KnownRow>();
  /** Claims have passed over them: they leave the core for a while. */
  readonly #passedOver = new Set<string>();
  /**
   * When the statement on the way was sent, and when the core forgot the database: rows read before
   * do not enter it.
   */
  readonly #sentAt = new Map<JobTable, number>();
  readonly #forgottenAt = new Map<JobTable, number>();
  #moment = 0;
  step = 0;

  noteAnswer(
    table: JobTable,
    turn: DatabaseTurn,
    { statement, answer, versions }: Message & { kind: "answer" },
  ): void {
    if (statement.kind === "claim") {
      const claimed = new Set(answer.uuids);
      for (const uuid of statement.uuids) {
        this.#known.delete(keyOf(table, uuid));
        if (claimed.has(uuid)) this.#passedOver.delete(keyOf(table, uuid));
        else this.#passedOver.add(keyOf(table, uuid));
      }
    }
    if (this.#sentAt.get(table)! < (this.#forgottenAt.get(table) ?? 0)) return;
    for (const row of answer.rows) this.#learn(table, turn, row, versions.get(row.uuid)!);
  }

  /** The runner knows a row as it is now. */
  isUpToDate(table: JobTable, uuid: string): boolean {
    const known = this.#known.get(keyOf(table, uuid));
    return known !== undefined && isCurrent(known);
  }

  get(table: JobTable, uuid: string): KnownRow | undefined {
    return this.#known.get(keyOf(table, uuid));
  }

  /** All rows that the runner knows as they are. */
  current(): KnownRow[] {
    return [...this.#known.values()].filter(isCurrent);
  }

  noteSent(table: JobTable): void {
    this.#sentAt.set(table, ++this.#moment);
  }

  /** What is being read will be read anew: it does not enter the core. */
  noteOvertaken(table: JobTable): void {
    this.#forgottenAt.set(table, ++this.#moment);
  }

  /** The core has forgotten the rows of a database. */
  forget(table: JobTable): void {
    this.#forgottenAt.set(table, ++this.#moment);
    for (const [key, known] of this.#known) if (known.table === table) this.#known.delete(key);
  }

  /** There is a new core, which may have been told of some rows. */
  hide(table: JobTable): void {
    this.#forgottenAt.set(table, ++this.#moment);
    for (const [key, known] of this.#known) {
      if (known.table === table) this.#known.set(key, { ...known, readStep: Infinity });
    }
  }

  #learn(table: JobTable, turn: DatabaseTurn, row: JobRow, version: number): void {
    const key = keyOf(table, row.uuid);
    const before = this.#known.get(key);
    this.#known.delete(key);
    if (row.state !== "pending" && row.state !== "failed") return void this.#passedOver.delete(key);
    if (row.state === "pending" && this.#passedOver.has(key)) return;
    const isSame = before !== undefined && before.row.state === row.state &&
      isInSamePlace(before.row, row);
    const sinceStep = isSame ? before.sinceStep : this.step;
    // In the runner's hands: whether the row enters the core is not seen from here.
    const isHidden = turn.inFlight.get(row.uuid) !== undefined;
    const firstStep = before?.version === version ? before.readStep : Infinity;
    const readStep = isHidden ? Infinity : Math.min(firstStep, this.step);
    this.#known.set(key, { row, table, version, sinceStep, readStep });
  }
}

function isCurrent({ table, row, version }: KnownRow): boolean {
  return table.get(row.uuid)?.version === version;
}

function isInSamePlace(one: JobRow, other: JobRow): boolean {
  return fullChannelName(one.channel) === fullChannelName(other.channel) &&
    one.etaMs === other.etaMs &&
    (one.priority ?? 10) === (other.priority ?? 10);
}

/** No database has a slash in its name here. */
export function keyOf(table: JobTable, uuid: string): string {
  return `${table.database}/${uuid}`;
}
