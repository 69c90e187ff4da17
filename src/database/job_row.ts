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

/** What JSON has no number for, an infinite date, is a text in it. */
type JsonNumber = number | string;

interface JobPage {
  readonly uuid: readonly string[] | null;
  readonly channel: readonly (string | null)[];
  readonly state: readonly string[];
  readonly priority: readonly (number | null)[];
  readonly sequence: readonly number[];
  readonly createdMs: readonly (JsonNumber | null)[];
  readonly etaMs: readonly (JsonNumber | null)[];
  readonly enqueuedMs: readonly (JsonNumber | null)[];
}

/** A page of jobs as `jobPage` packs it: one row, whose columns are arrays, or null if empty. */
export function unpackedPage(rows: readonly Row[]): readonly JobRow[] {
  const page = rows[0] as unknown as JobPage;
  return (page.uuid ?? []).map((uuid, index) => ({
    uuid,
    channel: page.channel[index]!,
    state: page.state[index]!,
    priority: page.priority[index]!,
    sequence: page.sequence[index]!,
    createdMs: timeOf(page.createdMs[index]!),
    etaMs: timeOf(page.etaMs[index]!),
    enqueuedMs: timeOf(page.enqueuedMs[index]!),
  }));
}

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
