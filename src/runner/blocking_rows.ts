import type { JobRow } from "../database/job_row.ts";
import { type ChannelConfig, fullChannelName } from "../scheduler/mod.ts";

/** A row that keeps others from being taken. */
export interface BlockingRow {
  readonly uuid: string;
  /** Its full name. */
  readonly channel: string;
  readonly state: "enqueued" | "started" | "failed";
  /** When it was enqueued. */
  readonly sinceMs: number | null;
}

export interface BlockingRowsOptions {
  readonly scheduler: { configuredChannel(name: string): ChannelConfig | null };
}

/** More of one database are not remembered: the first are named. */
const ROWS_MAX = 1_000;

/**
 * Rows of one database that close channels without being in our hands, so that people can be told
 * their names: `enqueued` and `started` ones, as an earlier runner has left them, and those that
 * failed in a sequential channel. What has become of them the core knows better.
 */
export class BlockingRows {
  readonly #scheduler: BlockingRowsOptions["scheduler"];
  readonly #rows = new Map<string, BlockingRow>();

  constructor(options: BlockingRowsOptions) {
    this.#scheduler = options.scheduler;
  }

  /** A row enters the core. */
  note({ uuid, state, channel, enqueuedMs: sinceMs }: JobRow): void {
    // A million rows that wait come through here, mostly while there is none.
    if (this.#rows.size > 0) this.forget(uuid);
    if (state !== "enqueued" && state !== "started" && state !== "failed") return;
    const name = fullChannelName(channel);
    if (state === "failed" && !this.#scheduler.configuredChannel(name)?.sequential) return;
    if (this.#rows.size < ROWS_MAX) this.#rows.set(uuid, { uuid, channel: name, state, sinceMs });
  }

  forget(uuid: string): void {
    this.#rows.delete(uuid);
  }

  /** All are read anew. */
  clear(): void {
    this.#rows.clear();
  }

  all(): IterableIterator<BlockingRow> {
    return this.#rows.values();
  }
}
