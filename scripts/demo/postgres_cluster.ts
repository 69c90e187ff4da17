import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { GuardedChild, isAlive } from "./guarded_child.ts";
import { memoryFolder } from "./memory_folder.ts";
import { postgresBinaries } from "./postgres_binaries.ts";
import { InstalledServer } from "./postgres_installed.ts";
import { PostgresServer } from "./postgres_server.ts";

export interface ClusterOptions {
  /**
   * Whether an installed server may serve instead, when the environment names one. Default true.
   */
  readonly allowInstalled?: boolean;
  /** Server parameters beside or instead of the usual ones, as in `{ timezone: "Asia/Tokyo" }`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether `restart` may be called. Default false. */
  readonly isRestartable?: boolean;
  /** Whether it lies in memory, if that has room: for databases that come and go. Default false. */
  readonly isInMemory?: boolean;
}

const FOLDER_PREFIX = "jobrunner-postgres-";
/** PostgreSQL refuses to run as root; `nobody` has this number wherever it exists. */
const NOBODY = 65534;
const READY = "database system is ready to accept connections";
const START_TRIES = 3;

const PARAMETERS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  max_connections: "400",
  shared_buffers: "64MB",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  jit: "off",
};

/**
 * A PostgreSQL server of our own in a temporary directory, on a free loopback port and a Unix
 * socket. It ends with this process, however this process ends.
 */
export class PostgresCluster extends PostgresServer {
  readonly socketDirectory: string;
  readonly #launch: Launch;
  #child: GuardedChild;

  private constructor(launch: Launch, password: string, child: GuardedChild) {
    const { directory, port } = launch;
    super({ host: "127.0.0.1", port, user: "odoo", password, databasePrefix: "" });
    this.socketDirectory = directory;
    this.#launch = launch;
    this.#child = child;
  }

  get processId(): number {
    return this.#child.processId;
  }

  /**
   * Starts a server, or answers an installed one: that of `JOBRUNNER_TEST_PG` (a URL, as in
   * `postgres://odoo:secret@localhost:5432`), else that of `PGHOST`, `PGPORT`, `PGUSER`,
   * `PGPASSWORD` when `PGHOST` is set. `JOBRUNNER_TEST_PG=embedded` asks for our own whatever
   * `PGHOST` says.
   */
  static async start(options: ClusterOptions = {}): Promise<PostgresServer> {
    if (options.allowInstalled ?? true) {
      const installed = InstalledServer.fromEnvironment(process.env);
      if (installed !== null) return installed;
    }
    const folder = options.isInMemory ? memoryFolder() ?? tmpdir() : tmpdir();
    clearLeftovers(folder);
    for (let attempt = 1;; attempt++) {
      const { cluster, log } = await startOnce(options);
      if (cluster !== null) return cluster;
      // Another process may have taken the port since it was found free.
      if (attempt === START_TRIES) throw new Error(`Cannot start PostgreSQL: ${log.join("\n")}`);
    }

    async function startOnce(options: ClusterOptions) {
      const userId = process.getuid?.() === 0 ? NOBODY : undefined;
      const directory = fs.mkdtempSync(join(folder, `${FOLDER_PREFIX}${process.pid}-`));
      try {
        const binaries = postgresBinaries(directory, userId);
        const password = initialize(directory, binaries, userId);
        const port = await freePort();
        const parameters = { ...PARAMETERS, ...options.parameters };
        const isRestartable = options.isRestartable ?? false;
        const what = { binaries, directory, port, parameters, userId, isRestartable };
        const { child, log } = await launch(what);
        const cluster = child && new PostgresCluster(what, password, child);
        return { cluster, log };
      } catch (error) {
        fs.rmSync(directory, { recursive: true, force: true });
        throw error;
      }
    }
  }

  /**
   * Ends the server and starts it again.
   *
   * @param how PostgreSQL's fast shutdown, or its immediate one, which leaves all as a crash does
   * @param downMs how long it is away
   */
  async restart(how: "SIGINT" | "SIGQUIT", downMs: number): Promise<void> {
    if (!this.#launch.isRestartable) throw new Error("Cannot restart a server not made for it");
    process.kill(this.processId, how);
    await this.#child.exited;
    await delay(downMs);
    const { child, log } = await launch(this.#launch);
    if (child === null) throw new Error(`Cannot start PostgreSQL again: ${log.join("\n")}`);
    this.#child = child;
  }

  override async stop(): Promise<void> {
    await this.#child.stop();
    fs.rmSync(this.socketDirectory, { recursive: true, force: true });
  }
}

/** Makes the data directory and answers the password of the role `odoo`. */
function initialize(directory: string, binaries: string, userId: number | undefined): string {
  const password = randomBytes(12).toString("hex");
  const passwordFile = join(directory, "password");
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (userId !== undefined) {
    for (const path of [directory, passwordFile]) fs.chownSync(path, userId, userId);
  }
  fs.chmodSync(directory, 0o700);
  const result = spawnSync(
    join(binaries, "bin", "initdb"),
    [
      ...["--pgdata", join(directory, "data"), "--username", "odoo", "--pwfile", passwordFile],
      ...["--auth-local", "trust", "--auth-host", "scram-sha-256", "--encoding", "UTF8"],
      ...["--no-locale", "--no-sync", "--no-instructions", "--no-data-checksums"],
    ],
    {
      encoding: "utf8",
      // A given time zone spares a search through all of them.
      env: { ...serverEnvironment(), TZ: "UTC" },
      ...(userId === undefined ? {} : { uid: userId, gid: userId }),
    },
  );
  if (result.status === 0) return password;
  const reason = result.stderr || String(result.error ?? `exit ${result.status}`);
  throw new Error(`Cannot make a PostgreSQL data directory: ${reason.trim()}`);
}

interface Launch {
  readonly binaries: string;
  readonly directory: string;
  readonly port: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly userId: number | undefined;
  readonly isRestartable: boolean;
}

async function launch(
  launch: Launch,
): Promise<{ child: GuardedChild | null; log: readonly string[] }> {
  const log: string[] = [];
  let onReady = () => {};
  const ready = new Promise<"ready">((resolve) => onReady = () => resolve("ready"));
  const parameters = Object.entries({
    ...launch.parameters,
    port: String(launch.port),
    unix_socket_directories: launch.directory,
  });
  const child = await GuardedChild.start({
    command: [
      ...[join(launch.binaries, "bin", "postgres"), "-D", join(launch.directory, "data")],
      ...parameters.flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    // INT is PostgreSQL's fast shutdown: it does not wait for clients.
    stopSignal: "INT",
    graceMs: 10_000,
    // Whoever may start it again removes it himself.
    ...(launch.isRestartable ? {} : { directory: launch.directory }),
    environment: serverEnvironment(),
    ...(launch.userId === undefined ? {} : { userId: launch.userId }),
    onErrorLine: (line) => {
      if (line.includes(READY)) onReady();
      log.push(line);
      if (log.length > 20) log.shift();
    },
  });
  const first = await Promise.race([ready, child.exited]);
  return { child: first === "ready" ? child : null, log };
}

/** What `PG…` variables say is meant for clients, and would mislead the server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(own), LC_ALL: "C" };
}

/** A loopback port nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Removes what earlier processes left when both they and the guard of their server were killed. */
function clearLeftovers(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const owner = new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const directory = join(folder, name);
    try {
      stopForgottenServer(directory);
      fs.rmSync(directory, { recursive: true, force: true });
    } catch (error) {
      // Another user's leftovers are not ours to clear.
      if (!(error instanceof Error)) throw error;
    }
  }
}

function stopForgottenServer(directory: string): void {
  let processId: number;
  let commandLine: string;
  try {
    processId = Number(
      fs.readFileSync(join(directory, "data", "postmaster.pid"), "utf8").split("\n")[0],
    );
    commandLine = fs.readFileSync(`/proc/${processId}/cmdline`, "utf8");
  } catch (error) {
    if (error instanceof Error) return; // no such server any more
    throw error;
  }
  // The number may belong to another process by now.
  if (commandLine.includes(directory)) process.kill(processId, "SIGQUIT");
}
