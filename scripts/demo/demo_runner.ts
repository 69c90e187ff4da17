import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { RunnerStatus } from "../../src/status.ts";
import { GuardedChild } from "./guarded_child.ts";
import { exitText, hostCommand, withoutSettings } from "./host_command.ts";
import type { PostgresServer } from "./postgres_server.ts";

export interface RunnerOptions {
  readonly server: PostgresServer;
  readonly databases: readonly string[];
  readonly channels: string;
  readonly odooPort: number;
  readonly healthPort: number;
  readonly onLogLine: (line: string) => void;
  /** The process has ended without being asked to and a new one has been started. */
  readonly onRestart: (how: string, processId: number) => void;
  /** It ends again and again before it serves anything. */
  readonly onGivenUp: (how: string) => void;
}

const STARTS_MAX = 5;

/**
 * The real runner as a process of its own, with settings in a file like Odoo's. A service manager's
 * part is played here: a runner that dies is started again.
 */
export class DemoRunner {
  readonly #options: RunnerOptions;
  #child: GuardedChild | null = null;
  #settingsFile = "";
  #startsInVain = 0;
  #isStopping = false;

  private constructor(options: RunnerOptions) {
    this.#options = options;
  }

  static async start(options: RunnerOptions): Promise<DemoRunner> {
    const runner = new DemoRunner(options);
    await runner.#launch();
    return runner;
  }

  get processId(): number {
    return this.#child?.processId ?? 0;
  }

  /** Of the process that runs now; it can be given to another one while this lives. */
  get settingsFile(): string {
    return this.#settingsFile;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.healthPort}`;
  }

  /** What the runner says of itself; null while it does not answer. */
  async status(): Promise<RunnerStatus | null> {
    const response = await this.#get("/status");
    if (response === null) return null;
    this.#startsInVain = 0;
    return await response.json() as RunnerStatus;
  }

  async isReady(): Promise<boolean> {
    const response = await this.#get("/readyz");
    await response?.body?.cancel();
    return response?.status === 200;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#child?.stop();
  }

  async #get(path: string): Promise<Response | null> {
    try {
      return await fetch(this.url + path, { signal: AbortSignal.timeout(2000) });
    } catch (error) {
      if (error instanceof Error) return null; // not there yet, or just killed
      throw error;
    }
  }

  async #launch(): Promise<void> {
    this.#startsInVain++;
    // Removed together with the process, so each process has its own.
    const directory = mkdtempSync(join(tmpdir(), "jobrunner-demo-"));
    const file = join(directory, "odoo.conf");
    writeFileSync(file, settingsFile(this.#options), { mode: 0o600 });
    const child = await GuardedChild.start({
      command: [
        ...hostCommand(),
        ...["--config", file, "--health-port", String(this.#options.healthPort)],
      ],
      environment: withoutSettings(process.env),
      stopSignal: "TERM",
      graceMs: 20_000,
      directory,
      onErrorLine: this.#options.onLogLine,
    });
    this.#child = child;
    this.#settingsFile = file;
    void child.exited.then(({ code, signal }) => this.#ended(exitText(code, signal)));
  }

  async #ended(how: string): Promise<void> {
    if (this.#isStopping) return;
    if (this.#startsInVain >= STARTS_MAX) return this.#options.onGivenUp(how);
    await this.#launch();
    this.#options.onRestart(how, this.processId);
  }
}

/** The runner's settings in a file like Odoo's. */
export function settingsFile(
  { server, databases, channels, odooPort }: Pick<
    RunnerOptions,
    "server" | "databases" | "channels" | "odooPort"
  >,
): string {
  return [
    "[options]",
    `db_host = ${server.host}`,
    `db_port = ${server.port}`,
    `db_user = ${server.user}`,
    ...(server.password === null ? [] : [`db_password = ${server.password}`]),
    `db_name = ${databases.join(",")}`,
    "http_interface = 127.0.0.1",
    `http_port = ${odooPort}`,
    "[jobrunner]",
    `channels = ${channels}`,
    "",
  ].join("\n");
}
