import process from "node:process";
import type { OdooGeneration } from "./odoo_generations.ts";
import type { Sql } from "./postgres_server.ts";
import type { WorkerDatabase } from "./stand_in_database.ts";
import { addLockRow, findEnqueued, lockRow, setDone, setFailed } from "./stand_in_sql.ts";
import { setPostponed, setStarted, type StartedJob } from "./stand_in_sql.ts";

const SERIALIZATION_FAILURE = "40001";
/** How far Odoo postpones a job whose transaction met another one. */
const CONFLICT_RETRY_MS = 5000;

/** How a job fails whose own database connection was lost: what Odoo writes then. */
export const LOST_CONNECTION = "psycopg2.OperationalError";

/**
 * One request to run a job, as Odoo's controller carries it out: check that the row is `enqueued`,
 * commit `started`, work, commit how it ended.
 */
export class JobRun {
  readonly #database: WorkerDatabase;
  readonly #generation: OdooGeneration;
  readonly #uuid: string;
  #finish: () => void = () => undefined;

  constructor(database: WorkerDatabase, generation: OdooGeneration, uuid: string) {
    this.#database = database;
    this.#generation = generation;
    this.#uuid = uuid;
  }

  /** Answers the HTTP status. Never throws: what goes wrong ends as it does in Odoo. */
  async run(onWorking: () => void): Promise<number> {
    try {
      return await this.#database.run(() => this.#carryOut(onWorking));
    } catch (error) {
      return await this.#giveUp(error);
    }
  }

  /** Ends the work now. */
  finish(): void {
    this.#finish();
  }

  async #carryOut(onWorking: () => void): Promise<number> {
    const job = await this.#start();
    if (job === null) return 200;
    onWorking();
    await this.#work(job.workMs);
    return await this.#end(job);
  }

  get #sql(): Sql {
    return this.#database.sql;
  }

  /**
   * Commits `started` and begins the job's own transaction. Null: the row is something else by now.
   */
  async #start(): Promise<StartedJob | null> {
    const hasPlans = await this.#database.hasPlans();
    const { startGuard, hasLockTable } = this.#generation;
    // Odoo reads as of one moment: where no row is locked, the second of two writers fails.
    const isolation = startGuard === "none" ? "repeatable read" : "read committed";
    const begin = this.#sql.unsafe(`begin isolation level ${isolation}`);
    const find = findEnqueued(this.#sql, this.#generation, this.#uuid, hasPlans);
    await inOrder(begin, find);
    const [job] = await find;
    if (job === undefined) {
      await this.#sql`rollback`;
      return null;
    }
    await inOrder(
      setStarted(this.#sql, this.#generation, job.id),
      ...(hasLockTable ? [addLockRow(this.#sql, job.id)] : []),
      this.#sql`commit`,
      // From here on it is the job's own transaction, and the lock is held as long as it lasts.
      this.#sql`begin`,
      ...(hasLockTable ? [lockRow(this.#sql, job.id)] : []),
    );
    return job;
  }

  async #work(workMs: number): Promise<void> {
    if (workMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, workMs);
      this.#finish = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #end(job: StartedJob): Promise<number> {
    if (job.retry < job.retries) {
      await inOrder(setPostponed(this.#sql, this.#uuid, job.retryInMs), this.#sql`commit`);
      return 200;
    }
    if (job.outcome === "failed") {
      // Odoo takes back what the job did and writes the failure in a transaction of its own.
      await this.#sql`rollback`;
      const failure = { name: "odoo.exceptions.UserError", message: "Planned to fail" };
      await setFailed(this.#sql, this.#generation, this.#uuid, failure);
      return 500;
    }
    await inOrder(setDone(this.#sql, job.id), this.#sql`commit`);
    return 200;
  }

  async #giveUp(error: unknown): Promise<number> {
    const message = error instanceof Error ? error.message : String(error);
    try {
      if (codeOf(error) === SERIALIZATION_FAILURE) {
        await this.#sql`rollback`;
        await setPostponed(this.#sql, this.#uuid, CONFLICT_RETRY_MS);
        return 200;
      }
      const failure = { name: LOST_CONNECTION, message };
      await this.#database.runElsewhere(async (sql) => {
        await setFailed(sql, this.#generation, this.#uuid, failure);
      });
    } catch (next) {
      // PostgreSQL itself is gone: like Odoo, answer and leave the row as it is.
      process.stderr.write(`stand-in Odoo: ${next instanceof Error ? next.message : next}\n`);
    }
    return 500;
  }
}

interface Statement extends PromiseLike<unknown> {
  execute(): unknown;
}

/**
 * Sends statements one behind the other without waiting for each answer. The driver sends a
 * statement only when asked to or awaited, so the order of creation says nothing.
 */
async function inOrder(...statements: readonly Statement[]): Promise<void> {
  for (const statement of statements) statement.execute();
  await Promise.all(statements);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
