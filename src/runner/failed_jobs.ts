import { FAILED_NAMES_MAX } from "../database/statement.ts";
import type { JobRow } from "../database/job_row.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

/** So many are kept in the core while nobody counts; then they are added up here. */
const RECENT_MAX = 10_000;

/**
 * How many jobs have failed where only the number matters. The database counts them now and then;
 * those that fail in between are kept in the core, which counts them until the next count has them.
 */
export class FailedJobs {
  readonly #database: string;
  readonly #scheduler: LiveScheduler;
  #counts: Map<string, number> = new Map();
  /** Known to the core, by uuid: their channels. */
  readonly #recent = new Map<string, string>();
  /** The same, and part of the count that is on the way. */
  #counted = new Map<string, string>();

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
    if (state !== "failed") return;
    if (this.#recent.size >= RECENT_MAX) this.#addUp();
    this.#recent.set(uuid, channel ?? "root");
  }

  forget(uuid: string): void {
    this.#recent.delete(uuid);
    this.#counted.delete(uuid);
  }

  /** The database is about to count all but those of these channels, which the core keeps. */
  countBegins(sequentialChannels: readonly string[]): void {
    // A count before this one may have had no answer.
    for (const [uuid, channel] of this.#counted) this.#recent.set(uuid, channel);
    if (this.#recent.size > RECENT_MAX) this.#addUp();
    const isCounted = (channel: string) => !sequentialChannels.includes(channel);
    this.#counted = new Map([...this.#recent].filter(([, channel]) => isCounted(channel)));
    this.#recent.clear();
  }

  countEnds(counts: ReadonlyMap<string, number>): void {
    this.#counts = new Map(counts);
    for (const uuid of this.#counted.keys()) this.#scheduler.forget(this.#database, uuid);
    this.#counted.clear();
  }

  /**
   * Nobody has counted for long, as while another runner is at work: those that block nothing leave
   * the core. Should one of them be requeued, the number is too large until the next count.
   */
  #addUp(): void {
    const blocking = new Set(this.#scheduler.sequentialChannels());
    for (const [uuid, channel] of this.#recent) {
      if (blocking.has(channel)) continue;
      this.#scheduler.forget(this.#database, uuid);
      const count = this.#counts.get(channel);
      if (count === undefined && this.#counts.size >= FAILED_NAMES_MAX) continue;
      this.#counts.set(channel, (count ?? 0) + 1);
    }
    this.#recent.clear();
  }
}
