import { DemoDatabase } from "../demo/demo_database.ts";
import type { PlannedJob } from "../demo/judge.ts";
import type { DatabaseEvent } from "../demo/judge_channels.ts";
import type { OdooGeneration } from "../demo/odoo_generations.ts";
import { PostgresCluster } from "../demo/postgres_cluster.ts";
import type { Sql } from "../demo/postgres_server.ts";
import { LastingConnection, SingleConnection } from "../demo/single_connection.ts";
import { chaosJob } from "./chaos_jobs.ts";
import { ChaosOdoo } from "./chaos_odoo.ts";
import { ChaosRunner } from "./chaos_runner.ts";
import { awaited, patiently } from "./patience.ts";

/** A database with the Odoo that serves it. */
export interface ChaosDatabase {
  readonly data: DemoDatabase;
  readonly odoo: ChaosOdoo;
}

/** The name of a database that is dropped, made anew and cloned while all others work. */
export const SIDE = "chaos_side";
export const SIDE_COPY = "chaos_side_copy";

/** A leader and work in hand are awaited so long before a fault: it is to hit something. */
const MOMENT_MS = 8_000;

/** Everything that runs: PostgreSQL, one Odoo for each generation, databases and two runners. */
export class ChaosSystem {
  /** How each job is to end, by `database/uuid`. */
  readonly planned = new Map<string, PlannedJob>();
  /** Jobs whose rows others held or wrote. */
  readonly disturbed = new Set<string>();
  readonly unserved: DatabaseEvent[] = [];
  readonly databases: ChaosDatabase[] = [];
  side: ChaosDatabase | null = null;
  readonly #admin: LastingConnection;
  #jobCount = 0;

  private constructor(
    readonly cluster: PostgresCluster,
    readonly odoos: readonly ChaosOdoo[],
    readonly runners: readonly ChaosRunner[],
  ) {
    this.#admin = new LastingConnection(() => new SingleConnection(cluster, "postgres", "chaos"));
  }

  static async start(generations: readonly OdooGeneration[]): Promise<ChaosSystem> {
    const cluster = await PostgresCluster.start({
      allowInstalled: false,
      isRestartable: true,
      // What is committed is to outlive a crash of the server.
      parameters: { synchronous_commit: "on" },
    }) as PostgresCluster;
    const odoos = await Promise.all(
      [...new Set(generations)].map((it) => ChaosOdoo.start(it, cluster)),
    );
    const names = generations.map((_, index) => `chaos_${index + 1}`);
    const odooOf = (index: number) => odoos.find((it) => it.generation === generations[index])!;
    const byDatabase = new Map(names.map((name, index) => [name, odooOf(index)]));
    for (const name of [SIDE, SIDE_COPY]) byDatabase.set(name, odooOf(0));
    const runners = [
      await ChaosRunner.start("A", cluster, byDatabase),
      await ChaosRunner.start("B", cluster, byDatabase),
    ];
    const system = new ChaosSystem(cluster, odoos, runners);
    for (const [index, name] of names.entries()) {
      const odoo = odooOf(index);
      system.databases.push({
        data: await DemoDatabase.create(cluster, name, odoo.generation),
        odoo,
      });
    }
    await system.createSide();
    return system;
  }

  /** All databases whose jobs are judged. */
  get all(): readonly ChaosDatabase[] {
    return this.side === null ? this.databases : [...this.databases, this.side];
  }

  get jobCount(): number {
    return this.planned.size;
  }

  /** Asks the server about itself. */
  async ask<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await patiently(() => this.#admin.run(work));
  }

  /** Creates jobs, in turn for each database. */
  async addJobs(count: number): Promise<void> {
    const first = this.#jobCount;
    this.#jobCount += count;
    const { all } = this;
    await Promise.all(all.map(async ({ data }, index) => {
      const numbers = Array.from({ length: count }, (_, offset) => first + offset)
        .filter((number) => number % all.length === index);
      const jobs = numbers.map((number) => chaosJob(Math.floor(number / all.length)));
      // The side database may be dropped at any moment.
      await patiently(() => data.add(jobs)).catch((error: unknown) => {
        if (data.name !== SIDE) throw error;
      });
      if (data.name === SIDE && this.side?.data !== data) return;
      for (const { uuid, plan } of jobs) {
        const { name: database } = data;
        this.planned.set(`${database}/${uuid}`, { database, uuid, outcome: plan.outcome });
      }
    }));
  }

  /** A user wrote or held these jobs; what else is as good an end for them. */
  disturb(database: string, uuids: readonly string[], ends: readonly (string | null)[] = []): void {
    for (const uuid of uuids) {
      const name = `${database}/${uuid}`;
      this.disturbed.add(name);
      const planned = this.planned.get(name);
      if (planned === undefined) continue;
      const mayAlsoEnd = [...planned.mayAlsoEnd ?? [], ...ends];
      this.planned.set(name, { ...planned, mayAlsoEnd });
    }
  }

  async createSide(): Promise<void> {
    const odoo = this.odoos[0]!;
    const data = await patiently(async () => {
      // What an attempt has left.
      await this.cluster.dropDatabase(SIDE);
      return await DemoDatabase.create(this.cluster, SIDE, odoo.generation);
    });
    this.side = { data, odoo };
  }

  /** Drops it with all that is in it: its jobs are no longer expected to end. */
  async dropSide(): Promise<void> {
    const { side } = this;
    if (side === null) return;
    this.side = null;
    for (const [name, { database }] of this.planned) {
      if (database === SIDE) this.planned.delete(name);
    }
    await side.data.close();
    await patiently(() => this.cluster.dropDatabase(SIDE));
  }

  /** The runner that holds the group's lock, as the server knows; null while none does. */
  async leader(): Promise<ChaosRunner | null> {
    const rows = await this.ask((sql) =>
      sql<{ port: number }[]>`
        select client_port as port from pg_locks join pg_stat_activity using (pid)
        where locktype = 'advisory' and granted and objsubid = 2
          and classid::bigint = (hashtext('odoo_jobrunner')::bigint & 4294967295)`
    );
    const ports = rows.map(({ port }) => port);
    return this.runners.find(({ toPostgres }) =>
      [...toPostgres.links].some(({ isLeft, clientPort }) =>
        !isLeft && ports.includes(clientPort ?? -1)
      )
    ) ?? null;
  }

  /** The leader at a moment when requests of its own are open, if such a moment comes. */
  async busyLeader(): Promise<ChaosRunner | null> {
    const leader = await awaited(async () => {
      const found = await this.leader();
      return found !== null && found.openRequests > 0 ? found : null;
    }, MOMENT_MS);
    return leader ?? await this.leader();
  }

  other(runner: ChaosRunner): ChaosRunner {
    return this.runners.find((it) => it !== runner)!;
  }

  async stop(): Promise<void> {
    await Promise.all(this.runners.map((it) => it.stop()));
    await Promise.all(this.odoos.map((it) => it.stop()));
    await Promise.all(this.all.map(({ data }) => data.close()));
    await this.#admin.end();
    await this.cluster.stop();
  }
}
