import { randomBytes } from "node:crypto";
import {
  addonSql,
  generationNamed,
  type InstallOptions,
  type OdooGeneration,
} from "../../scripts/demo/odoo_schema.ts";
import { addJobs, createPlanTable, type NewJob } from "../../scripts/demo/odoo_jobs.ts";
import { PostgresCluster } from "../../scripts/demo/postgres_cluster.ts";
import type { PostgresServer, Sql } from "../../scripts/demo/postgres_server.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { until } from "./until.ts";

export interface TestPostgresOptions {
  readonly isOwn?: boolean;
  readonly parameters?: Readonly<Record<string, string>>;
}

export type TestConnection = ConnectionSettings & { readonly password: string | null };

/** The server of one test file, with databases cloned from one template for each generation. */
export class TestPostgres {
  readonly #templates = new Map<string, Promise<string>>();
  readonly #databases: TestDatabase[] = [];
  readonly #roles: string[] = [];
  #count = 0;

  private constructor(readonly server: PostgresServer, readonly admin: Sql) {}

  /**
   * @param options `isOwn`: a server of its own whatever there is, to be killed or restarted, with
   *   these `parameters`.
   */
  static async start(options: TestPostgresOptions = {}): Promise<TestPostgres> {
    const { isOwn = false, parameters = {} } = options;
    const server = await PostgresCluster.start({
      ...{ allowInstalled: !isOwn, isRestartable: isOwn, isInMemory: true, parameters },
    });
    return new TestPostgres(server, server.connect("postgres", { max: 1 }));
  }

  /** The server, where it is a test's own. */
  get cluster(): PostgresCluster {
    if (this.server instanceof PostgresCluster) return this.server;
    throw new Error("Only a server of its own has processes and files: start it with isOwn");
  }

  /** An empty database of one generation. */
  async database(generation: string, options: InstallOptions = {}): Promise<TestDatabase> {
    const known = generationNamed(generation);
    const key = generation + JSON.stringify(options);
    let template = this.#templates.get(key);
    if (!template) this.#templates.set(key, template = this.#makeTemplate(known, options));
    const name = await this.server.createDatabase(`db${++this.#count}`, await template);
    return this.#known(name, known);
  }

  /** A copy of a database, its jobs included. */
  async clone(original: TestDatabase): Promise<TestDatabase> {
    await original.release();
    const name = await this.server.createDatabase(`db${++this.#count}`, original.name);
    return this.#known(name, original.generation);
  }

  /** A new role that may log in and nothing else. */
  async role(): Promise<TestConnection> {
    const user = `jobrunner_test_${randomBytes(4).toString("hex")}`;
    const password = randomBytes(8).toString("hex");
    await this.admin.unsafe(`create role ${user} login password '${password}'`);
    this.#roles.push(user);
    return { ...this.connection, user, password };
  }

  /** How the owner of everything connects. */
  get connection(): TestConnection {
    const { host, port, user, password } = this.server;
    return {
      ...{ host, port, user, password },
      sslmode: "disable",
      sslrootcert: null,
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 20_000,
    };
  }

  /** How many backends of ours there are. */
  async backends(): Promise<number> {
    const [row] = await this.admin`
      select count(*)::int as count from pg_stat_activity
      where application_name like 'odoo_jobrunner%'`;
    return Number(row!["count"]);
  }

  /** Ends backends without a word to their clients. */
  async terminate(database: string): Promise<number> {
    const rows = await this.admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${database} and application_name like 'odoo_jobrunner%'`;
    return rows.length;
  }

  /** Wants that no backend of ours was left behind, and ends the server. */
  async stop(): Promise<void> {
    try {
      await Promise.all(this.#databases.map((it) => it.release()));
      const left = await this.backends();
      if (left > 0) throw new Error(`Left behind: ${left} backends`);
      for (const role of this.#roles) await this.#dropRole(role);
    } finally {
      await this.admin.end();
      await this.server.stop();
    }
  }

  #known(name: string, generation: OdooGeneration): TestDatabase {
    const database = new TestDatabase(this.server, name, generation);
    this.#databases.push(database);
    return database;
  }

  async #makeTemplate(generation: OdooGeneration, options: InstallOptions): Promise<string> {
    const template = await this.server.createDatabase(`empty_odoo${this.#templates.size}`);
    const sql = this.server.connect(template, { max: 1 });
    await sql.unsafe(addonSql(generation, options));
    await createPlanTable(sql);
    await sql.end();
    return template;
  }

  /** On a server that stays, its databases must go first. */
  async #dropRole(role: string): Promise<void> {
    if (this.server instanceof PostgresCluster) return;
    await this.server.dropDatabases();
    await this.admin.unsafe(`drop role ${role}`);
  }
}

/** One database, with a client of its own that sees what Odoo sees. */
export class TestDatabase {
  readonly #server: PostgresServer;
  #sql: Sql | null = null;

  constructor(server: PostgresServer, readonly name: string, readonly generation: OdooGeneration) {
    this.#server = server;
  }

  get sql(): Sql {
    return this.#sql ??= this.#server.connect(this.name, { max: 2 });
  }

  /** Ends the client; the next use opens a new one. */
  async release(): Promise<void> {
    const sql = this.#sql;
    this.#sql = null;
    await sql?.end();
  }

  addJobs(...jobs: readonly NewJob[]): Promise<string[]> {
    return addJobs(this.sql, this.generation, jobs);
  }

  /** One job; answers its uuid. */
  async addJob(job: NewJob = {}): Promise<string> {
    const [uuid] = await this.addJobs(job);
    return uuid!;
  }

  /** All columns of a job's row. */
  async row(uuid: string): Promise<Record<string, unknown>> {
    const [row] = await this.sql`select * from queue_job where uuid = ${uuid}`;
    return row ?? {};
  }

  async state(uuid: string): Promise<string | undefined> {
    return (await this.row(uuid))["state"] as string | undefined;
  }

  /** How many jobs are in each state. */
  async counts(): Promise<Record<string, number>> {
    const rows = await this.sql`select state, count(*)::int as count from queue_job group by 1`;
    return Object.fromEntries(rows.map((it) => [it["state"], it["count"]]));
  }

  async untilState(uuid: string, state: string): Promise<void> {
    await until(`job ${uuid} is ${state}`, async () => await this.state(uuid) === state);
  }

  /** Resolves when all jobs are in this state. */
  async untilAll(state: string): Promise<void> {
    await until(`all jobs of ${this.name} are ${state}`, async () => {
      return Object.keys(await this.counts()).every((it) => it === state);
    });
  }
}
