import { generationNamed, installAddon } from "../../demo/odoo_schema.ts";
import { PostgresCluster } from "../../demo/postgres_cluster.ts";
import type { PostgresServer, Sql } from "../../demo/postgres_server.ts";
import { fillSql } from "./job_load.ts";
import { OdooProcess } from "./odoo_process.ts";
import { cpuMs, cpuMsUnlessEnded } from "./process_cost.ts";
import { RunnerProcess } from "./runner_process.ts";
import type { Subject } from "./subjects.ts";

/** As an installation has it; only no disk is waited for, which every machine has another of. */
const PARAMETERS = {
  fsync: "off",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "256MB",
  wal_level: "replica",
  max_wal_size: "4GB",
  max_connections: "2200",
};
/** Of 2024: what most databases have. */
const GENERATION = "16.0";

export interface SceneSize {
  readonly databases: number;
  /** Jobs done long ago, as every installation keeps them: plans depend on the size of a table. */
  readonly history: number;
}

/** One database of a size as many have. */
export const ONE_DATABASE: SceneSize = { databases: 1, history: 100_000 };

/** What a runner spent while something was done. */
export interface Spent {
  /** Processor time of its process. */
  readonly runnerMs: number;
  /** And of its PostgreSQL backends. */
  readonly backendsMs: number;
}

/** How a runner runs. */
export interface RunnerSetting {
  /** Of `root`. */
  readonly capacity: number;
  /** Names of channels below it, of ours; none, unless said. */
  readonly channels?: readonly string[];
  /** Whether it asks over HTTP, or by lines. */
  readonly overHttp?: boolean;
  /** The first one, unless said. */
  readonly databases?: readonly string[];
}

/**
 * PostgreSQL and Odoo's side, each in processes of their own, for runners that come and go. All end
 * with this process, however it ends.
 */
export class Scene {
  readonly server: PostgresServer;
  readonly odoo: OdooProcess;
  readonly databases: readonly string[];
  readonly #admin: Sql;
  readonly #history: number;

  private constructor(
    parts: Pick<Scene, "server" | "odoo" | "databases"> & { admin: Sql; history: number },
  ) {
    this.server = parts.server;
    this.odoo = parts.odoo;
    this.databases = parts.databases;
    this.#admin = parts.admin;
    this.#history = parts.history;
  }

  static async start({ databases: count, history }: SceneSize): Promise<Scene> {
    const server = await PostgresCluster.start({ allowInstalled: false, parameters: PARAMETERS });
    try {
      const databases = [await server.createDatabase("bench_1")];
      const sql = server.connect(databases[0]!, { max: 1 });
      await installAddon(sql, generationNamed(GENERATION));
      await fill(sql, history, "done");
      await sql.end();
      while (databases.length < count) {
        const name = `bench_${databases.length + 1}`;
        databases.push(await server.createDatabase(name, databases[0]));
      }
      const odoo = await OdooProcess.start(server);
      const admin = server.connect(databases[0]!, { max: 1, max_lifetime: null });
      return new Scene({ server, odoo, databases, admin, history });
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** The first database, where there is only one to speak of. */
  get database(): string {
    return this.databases[0]!;
  }

  /** Runs SQL on the first database. */
  async query(text: string): Promise<readonly Record<string, unknown>[]> {
    return await this.#admin.unsafe(text);
  }

  /** Fills the first database with jobs of one state, of which nobody is notified. */
  async fill(count: number, state: string): Promise<void> {
    await fill(this.#admin, count, state);
  }

  /** Takes all jobs from the first database but those of its history, and resets Odoo's counts. */
  async reset(holdsRequests = false): Promise<void> {
    await this.odoo.tell({ kind: "reset", holdsRequests });
    await this.query(`delete from queue_job where id > ${this.#history}`);
    await this.query("vacuum analyze queue_job");
  }

  /** A runner, for as long as `work` takes. */
  async withRunner<T>(
    subject: Subject,
    { capacity, channels = [], overHttp = true, databases = [this.database] }: RunnerSetting,
    work: (runner: RunnerProcess) => Promise<T>,
  ): Promise<T> {
    const { server, odoo } = this;
    const linesPort = overHttp ? null : odoo.linesPort;
    const task = { server, databases, capacity, channels, odooPort: odoo.port, linesPort };
    const runner = await RunnerProcess.start(subject, task);
    try {
      return await work(runner);
    } finally {
      await runner.stop();
    }
  }

  /** What `work` costs the runner and its backends. */
  async spent(subject: Subject, runner: RunnerProcess, work: () => Promise<void>): Promise<Spent> {
    const backends = (await this.backends(subject)).map((id) => ({
      id,
      beforeMs: cpuMsUnlessEnded(id) ?? 0,
    }));
    const runnerMs = cpuMs(runner.processId);
    await work();
    // A backend that has ended meanwhile cannot be asked any more.
    const grownMs = backends.map(({ id, beforeMs }) =>
      (cpuMsUnlessEnded(id) ?? beforeMs) - beforeMs
    );
    return {
      runnerMs: cpuMs(runner.processId) - runnerMs,
      backendsMs: grownMs.reduce((sum, it) => sum + it, 0),
    };
  }

  /** How many transactions were committed so far, as far as backends have told. */
  async transactions(): Promise<number> {
    const [row] = await this.query("select sum(xact_commit)::float8 as n from pg_stat_database");
    return Number(row!["n"]);
  }

  /** Process ids of the backends of a runner. */
  async backends(subject: Subject): Promise<number[]> {
    const rows = await this.query(
      `select pid from pg_stat_activity where application_name like '${subject.backends}%'`,
    );
    return rows.map((it) => Number(it["pid"]));
  }

  async stop(): Promise<void> {
    await this.#admin.end();
    await this.odoo.stop();
    await this.server.stop();
  }
}

async function fill(sql: Sql, count: number, state: string): Promise<void> {
  await sql.unsafe("alter table queue_job disable trigger queue_job_notify");
  await sql.unsafe(fillSql(count, state));
  await sql.unsafe("alter table queue_job enable trigger queue_job_notify");
  await sql.unsafe("vacuum analyze queue_job");
}

/** A scene for as long as `work` takes. */
export async function withScene<T>(
  size: SceneSize,
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  const scene = await Scene.start(size);
  try {
    return await work(scene);
  } finally {
    await scene.stop();
  }
}
