import type { StuckRow } from "../database/job_row.ts";

/**
 * Enqueued jobs whose row does not say since when, as people and modules write them. How long a job
 * stands so is known by the searches that have found it, one after the other: no clock can step in
 * between.
 */
export class UndatedJobs {
  #searches: ReadonlyMap<string, number> = new Map();

  /** What a search has found. */
  found(rows: readonly StuckRow[]): void {
    const undated = rows.filter((it) => it.state === "enqueued" && it.sinceMs === null);
    this.#searches = new Map(undated.map(({ uuid }) => [uuid, this.#searchesFor(uuid) + 1]));
  }

  /** Those that at least so many searches in a row have found. */
  foundBy(searches: number): string[] {
    return [...this.#searches.keys()].filter((uuid) => this.#searchesFor(uuid) >= searches);
  }

  #searchesFor(uuid: string): number {
    return this.#searches.get(uuid) ?? 0;
  }
}
