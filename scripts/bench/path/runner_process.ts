import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GuardedChild } from "../../demo/guarded_child.ts";
import { READY } from "./ready.ts";
import { newFolder, type Subject, type Task } from "./subjects.ts";

const READY_DEADLINE_MS = 120_000;
const LOOK_MS = 20;

/** Writes its log to a file: a reader would take processor time from what is measured. */
const WITH_LOG = `log=$1; shift; exec "$@" 2>"$log"`;

/** A runner at work, as a process of its own that logs as in production. */
export class RunnerProcess {
  readonly processId: number;
  readonly startedMs: number;
  readonly #child: GuardedChild;
  readonly #log: string;
  #hasEnded = false;

  private constructor(child: GuardedChild, log: string, startedMs: number) {
    this.processId = child.processId;
    this.startedMs = startedMs;
    this.#child = child;
    this.#log = log;
    void child.exited.then(() => this.#hasEnded = true);
  }

  static async start(subject: Subject, task: Task): Promise<RunnerProcess> {
    const folder = newFolder();
    const log = join(folder, "log");
    const command = await subject.command(task, folder);
    const startedMs = Date.now();
    const child = await GuardedChild.start({
      command: ["sh", "-c", WITH_LOG, "sh", log, ...command],
      environment: subject.environment(task),
      stopSignal: "TERM",
      graceMs: 20_000,
      directory: folder,
      onErrorLine: (line) => console.error(line),
    });
    return new RunnerProcess(child, log, startedMs);
  }

  /** Resolves when it leads its databases. */
  async ready(): Promise<void> {
    const deadlineMs = Date.now() + READY_DEADLINE_MS;
    while (!this.#logText().includes(READY)) {
      if (this.#hasEnded || Date.now() > deadlineMs) {
        const text = this.#logText().slice(-2_000);
        await this.stop();
        throw new Error(`The runner does not get ready; its log ends with:\n${text}`);
      }
      await delay(LOOK_MS);
    }
  }

  /** Of its health server. */
  get healthUrl(): string {
    const [, url] = /health server: (http:\S+)\/status/.exec(this.#logText()) ?? [];
    if (url === undefined) throw new Error("The runner does not say where its health server is");
    return url;
  }

  /** Lines of its log with one of these levels. */
  complaints(): string[] {
    return this.#logText().split("\n").filter((it) => / (WARNING|ERROR|CRITICAL) /.test(it));
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  #logText(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, "utf8") : "";
  }
}
