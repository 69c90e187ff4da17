import type { StuckRow } from "../database/job_row.ts";

/**
 * Enqueued jobs whose row does not say since when, as people and modules write them. How long a job
 * stands so is known by having seen it, in one search after the other.
 */
export class UndatedJobs {
  #seenMs: ReadonlyMap<string, number> = new Map();

  /** What a search has found. */
  found(rows: readonly StuckRow[], nowMs: number): void {
    const undated = rows.filter((it) => it.state === "enqueued" && it.sinceMs === null);
    this.#seenMs = new Map(undated.map(({ uuid }) => [uuid, this.#seenMs.get(uuid) ?? nowMs]));
  }

  /** Those that were seen first at this time, or before. */
  seenBy(timeMs: number): string[] {
    return [...this.#seenMs].filter(([, seenMs]) => seenMs <= timeMs).map(([uuid]) => uuid);
  }
}
