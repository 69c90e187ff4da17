import { backoffMs } from "../backoff.ts";

/** Whoever holds a row that could not be claimed may keep it long. */
const BACKOFF = { firstMs: 250, longestMs: 10_000 };

interface Skipped {
  readonly count: number;
  isWaiting: boolean;
}

/** Rows that claims have passed over, because somebody's transaction held them. */
export class SkippedRows {
  readonly #rows = new Map<string, Skipped>();

  /** A claim was answered without this row. */
  note(uuid: string): void {
    const count = (this.#rows.get(uuid)?.count ?? 0) + 1;
    this.#rows.set(uuid, { count, isWaiting: false });
  }

  /** It was claimed, or is pending no longer. */
  forget(uuid: string): void {
    this.#rows.delete(uuid);
  }

  /** All rows are read anew: of those that are gone nobody would tell. */
  clear(): void {
    this.#rows.clear();
  }

  /**
   * A row is still `pending` after a claim has passed over it: how long it stays out of the core,
   * or null if it has.
   */
  delayOf(uuid: string, random: number): number | null {
    const skipped = this.#rows.get(uuid);
    if (!skipped || skipped.isWaiting) return null;
    skipped.isWaiting = true;
    return backoffMs(BACKOFF, skipped.count, random);
  }
}
