import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "../demo/postgres_server.ts";
import type { ChaosDatabase, ChaosSystem } from "./chaos_system.ts";

const PAUSE_MS = 1_000;
/** A row that has just changed may be ahead of what its Odoo shows. */
const AGE_S = 3;

/**
 * Does what users and administrators have to do by the documentation, where nobody else can know:
 * requeues jobs that failed because their own connection was terminated, puts back `started` jobs
 * of dead workers where no table of locks shows that they are dead, and stranded ones where Odoo
 * does not guard the start of a job.
 */
export class ChaosOperator {
  requeued = 0;
  putBack = 0;
  readonly #system: ChaosSystem;
  #isStopped = false;
  #life: Promise<void> = Promise.resolve();

  constructor(system: ChaosSystem) {
    this.#system = system;
  }

  start(): void {
    this.#life = this.#live();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#life;
  }

  async #live(): Promise<void> {
    while (!this.#isStopped) {
      await Promise.all(this.#system.all.map((it) => this.#look(it)));
      await delay(PAUSE_MS);
    }
  }

  async #look(database: ChaosDatabase): Promise<void> {
    try {
      this.requeued += await database.data.requeueDisturbed();
      if (!database.odoo.generation.hasLockTable) await this.#putBack(database);
    } catch (error) {
      // Its turn comes again.
      if (!(error instanceof Error)) throw error;
    }
  }

  async #putBack({ data, odoo }: ChaosDatabase): Promise<void> {
    const isBlind = odoo.generation.startGuard === "none";
    const old = await data.run((sql) =>
      sql<{ uuid: string }[]>`select uuid from queue_job where ${isOld(sql, isBlind)}`
    );
    const dead = old.map(({ uuid }) => uuid).filter((uuid) => {
      const job = { database: data.name, uuid };
      const isOpen = this.#system.runners.some(({ front }) => front.requests.of(job).open > 0);
      return !isOpen && odoo.workers?.holds(job) === false;
    });
    if (dead.length === 0) return;
    this.#system.disturb(data.name, dead);
    const rows = await data.run((sql) =>
      sql`update queue_job set state = 'pending', date_enqueued = null, date_started = null
        where uuid = any(${`{${dead.join(",")}}`}::text[]) and ${isOld(sql, isBlind)} returning 1`
    );
    this.putBack += rows.length;
  }
}

function isOld(sql: Sql, isBlind: boolean) {
  return sql`(state = 'started' or state = 'enqueued' and ${isBlind})
    and coalesce(date_started, date_enqueued) <
      (now() at time zone 'utc') - make_interval(secs => ${AGE_S}::float8)`;
}
