import type { Answer, Statement } from "../database/statement.ts";

/**
 * One reading of all jobs of a database, page by page by id: first those that take places, so that
 * capacity can be judged, then those that wait, then how many failed.
 */
export class Scan {
  #phase: "counted" | "waiting" | "failed" = "counted";
  #afterId = 0;
  /** Rows of this phase, so far and as the server expects them. */
  #count = 0;
  #expected = Infinity;
  readonly #wantsWaiting: boolean;

  /** @param wantsWaiting Else what waits is left out: nothing of it is to be taken. */
  constructor(wantsWaiting = true) {
    this.#wantsWaiting = wantsWaiting;
  }

  /** What takes places is not read yet. */
  get isCounting(): boolean {
    return this.#phase === "counted";
  }

  /** Of what waits nothing is read yet. */
  get isAtFirstPage(): boolean {
    return this.#phase === "waiting" && this.#afterId === 0;
  }

  /** Of what waits a full page is read, and more may follow. */
  get isAmidWaiting(): boolean {
    return this.#phase === "waiting" && this.#afterId > 0;
  }

  /**
   * More rows than the server believes there are: its statistics are older than they, and it would
   * find and sort all of them for each page.
   */
  get #isMisjudged(): boolean {
    return this.#count > this.#expected;
  }

  /** The next page. */
  statement(sequentialChannels: readonly string[]): Statement {
    switch (this.#phase) {
      case "counted":
        return { kind: "scanCounted", afterId: this.#afterId, sequentialChannels };
      case "waiting":
        return { kind: "scanWaiting", afterId: this.#afterId, isWalk: this.#isMisjudged };
      default:
        return { kind: "countFailed", sequentialChannels };
    }
  }

  /** The page has been read. What its rows bring about comes after: it may ask for the next. */
  advance({ rows, nextId, expected }: Answer): void {
    this.#count += rows.length;
    this.#expected = Math.min(this.#expected, expected);
    if (nextId !== null) {
      this.#afterId = nextId;
      return;
    }
    this.#afterId = 0;
    this.#count = 0;
    this.#phase = this.#phase === "counted" && this.#wantsWaiting ? "waiting" : "failed";
  }
}
