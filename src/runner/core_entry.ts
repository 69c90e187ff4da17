import type { JobRow } from "../database/job_row.ts";
import type { Logger } from "../log.ts";
import { isJobStateName } from "../scheduler/mod.ts";
import type { LiveScheduler } from "./live_scheduler.ts";

export interface CoreEntryOptions {
  readonly database: string;
  readonly scheduler: LiveScheduler;
  readonly logger: Logger;
  /** Nothing is to be taken: waiting jobs stay out of the core. */
  readonly isResting: () => boolean;
}

/** Different warnings of one database at most. */
const WARNINGS_MAX = 1_000;

/** Lets rows into the core. One bad row must not stop the others: it is told of once. */
export class CoreEntry {
  readonly #options: CoreEntryOptions;
  readonly #warnings = new Set<string>();

  constructor(options: CoreEntryOptions) {
    this.#options = options;
  }

  enter(row: JobRow): void {
    const { scheduler, database, isResting } = this.#options;
    const { uuid, channel, sequence, createdMs, priority, etaMs } = row;
    let state = row.state;
    if (!isJobStateName(state)) {
      this.#warnOnce(row, `unknown state "${state}": the job waits as if for others`);
      state = "wait_dependencies";
    }
    const isWaiting = state === "pending" || state === "wait_dependencies";
    if (isWaiting && isResting()) return scheduler.forget(database, uuid);
    try {
      scheduler.notify({ database, uuid, channel, sequence, createdMs, priority, etaMs, state });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#warnOnce(row, error.message);
    }
  }

  #warnOnce(row: JobRow, warning: string): void {
    if (this.#warnings.has(warning) || this.#warnings.size >= WARNINGS_MAX) return;
    this.#warnings.add(warning);
    this.#options.logger.warning(
      `job ${row.uuid} is left alone: ${warning}`,
      this.#options.database,
    );
  }
}
