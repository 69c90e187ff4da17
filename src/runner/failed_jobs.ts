import type { JobRow } from "../database/job_row.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

/**
 * How many jobs have failed where only the number matters. The database counts them now and then;
 * those that fail in between are kept in the core, which counts them until the next count has them.
 */
export class FailedJobs {
  readonly #database: string;
  readonly #scheduler: LiveScheduler;
  #counts: ReadonlyMap<string, number> = new Map();
  /** Known to the core, by uuid: their channels. */
  readonly #recent = new Map<string, string>();
  /** Known to the core, and part of the count that is on the way. */
  #counted = new Set<string>();

  constructor(options: { readonly database: string; readonly scheduler: LiveScheduler }) {
    this.#database = options.database;
    this.#scheduler = options.scheduler;
  }

  /** By channel as rows spell it; without those that the core knows. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** A row enters the core. */
  note({ uuid, state, channel }: JobRow): void {
    this.forget(uuid);
    if (state === "failed") this.#recent.set(uuid, channel ?? "root");
  }

  forget(uuid: string): void {
    this.#recent.delete(uuid);
    this.#counted.delete(uuid);
  }

  /** The database is about to count all but those of these channels, which the core keeps. */
  countBegins(sequentialChannels: readonly string[]): void {
    for (const [uuid, channel] of this.#recent) {
      if (!sequentialChannels.includes(channel)) this.#counted.add(uuid);
    }
    this.#recent.clear();
  }

  countEnds(counts: ReadonlyMap<string, number>): void {
    this.#counts = counts;
    for (const uuid of this.#counted) this.#scheduler.forget(this.#database, uuid);
    this.#counted = new Set();
  }
}
