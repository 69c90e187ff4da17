import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { GuardedChild } from "../../scripts/demo/guarded_child.ts";
import { freePort } from "../../scripts/demo/postgres_cluster.ts";
import type { PostgresServer } from "../../scripts/demo/postgres_server.ts";

/** As Debian's package names it; it refuses to run as root. */
const BINARY = "pgbouncer";
const NOBODY = 65534;

/** The real pooler, before a server: where it is installed. */
export class PgBouncer {
  readonly #child: GuardedChild;
  readonly #directory: string;

  private constructor(readonly port: number, child: GuardedChild, directory: string) {
    this.#child = child;
    this.#directory = directory;
  }

  static get isInstalled(): boolean {
    return spawnSync(BINARY, ["--version"]).status === 0;
  }

  /** @param settings Lines of its file, as in `{ pool_mode: "session" }`. */
  static async before(
    server: PostgresServer,
    settings: Readonly<Record<string, string>>,
  ): Promise<PgBouncer> {
    const directory = fs.mkdtempSync(join(tmpdir(), "jobrunner-pgbouncer-"));
    fs.chmodSync(directory, 0o755);
    const port = await freePort();
    const users = join(directory, "users.txt");
    fs.writeFileSync(users, `"${server.user}" "${server.password ?? ""}"\n`);
    const file = join(directory, "pgbouncer.ini");
    const all = {
      ...{ listen_addr: "127.0.0.1", listen_port: String(port), unix_socket_dir: "" },
      ...{ auth_type: "any", auth_file: users, pool_mode: "transaction", ...settings },
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
    const target = `* = host=${server.host} port=${server.port} user=${server.user} ` +
      `password=${server.password ?? ""}`;
    fs.writeFileSync(file, ["[databases]", target, "[pgbouncer]", ...lines, ""].join("\n"));
    let onReady = () => {};
    const ready = new Promise<void>((resolve) => onReady = resolve);
    const child = await GuardedChild.start({
      command: [BINARY, file],
      stopSignal: "TERM",
      graceMs: 5_000,
      directory,
      environment: process.env,
      ...(process.getuid?.() === 0 ? { userId: NOBODY } : {}),
      onErrorLine: (line) => line.includes("process up") && onReady(),
    });
    await ready;
    return new PgBouncer(port, child, directory);
  }

  async stop(): Promise<void> {
    await this.#child.stop();
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}
