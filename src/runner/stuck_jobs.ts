import type { StuckRow } from "../database/job_row.ts";
import type { Logger } from "../log.ts";
import type { DatabaseStatus, StuckJobs } from "../status.ts";

export interface StuckJobsOptions {
  readonly database: string;
  readonly logger: Logger;
}

/**
 * An enqueued job that no request of ours is about is asked for again after this, where that does
 * no harm; else it is stranded.
 */
export const UNASKED_GRACE_MS = 20_000;
/** By default Odoo ends a worker that runs one job for longer (`limit_time_real`). */
export const SUSPECT_AFTER_MS = 120_000;

export type ShownStuckJobs = Pick<DatabaseStatus, "stranded" | "suspectedDead">;

/** Jobs that were told of and are remembered, so that they are not told of again. */
const TOLD_MAX = 1_000;
const NAMES_MAX = 5;
const NONE: readonly StuckRow[] = [];

/**
 * Jobs of one database that take places, that no request of ours is about, and of which nobody can
 * know whether they run:
 *
 *   stranded        `enqueued`, and not to be asked for again, or not to be put back
 *   suspected dead  `started` long ago, where no lock tells whether a worker runs it
 *
 * They are looked up by the search for lost jobs, and shown until Odoo, its cron or a user decides.
 */
export class StuckJobWatch {
  readonly #options: StuckJobsOptions;
  #rows: readonly StuckRow[] = NONE;
  readonly #told = new Set<string>();

  constructor(options: StuckJobsOptions) {
    this.#options = options;
  }

  shown(nowMs: number): ShownStuckJobs {
    return {
      stranded: shown(this.#rowsIn("enqueued"), nowMs),
      suspectedDead: shown(this.#rowsIn("started"), nowMs),
    };
  }

  /** A request had no answer, and its job must not be asked for again. */
  noteStranded(uuid: string, enqueuedMs: number | null): void {
    const { logger, database } = this.#options;
    this.#tell(uuid, enqueuedMs);
    logger.warning(
      `job ${uuid} is stranded: its request had no answer, a second one might run it ` +
        `twice; when Odoo does not run it, set it to pending by hand`,
      database,
    );
  }

  /** What a search has found. */
  found(rows: readonly StuckRow[]): void {
    const { logger, database } = this.#options;
    this.#rows = rows;
    const stranded = this.#newsIn("enqueued");
    if (stranded !== null) {
      logger.warning(
        `${stranded} stranded: enqueued, and no request of this job runner is about it; ` +
          `when Odoo does not run it, set it to pending by hand`,
        database,
      );
    }
    const dead = this.#newsIn("started");
    if (dead !== null) {
      logger.info(
        `${dead} suspected dead: started long ago, and no request of this job runner is open ` +
          `for it; when Odoo does not run it, requeue it there`,
        database,
      );
    }
  }

  /** Nothing is known of them any more. */
  clear(): void {
    this.#rows = NONE;
  }

  /** Those that were not told of before, in words. */
  #newsIn(state: StuckRow["state"]): string | null {
    const news = this.#rowsIn(state).filter((it) => this.#tell(it.uuid, it.sinceMs));
    if (news.length === 0) return null;
    const names = news.slice(0, NAMES_MAX).map((it) => it.uuid);
    if (names.length === 1) return `job ${names[0]} is`;
    return `jobs ${names.join(", ")}${news.length > NAMES_MAX ? " and others" : ""} are`;
  }

  /** Whether it is news. */
  #tell(uuid: string, sinceMs: number | null): boolean {
    const name = `${uuid} ${sinceMs}`;
    if (this.#told.has(name)) return false;
    this.#told.add(name);
    const [first] = this.#told;
    if (this.#told.size > TOLD_MAX) this.#told.delete(first!);
    return true;
  }

  #rowsIn(state: StuckRow["state"]): StuckRow[] {
    return this.#rows.filter((it) => it.state === state);
  }
}

function shown(rows: readonly StuckRow[], nowMs: number): StuckJobs {
  const oldest = rows.map(({ uuid, channel, sinceMs }) => {
    return { uuid, channel, sinceMs, ageMs: sinceMs === null ? null : nowMs - sinceMs };
  });
  return { count: rows[0]?.count ?? 0, oldest };
}
