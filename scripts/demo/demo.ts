import { setTimeout as delay } from "node:timers/promises";
import { DemoDatabase, type Progress } from "./demo_database.ts";
import { CHANNELS, channelString, type DemoJob, demoJob } from "./demo_jobs.ts";
import type { DemoOptions } from "./demo_options.ts";
import { ProgressTable } from "./demo_progress.ts";
import { DemoRunner } from "./demo_runner.ts";
import { type Disturbances, type Summary, summaryLines, summaryOf } from "./demo_summary.ts";
import { judge } from "./judge.ts";
import { freePort, PostgresCluster } from "./postgres_cluster.ts";
import type { PostgresServer } from "./postgres_server.ts";
import { StandInOdoo } from "./stand_in_odoo.ts";
import type { JobAddress } from "./stand_in_protocol.ts";

const BATCH = 500;
const POLL_MS = 100;
const LINE_MS = 500;
const READY_TIMEOUT_MS = 30_000;
/** Longer than any eta of the demo, and than the runner takes to find a dead worker's job. */
const STILL_TIMEOUT_MS = 45_000;
const TRICKLE_MS = 400;
const TRICKLE_LINE_MS = 5000;

/**
 * The whole demo: brings everything up, creates jobs, watches, judges, and takes everything down.
 */
export class Demo {
  readonly #options: DemoOptions;
  readonly #print: (line: string) => void;
  readonly #stop = new AbortController();
  readonly #takeDown: (() => Promise<void>)[] = [];
  readonly #databases: DemoDatabase[] = [];
  readonly #jobs: { readonly database: string; readonly job: DemoJob }[] = [];
  readonly #disturbances: Disturbances = {
    runnerRestarts: 0,
    workerDeaths: 0,
    requeuedByUser: 0,
    putBackByAdministrator: 0,
  };
  #failure: Error | null = null;

  constructor(options: DemoOptions, print: (line: string) => void) {
    this.#options = options;
    this.#print = print;
  }

  /** Ends the demo before its time, in order. With a failure, `run` throws it. */
  interrupt(failure: Error | null = null): void {
    this.#failure ??= failure;
    this.#stop.abort();
  }

  async run(): Promise<Summary> {
    try {
      const server = await this.#startServer();
      const odoo = await this.#startOdoo(server);
      // Half of the jobs are there before the runner; the others come while it works.
      const half = Math.ceil(this.#options.jobs / 2);
      await this.#addUpTo(half);
      const runner = await this.#startRunner(server, odoo);
      await this.#untilReady(runner);
      await Promise.all([this.#addUpTo(this.#options.jobs), this.#watch(runner)]);
      await runner.stop();
      await odoo.stop();
      if (this.#failure !== null) throw this.#failure;
      return await this.#judge(odoo);
    } finally {
      await this.#end();
    }
  }

  /** Takes everything down, the latest first, and goes on when something refuses. */
  async #end(): Promise<void> {
    for (const end of this.#takeDown.reverse()) {
      await end().catch((error: unknown) => this.#print(`Cannot take down a part: ${error}`));
    }
  }

  async #startServer(): Promise<PostgresServer> {
    const { databases, generation } = this.#options;
    const server = await PostgresCluster.start({ allowInstalled: false });
    this.#takeDown.push(() => server.stop());
    for (let number = 1; number <= databases; number++) {
      const name = databases === 1 ? "demo" : `demo_${number}`;
      const database = await DemoDatabase.create(server, name, generation);
      this.#takeDown.push(() => database.close());
      this.#databases.push(database);
    }
    const names = databases === 1 ? "demo" : `demo_1 to demo_${databases}`;
    this.#print(
      `PostgreSQL   127.0.0.1:${server.port}, ${names}, Odoo ${generation.name}'s tables`,
    );
    return server;
  }

  async #startOdoo(server: PostgresServer): Promise<StandInOdoo> {
    const { generation, workers } = this.#options;
    const odoo = await StandInOdoo.start({
      generation,
      server,
      workers,
      onWorkerDeath: (processId, job) => void this.#noteDeath(processId, job),
    });
    this.#takeDown.push(() => odoo.stop());
    this.#print(
      `Odoo         127.0.0.1:${odoo.port}, a stand-in, workers ${
        odoo.workers.processIds.join(" ")
      }`,
    );
    return odoo;
  }

  async #startRunner(server: PostgresServer, odoo: StandInOdoo): Promise<DemoRunner> {
    const runner = await DemoRunner.start({
      server,
      databases: this.#databases.map((database) => database.name),
      channels: channelString(CHANNELS),
      odooPort: odoo.port,
      healthPort: await freePort(),
      onLogLine: (line) => this.#showLog(line),
      onRestart: (how, processId) => {
        this.#disturbances.runnerRestarts++;
        this.#print(`The runner ended (${how}) and was started again as process ${processId}`);
        this.#print(`Its settings are in ${runner.settingsFile}`);
      },
      onGivenUp: (how) => {
        this.interrupt(new Error(`Cannot keep the runner running: it ends with ${how}; see --log`));
      },
    });
    this.#takeDown.push(() => runner.stop());
    this.#print(`Runner       process ${runner.processId}, settings ${runner.settingsFile}`);
    this.#print(`Page         ${runner.url}/`);
    this.#print(`Channels     ${channelString(CHANNELS)}`);
    return runner;
  }

  async #untilReady(runner: DemoRunner): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!this.#isStopping && !await runner.isReady()) {
      if (performance.now() > deadline) {
        return this.interrupt(new Error("The runner is not ready after 30 s; see --log"));
      }
      await this.#pause(POLL_MS);
    }
  }

  /** Creates jobs until there are so many, in turn for each database. */
  async #addUpTo(count: number): Promise<void> {
    while (this.#jobs.length < count && !this.#isStopping) {
      const first = this.#jobs.length;
      const size = Math.min(BATCH, count - first);
      const batch = Array.from({ length: size }, (_, index) => {
        const database = this.#databases[(first + index) % this.#databases.length] as DemoDatabase;
        return { database: database.name, job: demoJob(first + index) };
      });
      this.#jobs.push(...batch);
      for (const database of this.#databases) {
        const own = batch.filter((entry) => entry.database === database.name);
        await database.add(own.map(({ job }) => job));
      }
    }
  }

  /** Prints how it goes until all is over, or until someone ends it. */
  async #watch(runner: DemoRunner): Promise<void> {
    this.#print("\nrunning+waiting in each channel, as the runner says");
    const table = new ProgressTable();
    const startMs = performance.now();
    let [lineMs, movedMs, lastChange, isTrickling] = [startMs, startMs, -1, false];
    while (!this.#isStopping) {
      const nowMs = performance.now();
      const progress = await this.#progress();
      const isOver = progress.over >= Math.max(this.#jobs.length, this.#options.jobs);
      if (nowMs >= lineMs || (isOver && this.#options.exit)) {
        const channels = (await runner.status())?.channels ?? null;
        table.lines((nowMs - startMs) / 1000, progress.over, channels).forEach(this.#print);
        lineMs = nowMs + (isTrickling ? TRICKLE_LINE_MS : LINE_MS);
      }
      if (isOver && this.#options.exit) return;
      if (isOver) {
        if (!isTrickling) this.#print("From now on a few new jobs a second, until Ctrl-C");
        isTrickling = true;
        await this.#pause(TRICKLE_MS);
        await this.#addUpTo(this.#jobs.length + 1 + this.#jobs.length % 3);
      }
      if (isOver || progress.lastChange !== lastChange) movedMs = nowMs;
      lastChange = progress.lastChange;
      if (nowMs - movedMs > STILL_TIMEOUT_MS) return this.#print("Nothing moves any more");
      await this.#pause(POLL_MS);
    }
  }

  async #progress(): Promise<Progress> {
    const all = await Promise.all(this.#databases.map(async (database) => {
      const requeued = await database.requeueDisturbed();
      this.#disturbances.requeuedByUser += requeued;
      return await database.progress();
    }));
    return {
      over: all.reduce((sum, { over }) => sum + over, 0),
      lastChange: all.reduce((sum, { lastChange }) => sum + lastChange, 0),
    };
  }

  async #noteDeath(processId: number, job: JobAddress | null): Promise<void> {
    if (this.#isStopping) return;
    this.#disturbances.workerDeaths++;
    this.#print(`Worker ${processId} died${job === null ? "" : ` while it ran ${job.uuid}`}`);
    const database = this.#databases.find(({ name }) => name === job?.database);
    if (job === null || database === undefined || this.#options.generation.hasLockTable) return;
    if (await database.putBack(job.uuid)) this.#disturbances.putBackByAdministrator++;
  }

  async #judge(odoo: StandInOdoo): Promise<Summary> {
    const histories = await Promise.all(this.#databases.map((database) => database.history()));
    const history = histories.flat();
    const verdict = judge({
      history,
      requests: odoo.requests.all(),
      planned: this.#jobs.map(({ database, job }) => ({
        database,
        uuid: job.uuid,
        outcome: job.plan.outcome,
      })),
      channels: CHANNELS,
    });
    const summary = summaryOf(this.#options, {
      verdict,
      history,
      requests: odoo.requests.all(),
      disturbances: this.#disturbances,
      // Whoever interrupts the demo has not waited for all jobs.
      isComplete: !this.#isStopping,
    });
    for (const line of ["", ...summaryLines(summary, verdict, CHANNELS)]) this.#print(line);
    return summary;
  }

  #showLog(line: string): void {
    if (this.#options.log || / (ERROR|CRITICAL) /.test(line)) this.#print(`runner: ${line}`);
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  async #pause(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.#stop.signal });
    } catch (error) {
      if (!this.#isStopping) throw error;
    }
  }
}
