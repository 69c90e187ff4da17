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
