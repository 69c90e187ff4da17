import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { DatabaseEvent } from "../demo/judge_channels.ts";
import { GuardedChild } from "../demo/guarded_child.ts";
import { exitText, hostCommand, withoutSettings } from "../demo/host_command.ts";
import type { PostgresServer } from "../demo/postgres_server.ts";
import { type OdooAddress, OdooFront } from "../faults/odoo_front.ts";
import { TcpProxy } from "../faults/tcp_proxy.ts";
import { CHANNEL_STRING } from "./chaos_jobs.ts";

/** A service manager's pause before it starts a process again. */
const RESTART_PAUSE_MS = 300;
const LOG_LINES = 20_000;

/** Short enough to see many faults found out in little time; a busy machine is to keep them. */
const SETTINGS = [
  `channels = ${CHANNEL_STRING}`,
  "heartbeat_interval = 0.5",
  "heartbeat_deadline = 2",
  "statement_timeout = 3",
  "connect_timeout = 2",
  "discovery_interval = 1",
  "drain_timeout = 3",
  "dbfilter = ^chaos_",
  "health_port = 0",
];

/**
 * One of the two runners: the real process, with a proxy of its own before PostgreSQL and before
 * Odoo, started again whenever it ends.
 */
export class ChaosRunner {
  /** What it has written last, all its lives through. */
  readonly log: string[] = [];
  /** When it connected to which database. */
  readonly sessions: DatabaseEvent[] = [];
  #lineCount = 0;
  #child: GuardedChild | null = null;
  #ended: Promise<string> = Promise.resolve("");
  #isStopping = false;

  private constructor(
    readonly name: string,
    readonly server: PostgresServer,
    readonly toPostgres: TcpProxy,
    readonly toOdoo: TcpProxy,
    readonly front: OdooFront,
  ) {}

  static async start(
    name: string,
    server: PostgresServer,
    odoos: ReadonlyMap<string, OdooAddress>,
  ): Promise<ChaosRunner> {
    const front = await OdooFront.start(odoos);
    const toOdoo = await TcpProxy.before({ host: "127.0.0.1", port: front.port });
    const toPostgres = await TcpProxy.before(server);
    const runner = new ChaosRunner(name, server, toPostgres, toOdoo, front);
    toPostgres.onOpening = ({ opening }) => {
      const database = /\0database\0([^\0]+)/.exec(opening)?.[1] ?? "";
      runner.sessions.push({ database, sinceMs: Date.now() });
    };
    await runner.#launch();
    return runner;
  }

  get processId(): number {
    return this.#child?.processId ?? 0;
  }

  /** Requests for jobs that are open just now. */
  get openRequests(): number {
    return this.front.requests.all().reduce((sum, { open }) => sum + open, 0);
  }

  /** So many lines it has written: from here on with `linesFrom`. */
  get lineCount(): number {
    return this.#lineCount;
  }

  linesFrom(count: number): string[] {
    return this.log.slice(Math.max(0, this.log.length - (this.#lineCount - count)));
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.processId, signal);
  }

  /** Resolves when the present process has ended, with how. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#child?.stop();
    await this.toPostgres.stop();
    await this.toOdoo.stop();
    await this.front.stop();
  }

  async #launch(): Promise<void> {
    const directory = mkdtempSync(join(tmpdir(), "jobrunner-chaos-"));
    const file = join(directory, "odoo.conf");
    writeFileSync(file, this.#settingsFile(), { mode: 0o600 });
    const child = this.#child = await GuardedChild.start({
      command: [...hostCommand(), "--config", file],
      environment: withoutSettings(process.env),
      stopSignal: "TERM",
      graceMs: 10_000,
      directory,
      onErrorLine: (line) => this.#note(line),
    });
    this.#ended = child.exited.then(({ code, signal }) => exitText(code, signal));
    void this.#ended.then((how) => this.#startAgain(how));
  }

  async #startAgain(how: string): Promise<void> {
    this.#note(`-- the process has ended: ${how}`);
    if (this.#isStopping) return;
    await delay(RESTART_PAUSE_MS);
    if (!this.#isStopping) await this.#launch();
  }

  #note(line: string): void {
    this.#lineCount++;
    this.log.push(line);
    if (this.log.length > LOG_LINES) this.log.shift();
  }

  #settingsFile(): string {
    const { user, password } = this.server;
    return [
      "[options]",
      "db_host = 127.0.0.1",
      `db_port = ${this.toPostgres.port}`,
      `db_user = ${user}`,
      ...(password === null ? [] : [`db_password = ${password}`]),
      "http_interface = 127.0.0.1",
      `http_port = ${this.toOdoo.port}`,
      "[jobrunner]",
      ...SETTINGS,
      "",
    ].join("\n");
  }
}
