import type { Timer, TimerSet } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { JobRow } from "../database/job_row.ts";
import type { Logger } from "../log.ts";
import type { InFlightJob } from "./in_flight.ts";

export interface ForeignRunnerOptions {
  readonly database: string;
  readonly timers: TimerSet;
  readonly logger: Logger;
  /** All has been quiet for a while. */
  readonly onGone: () => void;
}

const QUIET_MS = 60_000;

/**
 * Another job runner at work on a database that we lead, where no lock keeps it out. Only runners
 * make a row `enqueued`: one that neither a scan has found so, nor a claim of ours has made so, is
 * another's doing. By its date a row is known that was enqueued again in between.
 */
export class ForeignRunner {
  readonly #options: ForeignRunnerOptions;
  /** Rows that take a place: when they were enqueued, as we have seen or written it. */
  readonly #enqueuedMs = new Map<string, number | null>();
  #quiet: Timer | null = null;
  #reason: string | null = null;

  constructor(options: ForeignRunnerOptions) {
    this.#options = options;
  }

  /** It was at work a moment ago. */
  get isAtWork(): boolean {
    return this.#quiet !== null;
  }

  /** What it has done, while it is at work. */
  get reason(): string | null {
    return this.isAtWork ? this.#reason : null;
  }

  /** A claim of ours has made a row `enqueued`. */
  noteClaim({ uuid, enqueuedSeconds }: InFlightJob): void {
    this.#enqueuedMs.set(uuid, enqueuedSeconds * 1000);
  }

  /** A row was read: whether somebody else has made it `enqueued` since it was read last. */
  isItsDoing({ uuid, state, enqueuedMs }: JobRow): boolean {
    if (state !== "enqueued" && state !== "started") {
      this.#enqueuedMs.delete(uuid);
      return false;
    }
    const isNew = this.#enqueuedMs.get(uuid) !== enqueuedMs;
    if (isNew) this.#enqueuedMs.set(uuid, enqueuedMs);
    return isNew && state === "enqueued";
  }

  forget(uuid: string): void {
    this.#enqueuedMs.delete(uuid);
  }

  /** All rows are read anew. */
  forgetAll(): void {
    this.#enqueuedMs.clear();
  }

  /** It was seen at work. One line for a situation, however long that lasts. */
  note(uuid: string, generation: KnownGeneration): void {
    const { timers, logger, database, onGone } = this.#options;
    if (!this.isAtWork) {
      this.#reason = `another job runner is at work: it has enqueued job ${uuid}`;
      logger.error(
        `${this.#reason}; no jobs of this database are taken until it has been quiet for a ` +
          `minute; ${cureOf(generation)}`,
        database,
      );
    }
    this.#quiet?.cancel();
    this.#quiet = timers.after(QUIET_MS, () => {
      this.#quiet = null;
      logger.info("the other job runner has been quiet for a minute", database);
      onGone();
    });
  }

  /** The database is left to others. */
  leave(): void {
    this.#quiet?.cancel();
    this.#quiet = null;
    this.forgetAll();
  }
}

/** How Odoo's own job runner is switched off. */
function cureOf({ addon }: KnownGeneration): string {
  return addon === "connector"
    ? "switch off Odoo's own: ODOO_CONNECTOR_CHANNELS= (empty) on 8.0, and no cron Enqueue Jobs; " +
      "connector left out of --load on 9.0"
    : "switch off Odoo's own: ODOO_QUEUE_JOB_CHANNELS=root:0, with queue_job still in " +
      "server_wide_modules";
}
