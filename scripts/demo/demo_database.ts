import { LOST_CONNECTION } from "./stand_in_job.ts";
import type { DemoJob } from "./demo_jobs.ts";
import { installHistory, readHistory, type StateChange } from "./judge_history.ts";
import { addJobs, createPlanTable } from "./odoo_jobs.ts";
import { installAddon, type OdooGeneration } from "./odoo_schema.ts";
import type { PostgresServer, Sql } from "./postgres_server.ts";
import { LastingConnection, SingleConnection } from "./single_connection.ts";

/** How `exc_info` looks when a job's own connection was terminated. */
const DISTURBED = `%${LOST_CONNECTION}%`;
export interface Progress {
  /** Jobs that are done, or failed on their own account. */
  readonly over: number;
  /** Number of the latest change of any job's state. */
  readonly lastChange: number;
}

/**
 * One database of the demo, and what its Odoo's users and administrators do in it. Its connections
 * may be terminated at any moment: then it asks again.
 */
export class DemoDatabase {
  readonly name: string;
  readonly #connection: LastingConnection;
  readonly #generation: OdooGeneration;

  private constructor(name: string, connection: LastingConnection, generation: OdooGeneration) {
    this.name = name;
    this.#connection = connection;
    this.#generation = generation;
  }

  static async create(
    server: PostgresServer,
    name: string,
    generation: OdooGeneration,
  ): Promise<DemoDatabase> {
    const database = await server.createDatabase(name);
    const connection = new LastingConnection(() => new SingleConnection(server, database, "demo"));
    await connection.run(async (sql) => {
      await installAddon(sql, generation);
      await createPlanTable(sql);
      await installHistory(sql);
    });
    return new DemoDatabase(database, connection, generation);
  }

  /** Carries out work that may be repeated. */
  async run<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await this.#connection.run(work);
  }

  async add(jobs: readonly DemoJob[]): Promise<void> {
    const first = jobs[0];
    if (first === undefined) return;
    await this.#connection.run(async (sql) => {
      // A lost connection leaves open whether the jobs are there already.
      const found = await sql`select 1 from queue_job where uuid = ${first.uuid}`;
      if (found.length === 0) await addJobs(sql, this.#generation, jobs);
    });
  }

  async progress(): Promise<Progress> {
    const rows = await this.#connection.run((sql) =>
      sql<Progress[]>`
        select (select count(*) from queue_job where state = 'done' or state = 'failed' and
                  coalesce(exc_info, '') not like ${DISTURBED})::int as over,
               (select coalesce(max(id), 0) from judge_history)::float8 as "lastChange"`
    );
    return rows[0] ?? { over: 0, lastChange: 0 };
  }

  /** What a user does with jobs that failed because their own connection was terminated. */
  async requeueDisturbed(): Promise<number> {
    const rows = await this.#connection.run((sql) =>
      sql`
        update queue_job set state = 'pending', retry = 0, exc_info = null, date_enqueued = null,
          date_started = null
        where state = 'failed' and exc_info like ${DISTURBED} returning 1`
    );
    return rows.length;
  }

  /**
   * What the add-on's documentation tells administrators to do with the job of a dead worker, where
   * nothing in the database shows that it is dead.
   */
  async putBack(uuid: string): Promise<boolean> {
    // With a row lock the runner may ask again for an `enqueued` job; without one it cannot know.
    const isBlind = this.#generation.startGuard === "none";
    const rows = await this.#connection.run((sql) =>
      sql`
        update queue_job set state = 'pending', date_enqueued = null, date_started = null
        where uuid = ${uuid} and (state = 'started' or (state = 'enqueued' and ${isBlind}))
        returning 1`
    );
    return rows.length > 0;
  }

  async history(): Promise<StateChange[]> {
    return await this.#connection.run((sql) => readHistory(sql, this.name));
  }

  async close(): Promise<void> {
    await this.#connection.end();
  }
}
