import { Database } from "../database/database.ts";
import { listDatabases } from "../database/discovery.ts";
import type { KnownGeneration } from "../database/generation.ts";
import { CONNECTOR_LOGGER, type Logger, QUEUE_JOB_LOGGER } from "../log.ts";
import type { SchedulerError, TakenWaits } from "../scheduler/mod.ts";
import type { RunnerPhase, RunnerStatus } from "../status.ts";
import type { Explainer, JobsWhy } from "../why.ts";
import { Leadership } from "./leadership.ts";
import { Explanations } from "./explanations.ts";
import { DatabaseLink } from "./database_link.ts";
import { ContainedTurn } from "./contained_turn.ts";
import { ContainedClock, stackOf } from "./containment.ts";
import { Decider } from "./decider.ts";
import { Drain } from "./drain.ts";
import { JobRequests } from "./job_requests.ts";
import { LiveScheduler } from "./live_scheduler.ts";
import { completeOptions, groupOf, type RunnerOptions } from "./runner_options.ts";
import { type Served, ServedDatabases } from "./served_databases.ts";
import { statusOf } from "./runner_status.ts";
import type { Slots } from "./slots.ts";
import { StartBarrier } from "./start_barrier.ts";
import { Steering } from "./steering.ts";
import { WaitingSurvey } from "./waiting_survey.ts";

/** How long a stop waits at its end until requests that were never sent are put back. */
const PUT_BACK_MS = 1_000;

/**
 * Runs Odoo's jobs: keeps the jobs of all its databases in one scheduler, and asks Odoo over HTTP
 * for each whose turn has come. Lifecycle: `start` once, then `stop`, which lets what Odoo has
 * begun go on in Odoo.
 *
 * @example
 * ```ts ignore
 * const runner = new ConnectorRunner(8069, "root:4,mail:2");
 * runner.start();
 * process.once("SIGTERM", () => runner.stop());
 * ```
 */
export class ConnectorRunner {
  /** Why jobs, channels and databases do not run. */
  readonly why: Explainer;
  /** Pauses and resumes, until the process ends. */
  readonly steering: Steering;
  readonly #options: RunnerOptions;
  readonly #scheduler: LiveScheduler;
  readonly #decider: Decider;
  readonly #survey: WaitingSurvey;
  readonly #requests: JobRequests;
  readonly #databases: ServedDatabases;
  readonly #leadership: Leadership;
  readonly #logger: Logger;
  readonly #startedMs: number;
  #phase: RunnerPhase = "starting";
  #isStarted = false;
  readonly #barrier: StartBarrier;
  #stopped: Promise<void> | null = null;
  readonly #drain: Drain;

  /**
   * @param port Of Odoo.
   * @param channels The channel string.
   * @throws {ConfigError} With every mistake of the channel string.
   */
  constructor(port = 8069, channels = "root:1", options: Partial<RunnerOptions> = {}) {
    const complete = this.#options = completeOptions(options);
    const { clock, meter } = complete;
    this.#logger = complete.logger(QUEUE_JOB_LOGGER);
    this.#startedMs = clock.nowMs();
    this.#scheduler = new LiveScheduler(channels, (error) => this.#refill(error), {
      clock,
      onRoom: (databases) => databases.forEach((it) => this.#databases.get(it)?.turn.refill()),
    });
    this.#barrier = new StartBarrier({ clock, onDown: () => this.#decider.decideSoon() });
    this.steering = this.#steeringOf(this.#scheduler);
    this.#survey = new WaitingSurvey({ clock, scheduler: this.#scheduler });
    this.#decider = new Decider({
      scheduler: this.#scheduler,
      ...{ clock, meter },
      allowance: () => this.#mayDecide ? this.#requests.allowance : 0,
      take: (database, uuid, channel) => this.#databases.get(database)?.turn.take(uuid, channel),
    });
    this.#requests = new JobRequests({
      ...complete,
      endpoint: { ...complete.endpoint, port },
      ...{ logger: this.#logger, scheduler: this.#scheduler },
      loggerOf: (generation) => this.#loggerOf(generation),
      turns: () => this.#databases.all().map((it) => it.turn),
      onMore: () => this.#decider.decideSoon(),
      onOutcome: (database, uuid, outcome) => {
        this.#databases.get(database)?.turn.answered(uuid, outcome);
        this.#change();
      },
    });
    this.#databases = new ServedDatabases({
      ...complete,
      logger: this.#logger,
      intervalMs: complete.discoveryIntervalMs,
      discover: (signal) => {
        return listDatabases({ ...complete, filter: complete.databaseFilter, signal });
      },
      serve: (name, slots) => this.#serve(name, slots),
      onListed: () => this.#change(),
      onGone: (name, { inFlight }) => {
        this.#scheduler.forgetDatabase(name);
        this.#requests.databaseGone(name, inFlight);
        this.#decider.decideSoon();
      },
    });
    this.why = new Explanations({
      ...{ ...complete, scheduler: this.#scheduler, requests: this.#requests },
      steering: this.steering,
      phase: () => this.#phase,
      isReading: () => this.#barrier.isUp,
      served: (name) => this.#databases.get(name),
      databases: () => this.#databases.names(),
    });
    this.#drain = new Drain({
      ...{ clock, logger: this.#logger, served: () => this.#databases.all() },
    });
    this.#leadership = new Leadership({
      ...complete,
      group: groupOf(complete),
      logger: this.#logger,
      databases: [complete.maintenanceDatabase, ...(complete.databases ?? [])]
        .map((name) => new Database(name, complete)),
      onLead: () => this.#lead(),
      onLose: (reason) => this.#loseLead(reason),
      onStandBy: () => {
        if (this.#stopped) this.#drain.noteOthers();
        else this.#phase = "standby";
      },
    });
  }

  /** Begins. Whatever goes wrong from now on is tried again. */
  start(): void {
    if (this.#isStarted || this.#stopped) return;
    this.#isStarted = true;
    this.#logger.info("starting");
    this.#requests.start();
    this.#survey.start();
    // The only runner has nobody to agree with, where locks may mean nothing.
    if (this.#options.pollIntervalMs !== null) this.#lead();
    else this.#leadership.start();
  }

  /** Looks at once for databases and add-ons that came or went. */
  lookNow(): void {
    this.#databases.lookNow();
  }

  /**
   * Ends: no more jobs are taken, those asked for arrive in Odoo or are put back. Resolves when all
   * sessions and requests have ended. May be called twice.
   */
  stop(): Promise<void> {
    return this.#stopped ??= this.#end();
  }

  /** Why a job does not run; without a database, in all that are served. */
  explain(database: string | null, uuid: string): Promise<JobsWhy> {
    return this.why.explain(database, uuid);
  }

  get status(): RunnerStatus {
    const { version, clock } = this.#options;
    return statusOf({
      ...{ version, phase: this.#phase, startedMs: this.#startedMs, nowMs: clock.nowMs() },
      odoo: this.#requests.status,
      steering: this.steering.status,
      served: this.#databases.all(),
      scheduler: this.#scheduler,
    });
  }

  /** How long the jobs had waited that were taken; the status has it too, and costs more. */
  get takenWaits(): TakenWaits {
    return this.#scheduler.takenWaits;
  }

  #lead(): void {
    // Of an earlier lead something may be left to be put back.
    if (this.#stopped) return this.#databases.resume();
    this.#phase = "running";
    this.#logger.info("initializing database connections");
    this.#raiseBarrier("database connections ready");
    this.#databases.start();
  }

  /**
   * Another runner may lead already: nothing is decided, and no lock is held, until we lead again.
   */
  async #loseLead(reason: string): Promise<void> {
    if (this.#stopped) return;
    this.#phase = "starting";
    this.#logger.warning(`this job runner no longer leads: ${reason}`);
    this.#barrier.cancel();
    await this.#databases.pause();
  }

  #steeringOf(scheduler: LiveScheduler): Steering {
    return new Steering({
      ...{ clock: this.#options.clock, scheduler },
      isServed: (name) => this.#databases.get(name) !== undefined,
      onDatabase: (name) => this.#databases.get(name)?.turn.steered(),
      onMore: () => this.#decider.decideSoon(),
    });
  }

  #serve(name: string, slots: Slots): Served {
    const { connection, random, requeueStartedAfterMs } = this.#options;
    const onError = (error: unknown) => this.#contain(error, name);
    const clock = new ContainedClock(this.#options.clock, onError);
    const database = new Database(name, { connection, clock });
    const turn: ContainedTurn = new ContainedTurn({
      database: name,
      scheduler: this.#scheduler,
      clock,
      random,
      logger: this.#logger,
      requeueStartedAfterMs,
      ask: (job, generation) => this.#requests.ask(name, job, generation),
      onBegun: () => this.#requests.noteBegun(),
      pause: () => this.steering.reasonFor(name),
      letGo: (uuid) => this.#requests.letGo(name, uuid),
      onChange: () => this.#change(),
      onWork: () => link.work(),
    }, onError);
    const link: DatabaseLink = new DatabaseLink({
      ...this.#options,
      ...{ clock, database, turn, slots },
      loggerOf: (generation) => this.#loggerOf(generation),
      retryMs: this.#options.discoveryIntervalMs,
      onChange: () => this.#change(),
    });
    return { turn, link };
  }

  /** An error where none may be: it costs this database its session, and no other anything. */
  #contain(error: unknown, name: string): void {
    this.#logger.critical(`a bug to report, the database begins anew: ${stackOf(error)}`, name);
    this.#databases.get(name)?.link.restart(`an error of the runner itself: ${error}`);
  }

  #loggerOf(generation: KnownGeneration | null): Logger {
    return generation?.addon === "connector"
      ? this.#options.logger(CONNECTOR_LOGGER)
      : this.#logger;
  }

  #change(): void {
    if (this.#barrier.isUp && this.#databases.isDiscovered) {
      if (this.#databases.all().every(({ link }) => link.isSettled)) this.#barrier.lower();
    }
    if (this.#phase === "stopping") this.#drain.look();
    this.#decider.decideSoon();
  }

  /** @param news That it is down again. */
  #raiseBarrier(news: string): void {
    this.#barrier.raise(() => {
      if (this.#phase === "running") this.#logger.info(news);
    });
  }

  /** The core trapped and is made anew: what is in our hands runs, every database is read again. */
  #refill(error: SchedulerError): void {
    this.#logger.error(`the scheduler is made anew, a bug to report: ${error.message}`);
    this.#raiseBarrier("the scheduler knows all jobs again");
    this.#requests.refill();
    for (const { turn } of this.#databases.all()) turn.refill();
  }

  async #end(): Promise<void> {
    this.#logger.info("graceful stop requested");
    this.#phase = "stopping";
    this.#barrier.cancel();
    this.#decider.stop();
    this.#scheduler.stop();
    this.#survey.stop();
    this.#drain.begin();
    await this.#drain.wait(this.#options.drainTimeoutMs);
    // What was never sent is known only now, and put back.
    await this.#requests.stop();
    await this.#drain.wait(PUT_BACK_MS);
    this.#drain.tellLeft();
    await this.#databases.stop();
    await this.#leadership.stop();
    this.#phase = "stopped";
    this.#logger.info("stopped");
  }

  get #mayDecide(): boolean {
    return this.#phase === "running" && !this.#barrier.isUp && !this.steering.isAllPaused;
  }
}
