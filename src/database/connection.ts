import { readFileSync } from "node:fs";
import process from "node:process";
import { userInfo } from "node:os";
import type postgres from "postgres";

/** How to reach the PostgreSQL server. Null is as libpq would have it. */
export interface ConnectionSettings {
  /** A name, an address, a directory with the server's socket, or several separated by commas. */
  readonly host: string | null;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  readonly sslmode: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** A file with the certificates to trust, PEM. */
  readonly sslrootcert: string | null;
  readonly connectTimeoutMs: number;
  /** The server gives up on a statement after this. */
  readonly statementTimeoutMs: number;
}

/** Where servers packaged by distributions have their socket. */
const SOCKET_DIRECTORY = "/var/run/postgresql";

/** Settings from libpq's environment: for `new Database(name)` without any. */
export function defaultConnection(environment = process.env): ConnectionSettings {
  return {
    host: environment["PGHOST"] ?? null,
    port: Number(environment["PGPORT"] ?? 5432),
    user: environment["PGUSER"] ?? userInfo().username,
    password: environment["PGPASSWORD"] ?? null,
    sslmode: "prefer",
    sslrootcert: environment["PGSSLROOTCERT"] ?? null,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 20_000,
  };
}

/**
 * The driver's options for one backend that must never be replaced behind our back: no end of life, no idle end. A
 * vanished client's backend, and with it its locks, ends within about 15 s (tcp_*).
 */
export function driverOptions(
  settings: ConnectionSettings,
  database: string,
  applicationName: string,
): postgres.Options<Record<string, never>> {
  const isSocket = (settings.host ?? SOCKET_DIRECTORY).startsWith("/");
  return {
    host: settings.host ?? SOCKET_DIRECTORY,
    port: settings.port,
    database,
    username: settings.user,
    ...(settings.password === null ? {} : { password: settings.password }),
    ssl: isSocket ? false : ssl(settings),
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    connect_timeout: settings.connectTimeoutMs / 1000,
    // One attempt: trying again is the caller's.
    backoff: false,
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      statement_timeout: settings.statementTimeoutMs,
      ...(isSocket ? {} : {
        tcp_keepalives_idle: 5,
        tcp_keepalives_interval: 3,
        tcp_keepalives_count: 3,
        tcp_user_timeout: 15_000,
      }),
    },
  };
}

function ssl(
  settings: ConnectionSettings,
): NonNullable<postgres.Options<Record<string, never>>["ssl"]> {
  const ca = settings.sslrootcert === null
    ? {}
    : { ca: readFileSync(settings.sslrootcert, "utf8") };
  switch (settings.sslmode) {
    case "disable":
      return false;
    case "allow":
    case "prefer":
      return "prefer";
    case "require":
      return { rejectUnauthorized: false };
    case "verify-ca":
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case "verify-full":
      return { ...ca, rejectUnauthorized: true };
  }
}
