import type { KnownGeneration } from "./generation.ts";
import { OLD_CRONS, OLD_TABLES, OLD_WORKERS } from "./queries.ts";
import { type Session, SessionLost } from "./session.ts";

/** Who else than a job runner enqueues jobs on 8.0. */
export interface OldWorkers {
  /** In words, for the log. */
  readonly warnings: readonly string[];
  /** Why it could not be found out, or null. */
  readonly unknown: string | null;
}

/**
 * Looks for what 8.0 has beside the job runner, and what takes its jobs away: the cron "Enqueue
 * Jobs" and the workers that it feeds. A table that is missing, or that may not be read, is no
 * trouble.
 *
 * @throws {SessionLost}
 */
export async function oldWorkers(
  session: Session,
  { addon }: KnownGeneration,
): Promise<OldWorkers> {
  const warnings: string[] = [];
  if (addon !== "connector") return { warnings, unknown: null };
  try {
    const [tables] = await session.run(OLD_TABLES);
    const hasCron = tables!["hasCrons"] === true && (await session.run(OLD_CRONS)).length > 0;
    if (hasCron) {
      warnings.push(`the cron "Enqueue Jobs" is active, and enqueues jobs as well: switch it off`);
    }
    const workers = tables!["hasWorkers"] === true ? await session.run(OLD_WORKERS) : [];
    if (workers.length > 0) {
      const pids = workers.map((it) => String(it["pid"])).join(", ");
      warnings.push(
        `openerp-connector-worker is alive (pid ${pids}), and runs jobs as well: end it`,
      );
    }
    return { warnings, unknown: null };
  } catch (error) {
    if (error instanceof SessionLost) throw error;
    return { warnings, unknown: (error as Error).message };
  }
}
