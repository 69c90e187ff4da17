import type { Sql } from "./postgres_server.ts";
import {
  type ConnectionAddress,
  LastingConnection,
  SingleConnection,
} from "./single_connection.ts";

/** A worker's one connection to one database. */
export class WorkerDatabase {
  readonly #server: ConnectionAddress;
  readonly #name: string;
  readonly #connection: SingleConnection;
  #hasPlans: boolean | null = null;

  constructor(server: ConnectionAddress, name: string) {
    this.#server = server;
    this.#name = name;
    this.#connection = this.#connect();
  }

  get isLost(): boolean {
    return this.#connection.isLost;
  }

  get sql(): Sql {
    return this.#connection.sql;
  }

  /** Carries out work on the connection, and throws when it is lost. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    return await this.#connection.run(work);
  }

  /** Carries out work on another connection, because this one is lost or its transaction broken. */
  async runElsewhere(work: (sql: Sql) => Promise<void>): Promise<void> {
    await this.#connection.end();
    const other = new LastingConnection(() => this.#connect());
    await other.run(work);
    await other.end();
  }

  /** Whether jobs of this database have plans; see odoo_jobs.ts. */
  async hasPlans(): Promise<boolean> {
    if (this.#hasPlans === null) {
      const [row] = await this.sql`select to_regclass('stand_in_plan') is not null as found`;
      this.#hasPlans = row?.["found"] === true;
    }
    return this.#hasPlans;
  }

  #connect(): SingleConnection {
    return new SingleConnection(this.#server, this.#name, `stand-in Odoo ${this.#name}`);
  }
}
