import { type Answer, PAGE_ROWS, type Statement } from "../database/statement.ts";

/**
 * One reading of all jobs of a database, page by page by id: first those that take places, so that
 * capacity can be judged, then those that wait, then how many failed.
 */
export class Scan {
  #phase: "counted" | "waiting" | "failed" = "counted";
  #afterId = 0;
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

  /** The next page. */
  statement(sequentialChannels: readonly string[]): Statement {
    switch (this.#phase) {
      case "counted":
        return { kind: "scanCounted", afterId: this.#afterId, sequentialChannels };
      case "waiting":
        return { kind: "scanWaiting", afterId: this.#afterId };
      default:
        return { kind: "countFailed", sequentialChannels };
    }
  }

  /** The page has been read. What its rows bring about comes after: it may ask for the next. */
  advance({ rows, lastId }: Answer): void {
    if (rows.length === PAGE_ROWS) {
      this.#afterId = lastId;
      return;
    }
    this.#afterId = 0;
    this.#phase = this.#phase === "counted" && this.#wantsWaiting ? "waiting" : "failed";
  }
}
