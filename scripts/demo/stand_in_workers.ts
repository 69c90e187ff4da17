import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { childCommand } from "./child_entry.ts";
import type { OdooGeneration } from "./odoo_generations.ts";
import type { ConnectionAddress } from "./single_connection.ts";
import { type FromWorker, type JobAddress, SERVER_VARIABLE } from "./stand_in_protocol.ts";
import type { ToWorker } from "./stand_in_protocol.ts";

/** A job that a worker shall run, and who wants to hear of it. */
export interface Assignment {
  readonly job: JobAddress;
  readonly generation: OdooGeneration;
  onWorking(): void;
  /** The job's work is over, however it ended: called once if `onWorking` was. */
  onWorked(): void;
  /** Null: the worker died without an answer. */
  onAnswer(status: number | null): void;
}

export interface WorkersOptions {
  readonly count: number;
  readonly server: ConnectionAddress;
  readonly onDeath: (processId: number, job: JobAddress | null) => void;
  /** What workers complain of. Default: to standard error. */
  readonly onErrorLine?: (line: string) => void;
}

/**
 * A fixed number of worker processes, as Odoo's prefork server has them: each takes one request at
 * a time, what is beyond them waits in order, and a worker that dies is replaced.
 */
export class StandInWorkers {
  readonly #command: readonly string[];
  readonly #options: WorkersOptions;
  readonly #workers = new Set<Worker>();
  readonly #waiting: Assignment[] = [];
  #isStopping = false;

  private constructor(command: readonly string[], options: WorkersOptions) {
    this.#command = command;
    this.#options = options;
  }

  static async start(options: WorkersOptions): Promise<StandInWorkers> {
    const command = await childCommand("scripts/demo/stand_in_worker.ts");
    const workers = new StandInWorkers(command, options);
    await Promise.all(Array.from({ length: options.count }, () => workers.#add().ready));
    return workers;
  }

  get processIds(): readonly number[] {
    return [...this.#workers].map((worker) => worker.processId);
  }

  /** The worker that has this job in hand, or null. */
  processIdOf(job: JobAddress): number | null {
    return this.#workerOf(job)?.processId ?? null;
  }

  /** Whether a worker has this job in hand, or will have it when one is free. */
  holds(job: JobAddress): boolean {
    return this.#workerOf(job) !== undefined ||
      this.#waiting.some((it) => it.job.uuid === job.uuid && it.job.database === job.database);
  }

  /** Jobs that workers have in hand, with the process of each. */
  get working(): readonly { readonly processId: number; readonly job: JobAddress }[] {
    return [...this.#workers].flatMap(({ processId, assignment }) =>
      assignment === null ? [] : [{ processId, job: assignment.job }]
    );
  }

  /** Ends the work of a job that runs, whatever its plan says. */
  finish(job: JobAddress): void {
    this.#workerOf(job)?.tell({ kind: "finish" });
  }

  take(assignment: Assignment): void {
    this.#waiting.push(assignment);
    this.#assign();
  }

  /** Ends the workers at once, in the middle of what they do. Waiting requests get no answer. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const assignment of this.#waiting.splice(0)) assignment.onAnswer(null);
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  #workerOf(job: JobAddress): Worker | undefined {
    return [...this.#workers].find(({ assignment }) =>
      assignment?.job.uuid === job.uuid && assignment.job.database === job.database
    );
  }

  #add(): Worker {
    const worker = new Worker(this.#command, this.#options, () => this.#assign());
    this.#workers.add(worker);
    void worker.ended.then((job) => {
      this.#workers.delete(worker);
      if (this.#isStopping) return;
      this.#options.onDeath(worker.processId, job);
      this.#add();
    });
    return worker;
  }

  #assign(): void {
    if (this.#isStopping) return;
    for (const worker of this.#workers) {
      if (this.#waiting.length === 0) return;
      if (worker.isFree) worker.run(this.#waiting.shift() as Assignment);
    }
  }
}

class Worker {
  readonly ready: Promise<void>;
  /** Answers the job that was in hand. */
  readonly ended: Promise<JobAddress | null>;
  assignment: Assignment | null = null;
  readonly #child: ChildProcess;
  readonly #onFree: () => void;
  #isReady = false;
  #isWorking = false;
  #becomeReady: () => void = () => undefined;

  constructor(command: readonly string[], options: WorkersOptions, onFree: () => void) {
    const { server, onErrorLine } = options;
    this.#onFree = onFree;
    this.ready = new Promise((resolve) => this.#becomeReady = resolve);
    this.#child = spawn(command[0] ?? "", command.slice(1), {
      stdio: ["pipe", "pipe", onErrorLine ? "pipe" : "inherit"],
      env: { ...process.env, [SERVER_VARIABLE]: JSON.stringify(server) },
    });
    // A worker that was killed breaks its pipe; its exit says so already.
    this.#child.stdin?.on("error", () => undefined);
    if (onErrorLine && this.#child.stderr) {
      createInterface({ input: this.#child.stderr }).on("line", onErrorLine);
    }
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout })
        .on("line", (line) => this.#hear(JSON.parse(line) as FromWorker));
    }
    this.ended = new Promise((resolve) => {
      // `close`, not `exit`: what the worker said last is heard before it counts as dead.
      this.#child.once("close", () => {
        const job = this.assignment?.job ?? null;
        this.#isReady = false;
        this.#answer(null);
        resolve(job);
      });
    });
  }

  get processId(): number {
    return this.#child.pid ?? 0;
  }

  get isFree(): boolean {
    return this.#isReady && this.assignment === null;
  }

  run(assignment: Assignment): void {
    this.assignment = assignment;
    this.tell({ kind: "run", job: assignment.job, generation: assignment.generation });
  }

  tell(message: ToWorker): void {
    this.#child.stdin?.write(JSON.stringify(message) + "\n");
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.ended;
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.#isReady = true;
        this.#becomeReady();
        return this.#onFree();
      case "working":
        this.#isWorking = true;
        return this.assignment?.onWorking();
      case "answer":
        this.#answer(message.status);
        return this.#onFree();
    }
  }

  #answer(status: number | null): void {
    const assignment = this.assignment;
    if (assignment === null) return;
    this.assignment = null;
    if (this.#isWorking) assignment.onWorked();
    this.#isWorking = false;
    assignment.onAnswer(status);
  }
}
