import postgres from "postgres";

export type Sql = postgres.Sql;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  /** Put before the name of every database made here, so that they are told from others. */
  readonly databasePrefix: string;
}

/** A PostgreSQL server for the demo and the tests: where it is, and databases that come and go. */
export abstract class PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  readonly #prefix: string;
  readonly #databases = new Set<string>();

  constructor(address: ServerAddress) {
    this.host = address.host;
    this.port = address.port;
    this.user = address.user;
    this.password = address.password;
    this.#prefix = address.databasePrefix;
  }

  /** Ends what was started; of an installed server, drops the databases made here. */
  abstract stop(): Promise<void>;

  /** The databases made here that still exist. */
  get databases(): readonly string[] {
    return [...this.#databases];
  }

  /**
   * Makes a database and answers its name, which begins with a prefix on an installed server.
   *
   * @param template a database nobody is connected to, by the name that was answered for it
   */
  async createDatabase(name: string, template = "template0"): Promise<string> {
    const database = this.#prefix + name;
    await this.#maintain(async (sql) => {
      const [server] = await sql`
        select current_setting('server_version_num')::int >= 150000 as has_strategies`;
      // The default writes each page to the log: three times the work for what is thrown away.
      const strategy = server!["has_strategies"] ? "strategy file_copy" : "";
      await sql.unsafe(
        `create database ${quoted(database)} template ${quoted(template)} ${strategy}`,
      );
    });
    this.#databases.add(database);
    return database;
  }

  /** Drops a database together with its connections. A missing one is fine. */
  async dropDatabase(database: string): Promise<void> {
    await this.#maintain((sql) => this.#drop(sql, database));
  }

  /** Drops all that were made here. */
  async dropDatabases(): Promise<void> {
    if (this.#databases.size === 0) return;
    await this.#maintain(async (sql) => {
      for (const database of this.databases) await this.#drop(sql, database);
    });
  }

  /**
   * A client for one database, made by the driver's own rules. The caller ends it: `await
   * sql.end()`.
   */
  connect(database: string, options: postgres.Options<Record<string, never>> = {}): Sql {
    return postgres({
      host: this.host,
      port: this.port,
      user: this.user,
      ...(this.password === null ? {} : { password: this.password }),
      database,
      onnotice: () => undefined,
      ...options,
    });
  }

  /** The address as libpq's variables: for `psql`, and for a runner started as a child process. */
  environment(): Record<string, string> {
    return {
      PGHOST: this.host,
      PGPORT: String(this.port),
      PGUSER: this.user,
      ...(this.password === null ? {} : { PGPASSWORD: this.password }),
    };
  }

  async #drop(sql: Sql, database: string): Promise<void> {
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length > 0) {
      // Clients that reconnect at once must not get in between.
      await sql.unsafe(`alter database ${quoted(database)} allow_connections false`);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database}`;
      await sql.unsafe(`drop database ${quoted(database)}`);
    }
    this.#databases.delete(database);
  }

  async #maintain(work: (sql: Sql) => Promise<void>): Promise<void> {
    const sql = this.connect("postgres", { max: 1, fetch_types: false });
    try {
      await work(sql);
    } finally {
      // After its server has crashed the driver's client may never end by itself.
      await sql.end({ timeout: 1 });
    }
  }
}

/** The driver's own quoting takes a dot for a separator; names of databases may contain one. */
function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
