import process from "node:process";
import { userInfo } from "node:os";
import type postgres from "postgres";

const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

/** How to reach the PostgreSQL server. Null is as libpq would have it. */
export interface ConnectionSettings {
  /**
   * A name, an address, a directory with the server's socket, or several separated by commas: the
   * one that may be written to counts.
   */
  readonly host: string | null;
  /** Of all hosts, or one for each. */
  readonly port: number | readonly number[];
  readonly user: string;
  /** A function is asked at every connection. */
  readonly password: string | null | (() => string | null);
  readonly sslmode: typeof SSL_MODES[number];
  /** A file with the certificates to trust, PEM. */
  readonly sslrootcert: string | null;
  readonly connectTimeoutMs: number;
  /** The server gives up on a statement after this; on a brief one earlier (see `Session.run`). */
  readonly statementTimeoutMs: number;
}

/** Settings for one of the hosts alone. */
export type OneServer = ConnectionSettings & { readonly host: string; readonly port: number };

/** Where servers packaged by distributions have their socket. */
const SOCKET_DIRECTORY = "/var/run/postgresql";

/**
 * How long a statement of ours waits for a lock on a table: whoever comes later stands in line
 * behind us.
 */
const LOCK_TIMEOUT_MS = 5_000;
/** A link that dies while the server works is noticed by TCP within 15 s, where it can be. */
const KEEP_ALIVE_SECONDS = 5;

/**
 * JSON stays a text: whoever wants it parses it when it is wanted, and a cast to `text` would have
 * the server copy it.
 */
const JSON_TEXT = { to: 114, from: [114], serialize: String, parse: (text: string) => text };

/** The servers to try, in order. */
export function serversOf(settings: ConnectionSettings): OneServer[] {
  const { host, port } = settings;
  return (host ?? SOCKET_DIRECTORY).split(",").map((it, index) => ({
    ...settings,
    host: it.trim(),
    port: typeof port === "number" ? port : port[index] ?? port[0]!,
  }));
}

/**
 * Settings from libpq's environment: for `new Database(name)` without any.
 *
 * @throws {RangeError} When a variable says something that libpq does not know.
 */
export function defaultConnection(environment = process.env): ConnectionSettings {
  return {
    host: environment["PGHOST"] ?? null,
    port: (environment["PGPORT"] || "5432").split(",").map(Number),
    user: environment["PGUSER"] ?? userInfo().username,
    password: environment["PGPASSWORD"] ?? null,
    sslmode: sslMode(environment["PGSSLMODE"] || "prefer"),
    sslrootcert: environment["PGSSLROOTCERT"] ?? null,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 20_000,
  };
}

function sslMode(text: string): ConnectionSettings["sslmode"] {
  const known = SSL_MODES.find((it) => it === text);
  if (known) return known;
  throw new RangeError(`Cannot use PGSSLMODE="${text}": wanted is one of ${SSL_MODES.join(", ")}`);
}

/**
 * The driver's options for one backend that must never be replaced behind our back: no end of life,
 * no idle end. A vanished client's backend, and with it its locks, ends within about 15 s (tcp_*).
 * Where to connect and how to encrypt is not among them: see `openSocket`.
 *
 * @param isPooled Statements may run on several backends, shared with others.
 */
export function driverOptions(
  settings: OneServer,
  database: string,
  applicationName: string,
  isPooled = false,
): postgres.Options<Record<string, never>> {
  const { password: given } = settings;
  const password = typeof given === "function" ? given() : given;
  const isSocket = settings.host.startsWith("/");
  return {
    database,
    username: settings.user,
    ...(password === null ? {} : { password }),
    ssl: false,
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    connect_timeout: settings.connectTimeoutMs / 1000,
    keep_alive: KEEP_ALIVE_SECONDS,
    // One attempt: trying again is the caller's.
    backoff: false,
    // See `Session.run` for what takes its place.
    fetch_types: false,
    types: { json: JSON_TEXT } as never,
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      // What else is set would stay with a pooler's backend, or is refused by the pooler.
      ...(isPooled ? {} : {
        statement_timeout: settings.statementTimeoutMs,
        lock_timeout: LOCK_TIMEOUT_MS,
      }),
      ...(isPooled || isSocket
        ? {}
        : { tcp_keepalives_idle: 5, tcp_keepalives_interval: 3, tcp_keepalives_count: 3 }),
    },
  };
}
