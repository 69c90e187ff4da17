import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { GuardedChild } from "../../scripts/demo/guarded_child.ts";
import { postgresBinaries } from "../../scripts/demo/postgres_binaries.ts";
import { freePort, type PostgresCluster } from "../../scripts/demo/postgres_cluster.ts";
import { PostgresServer } from "../../scripts/demo/postgres_server.ts";

const READY = "database system is ready to accept read-only connections";

/** What a server needs to be followed by a standby. */
export const FOLLOWED = { wal_level: "replica", max_wal_senders: "4" };

/**
 * A hot standby that follows a server of a test's own: in recovery, and so read-only, until it is
 * promoted.
 */
export class PostgresStandby extends PostgresServer {
  readonly #primary: PostgresCluster;
  readonly #child: GuardedChild;

  private constructor(primary: PostgresCluster, port: number, child: GuardedChild) {
    const { host, user, password } = primary;
    super({ host, port, user, password, databasePrefix: "" });
    this.#primary = primary;
    this.#child = child;
  }

  /** @param primary Was started with the parameters FOLLOWED. */
  static async of(primary: PostgresCluster): Promise<PostgresStandby> {
    const directory = fs.mkdtempSync(join(tmpdir(), `jobrunner-standby-${process.pid}-`));
    const data = join(directory, "data");
    await copyData(primary, data);
    fs.writeFileSync(join(data, "standby.signal"), "");
    const { uid } = fs.statSync(data);
    const userId = process.getuid?.() === 0 ? uid : undefined;
    if (userId !== undefined) {
      for (const path of [directory, join(data, "standby.signal"), join(data, "backup_label")]) {
        fs.chownSync(path, userId, userId);
      }
    }
    const port = await freePort();
    const { host, user, password } = primary;
    const parameters = {
      ...{ ...FOLLOWED, max_connections: "400", listen_addresses: "127.0.0.1", fsync: "off" },
      ...{ port: String(port), unix_socket_directories: directory },
      primary_conninfo: `host=${host} port=${primary.port} user=${user} password=${password}`,
    };
    let onReady = () => {};
    const ready = new Promise<true>((resolve) => onReady = () => resolve(true));
    const log: string[] = [];
    const child = await GuardedChild.start({
      command: [
        ...[join(postgresBinaries(directory, userId), "bin", "postgres"), "-D", data],
        ...Object.entries(parameters).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      ...{ stopSignal: "INT", graceMs: 10_000, directory },
      environment: { ...process.env, LC_ALL: "C" },
      ...(userId === undefined ? {} : { userId }),
      onErrorLine: (line) => {
        log.push(line);
        if (line.includes(READY)) onReady();
      },
    });
    if (await Promise.race([ready, child.exited]) === true) {
      return new PostgresStandby(primary, port, child);
    }
    throw new Error(`Cannot start a standby: ${log.join("\n")}`);
  }

  /** All that is committed on the primary can be seen here. */
  async hasCaughtUp(): Promise<boolean> {
    const sql = this.#primary.connect("postgres", { max: 1 });
    // The primary commits asynchronously: what it has not written yet would be lost.
    const [row] = await sql`
      select pg_current_wal_insert_lsn() <= replay_lsn as done from pg_stat_replication`;
    await sql.end();
    return row?.["done"] === true;
  }

  /** From now on it is a server of its own, and may be written to. */
  async promote(): Promise<void> {
    const sql = this.connect("postgres", { max: 1 });
    await sql`select pg_promote()`;
    await sql.end();
  }

  override async stop(): Promise<void> {
    await this.#child.stop();
  }
}

/** A base backup, made by hand: the embedded server comes without the tool for it. */
async function copyData(primary: PostgresCluster, data: string): Promise<void> {
  const sql = primary.connect("postgres", { max: 1 });
  await sql`select pg_backup_start('standby', true)`;
  const copied = spawnSync("cp", ["-a", join(primary.socketDirectory, "data"), data]);
  const [row] = await sql`select labelfile from pg_backup_stop(false)`;
  await sql.end();
  if (copied.status !== 0) throw new Error(`Cannot copy a data directory: ${copied.stderr}`);
  fs.rmSync(join(data, "postmaster.pid"));
  fs.writeFileSync(join(data, "backup_label"), String(row!["labelfile"]));
}
