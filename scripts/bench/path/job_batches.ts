import postgres from "postgres";
import type { Sql } from "../../demo/postgres_server.ts";

/** A job that was asked for. */
interface Asked {
  readonly uuid: string;
  readonly answer: () => void;
}

/** Settings of a server's session; the driver's types know only some. */
const PLANNED_ONCE: Record<string, string> = { plan_cache_mode: "force_generic_plan" };
/** Batches of one database that may be on the way at once. */
const LANES = 2;

/**
 * Runs the jobs of one database as Odoo's workers do, `enqueued` to `started` to `done` in two
 * transactions, but many at once: whatever has been asked for while the last batch was on the way.
 */
export class JobBatches {
  readonly #lanes: Sql[];
  readonly #idle: Sql[];
  readonly #onFinished: (count: number) => void;
  #asked: Asked[] = [];
  #isDue = false;

  constructor(database: string, onFinished: (count: number) => void) {
    this.#lanes = Array.from({ length: LANES }, () => connectTo(database, 1));
    this.#idle = [...this.#lanes];
    this.#onFinished = onFinished;
  }

  run(uuid: string, answer: () => void): void {
    this.#asked.push({ uuid, answer });
    this.#runSoon();
  }

  async end(): Promise<void> {
    await Promise.all(this.#lanes.map((it) => it.end()));
  }

  /** What has arrived in the same turn of the event loop goes together. */
  #runSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const lane = this.#asked.length > 0 ? this.#idle.pop() : undefined;
      if (lane) void this.#runBatch(lane);
    });
  }

  async #runBatch(lane: Sql): Promise<void> {
    const batch = this.#asked;
    this.#asked = [];
    const count = await finishJobs(lane, batch.map((it) => it.uuid));
    for (const { answer } of batch) answer();
    this.#idle.push(lane);
    this.#onFinished(count);
    this.#runSoon();
  }
}

/**
 * Makes jobs that are `enqueued` done; answers how many they were. `is true` keeps PostgreSQL from
 * the index on `state`, as the ORM's updates by id do: it would walk all versions of those rows.
 */
async function finishJobs(sql: Sql, uuids: readonly string[]): Promise<number> {
  // Both are sent at once: one connection carries them out in order.
  const [, finished] = await Promise.all([
    sql`
      update queue_job set state = 'started', date_started = now() at time zone 'utc'
      where uuid = any(${uuids as string[]}) and (state = 'enqueued') is true`,
    sql`
      update queue_job set state = 'done', date_done = now() at time zone 'utc'
      where uuid = any(${uuids as string[]}) and (state = 'started') is true`,
  ]);
  return finished.count;
}

/**
 * A client at the server that the environment names; of the Odoo side, unless it has a name. The
 * server plans its statements once: what stands for Odoo is not to be what is measured.
 */
export function connectTo(database: string, max: number, name = "bench_odoo"): Sql {
  return postgres({
    database,
    max,
    idle_timeout: 0,
    max_lifetime: null,
    // Hundreds of databases are connected to at once, on a machine that has other things to do.
    connect_timeout: 120,
    connection: { application_name: name, ...PLANNED_ONCE },
    onnotice: () => undefined,
  });
}
