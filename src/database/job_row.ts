import type { JobNotice } from "../scheduler/mod.ts";
import type { Row } from "./session.ts";

/** A row of `queue_job`, as far as it matters to us. */
export interface JobRow extends Omit<JobNotice, "database"> {
  /** When it was last enqueued. */
  readonly enqueuedMs: number | null;
}

/** The queries give these columns and types; a row the driver made is taken as it is. */
export function jobRows(rows: readonly Row[]): readonly JobRow[] {
  return rows as unknown as readonly JobRow[];
}

/** Rows that were read, to go through. */
export interface JobRows extends Iterable<JobRow> {
  readonly length: number;
}

/** As `jobPage` packs it: of each column an array in JSON, or null if there is no row. */
interface PackedPage extends Readonly<Record<keyof JobRow, string | null>> {
  readonly count: number;
  readonly nextId: number | null;
}

/**
 * A page of jobs, unpacked when its rows are first wanted: that takes as long as the server needs
 * for the next one, which can be asked for before.
 */
export class JobPage implements JobRows {
  readonly length: number;
  /** The id that the next page begins behind; null after the last. */
  readonly nextId: number | null;
  #packed: PackedPage | null;
  #rows: readonly JobRow[] = [];

  /** @param rows The one that a page comes in. */
  constructor([row]: readonly Row[]) {
    this.#packed = row as unknown as PackedPage;
    this.length = this.#packed.count;
    this.nextId = this.#packed.nextId;
  }

  [Symbol.iterator](): Iterator<JobRow> {
    if (this.#packed) this.#rows = unpacked(this.#packed);
    this.#packed = null;
    return this.#rows[Symbol.iterator]();
  }
}

function unpacked(page: PackedPage): readonly JobRow[] {
  const column = <T>(name: keyof JobRow): readonly T[] => JSON.parse(page[name] ?? "[]");
  const channels = column<string | null>("channel");
  const states = column<string>("state");
  const priorities = column<number | null>("priority");
  const sequences = column<number>("sequence");
  const createdMs = column<JsonNumber | null>("createdMs");
  const etaMs = column<JsonNumber | null>("etaMs");
  const enqueuedMs = column<JsonNumber | null>("enqueuedMs");
  return column<string>("uuid").map((uuid, index) => ({
    uuid,
    channel: channels[index]!,
    state: states[index]!,
    priority: priorities[index]!,
    sequence: sequences[index]!,
    createdMs: timeOf(createdMs[index]!),
    etaMs: timeOf(etaMs[index]!),
    enqueuedMs: timeOf(enqueuedMs[index]!),
  }));
}

/** What JSON has no number for, an infinite date, is a text in it. */
type JsonNumber = number | string;

function timeOf(value: JsonNumber | null): number | null {
  return typeof value === "string" ? Number(value) : value;
}

/** A job of which nobody knows whether it runs, with the number of all in its state. */
export interface StuckRow {
  readonly uuid: string;
  readonly channel: string;
  readonly state: "enqueued" | "started";
  /** Since when it is in its state; null is unknown. */
  readonly sinceMs: number | null;
  readonly count: number;
}

export function stuckRows(rows: readonly Row[]): readonly StuckRow[] {
  return rows as unknown as readonly StuckRow[];
}
