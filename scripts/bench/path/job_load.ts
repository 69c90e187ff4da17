import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "../../demo/postgres_server.ts";
import type { InsertCommand, RateCommand } from "./commands.ts";
import { connectTo } from "./job_batches.ts";
import type { LatencyNotes } from "./latency_notes.ts";

const COLUMNS = `uuid, name, model_name, method_name, state, priority, date_created, retry,
  max_retries, channel, records, args, kwargs`;

/** The columns' values, of a job as Odoo makes it; `uuid` is an SQL expression. */
function values(uuid: string): string {
  return `${uuid}, 'Confirm the order', 'sale.order', 'action_confirm', 'pending', 10,
    clock_timestamp() at time zone 'utc', 0, 5, 'root', '{"ids": [1]}', '[]', '{}'`;
}

/** Fills a table with jobs; `state` is that of all. */
export function fillSql(count: number, state = "pending"): string {
  return `insert into queue_job (${COLUMNS})
    select ${values("gen_random_uuid()::text").replace("'pending'", `'${state}'`)}
    from generate_series(1, ${count})`;
}

/** Makes jobs, as the users of Odoo do. */
export class JobLoad {
  readonly #sqlOf = new Map<string, Sql>();

  async insert({ database, count }: InsertCommand): Promise<void> {
    await this.#sql(database).unsafe(fillSql(count));
  }

  /** Jobs in even steps, each in a transaction of its own. */
  async insertEvenly(command: RateCommand, notes: LatencyNotes): Promise<void> {
    const { databases, perSecond, count } = command;
    const startMs = performance.now();
    const inserts: Promise<void>[] = [];
    while (inserts.length < count) {
      const due = Math.min(count, Math.floor((performance.now() - startMs) * perSecond / 1000));
      while (inserts.length < due) {
        inserts.push(this.#insertOne(databases[inserts.length % databases.length]!, notes));
      }
      await delay(1);
    }
    await Promise.all(inserts);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#sqlOf.values()].map((it) => it.end()));
    this.#sqlOf.clear();
  }

  async #insertOne(database: string, notes: LatencyNotes): Promise<void> {
    const uuid = randomUUID();
    notes.expect(uuid);
    const [row] = await this.#sql(database).unsafe(
      `insert into queue_job (${COLUMNS}) values (${values("$1")})
       returning (extract(epoch from clock_timestamp()) * 1000)::float8 as "atMs"`,
      [uuid],
      { prepare: true },
    );
    notes.inserted(uuid, row!["atMs"]);
  }

  #sql(database: string): Sql {
    let sql = this.#sqlOf.get(database);
    if (!sql) this.#sqlOf.set(database, sql = connectTo(database, 2));
    return sql;
  }
}
