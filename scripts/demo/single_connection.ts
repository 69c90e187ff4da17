import postgres from "postgres";
import { setTimeout as delay } from "node:timers/promises";
import type { ServerAddress, Sql } from "./postgres_server.ts";

export type ConnectionAddress = Pick<ServerAddress, "host" | "port" | "user" | "password">;

const TRIES = 20;
const PAUSE_MS = 100;

/**
 * One backend's life. The driver would reconnect by itself, carry half a transaction on elsewhere,
 * and sometimes never settle a statement whose backend was terminated: here what is lost stays
 * lost, and whoever waits is told.
 */
export class SingleConnection {
  readonly sql: Sql;
  readonly #database: string;
  readonly #lost: Promise<never>;
  #lose: (error: Error) => void = () => undefined;
  #isLost = false;

  constructor(address: ConnectionAddress, database: string, applicationName: string) {
    this.#database = database;
    this.#lost = new Promise((_, reject) => this.#lose = reject);
    this.#lost.catch(() => undefined);
    this.sql = postgres({
      host: address.host,
      port: address.port,
      user: address.user,
      ...(address.password === null ? {} : { password: address.password }),
      database,
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      // A backend that is terminated during that query ends the process: nobody catches its error.
      fetch_types: false,
      connection: { application_name: applicationName },
      onnotice: () => undefined,
      onclose: () => this.#giveUp(),
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Carries out work on this backend, and ends it with an error when the backend is lost. */
  async run<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await Promise.race([work(this.sql), this.#lost]);
    } catch (error) {
      // A statement may learn of it before the driver says that the connection is closed.
      if (isLoss(error)) this.#giveUp(error);
      throw error;
    }
  }

  async end(): Promise<void> {
    if (this.#isLost) return;
    this.#isLost = true;
    await this.sql.end({ timeout: 1 });
  }

  #giveUp(cause?: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    void this.sql.end({ timeout: 0 });
    this.#lose(new LostConnectionError(this.#database, { cause }));
  }
}

/**
 * Errors with an SQLSTATE come from a living backend, but for those of class 57 that say it ends.
 */
function isLoss(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return !(error instanceof postgres.PostgresError) || error.code.startsWith("57P");
}

/**
 * Carries out work that may be repeated, on one connection after another until one of them lives
 * long enough. There is no connection in between.
 */
export class LastingConnection {
  readonly #connect: () => SingleConnection;
  #connection: SingleConnection;

  constructor(connect: () => SingleConnection) {
    this.#connect = connect;
    this.#connection = connect();
  }

  async run<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    for (let attempt = 1;; attempt++) {
      try {
        if (this.#connection.isLost) this.#connection = this.#connect();
        return await this.#connection.run(work);
      } catch (error) {
        if (attempt === TRIES || !this.#connection.isLost) throw error;
        await delay(PAUSE_MS);
      }
    }
  }

  async end(): Promise<void> {
    await this.#connection.end();
  }
}

/** The backend was terminated, or the server is gone. */
export class LostConnectionError extends Error {
  override readonly name = "LostConnectionError";

  constructor(database: string, options: ErrorOptions) {
    super(`The connection to "${database}" was terminated`, options);
  }
}
