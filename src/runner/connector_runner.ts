import { listDatabases } from "../database/discovery.ts";
import type { JobFinder } from "../job_list.ts";
import { checkEndpoint } from "../dispatch/endpoint.ts";
import { type Logger, QUEUE_JOB_LOGGER } from "../log.ts";
import type { SchedulerError, TakenWaits } from "../scheduler/mod.ts";
import type { RunnerPhase, RunnerStatus } from "../status.ts";
import type { JobChanger } from "../steering.ts";
import type { Explainer } from "../why.ts";
import { groupOf, Leadership } from "./leadership.ts";
import { Explanations } from "./explanations.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import { Decider } from "./decider.ts";
import { Drain } from "./drain.ts";
import { JobChanges } from "./job_changes.ts";
import { JobHistory } from "./job_history.ts";
import { JobSearch } from "./job_search.ts";
import { JobRequests } from "./job_requests.ts";
import { LiveScheduler } from "./live_scheduler.ts";
import { loggersByAddon } from "./loggers_by_addon.ts";
import { completeOptions, type RunnerChanges, type RunnerOptions } from "./runner_options.ts";
import { OpenReads } from "./open_reads.ts";
import { Reading } from "./reading.ts";
import { serveDatabase } from "./serve_database.ts";
import { ServedDatabases } from "./served_databases.ts";
import { RunnerOverview } from "./runner_overview.ts";
import { statusOf, type StatusParts } from "./runner_status.ts";
import { Steering } from "./steering.ts";
import { type Timing, timingOf } from "./timing.ts";
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
  /** The status at one look, bounded. */
  readonly overview: RunnerOverview = new RunnerOverview(() => this.#parts);
  /** The jobs in the tables. */
  readonly jobs: JobFinder;
  /** Pauses and resumes, until the process ends. */
  readonly steering: Steering;
  /** Requeues, cancels and sets done. */
  readonly jobChanges: JobChanger;
  #options: RunnerOptions;
  readonly #timing: Timing;
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
  readonly #reading: Reading;
  readonly #reads = new OpenReads();
  readonly #history = new JobHistory(() => this.#options.clock.nowMs());
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
    const timing = this.#timing = timingOf(complete);
    this.#logger = complete.logger(QUEUE_JOB_LOGGER);
    this.#startedMs = clock.nowMs();
    this.#scheduler = new LiveScheduler(channels, (error) => this.#refill(error), {
      clock,
      onRoom: (databases) => databases.forEach((it) => this.#databases.get(it)?.turn.refill()),
    });
    this.#reading = new Reading({
      ...{ clock, scheduler: this.#scheduler, turns: () => this.#turns() },
      areRead: () => this.#databases.areRead,
      onRead: (news) => {
        if (this.#phase === "running") this.#logger.info(news);
        this.#decider.decideSoon();
      },
    });
    this.steering = this.#steeringOf(this.#scheduler);
    this.#survey = new WaitingSurvey({ clock, scheduler: this.#scheduler });
    this.#decider = new Decider({
      ...{ clock, meter, scheduler: this.#scheduler },
      allowance: () => this.#mayDecide ? this.#requests.allowance : 0,
      take: (database, uuid, channel) => this.#databases.get(database)?.turn.take(uuid, channel),
    });
    this.#requests = new JobRequests({
      ...{ ...complete, logger: this.#logger, scheduler: this.#scheduler },
      endpoint: { ...complete.endpoint, port },
      loggerOf: loggersByAddon(complete),
      turns: () => this.#turns(),
      onMore: () => this.#decider.decideSoon(),
      onOutcome: (database, uuid, outcome) => {
        this.#databases.get(database)?.turn.answered(uuid, outcome);
        this.#change();
      },
    });
    this.#databases = this.#serve(complete);
    const readers = { ...complete, reads: this.#reads };
    this.why = new Explanations({
      ...{ ...readers, scheduler: this.#scheduler, requests: this.#requests },
      ...{ history: this.#history, steering: this.steering },
      phase: () => this.#phase,
      isReading: () => this.#reading.isAwaited,
      served: (name) => this.#databases.get(name),
      databases: () => this.#databases.names(),
    });
    this.jobChanges = new JobChanges({ ...readers, served: (name) => this.#databases.get(name) });
    this.jobs = new JobSearch({ ...readers, databases: () => this.#databases.names() });
    this.#drain = new Drain({ clock, logger: this.#logger, served: () => this.#databases.all() });
    this.#leadership = new Leadership({
      ...{ ...complete, timing, logger: this.#logger },
      group: groupOf(complete),
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
   * Changes what can change while it works; what is not given stays. No job loses its place or its
   * slot. Requests that are open go on, at the Odoo that they were sent to. A database that is not
   * to be served any more is left as a stop leaves it.
   *
   * @throws {ConfigError} With every mistake of the channel string.
   * @throws {RangeError} A host that no URL can hold. Either way nothing has changed.
   */
  reconfigure({ channels, port, ...changes }: RunnerChanges): void {
    if (this.#stopped) return;
    const options = { ...this.#options, ...changes };
    const endpoint = { ...options.endpoint, port: port ?? this.#requests.endpoint.port };
    checkEndpoint(endpoint);
    if (channels !== undefined) this.#reading.configure(channels);
    this.steering.noteConfigured();
    this.#options = options;
    Object.assign(this.#timing, timingOf(options));
    this.#requests.moveTo(endpoint);
    const group = groupOf(options, this.#leadership.group);
    if (this.#leadership.regroup(group)) this.#databases.lookNow();
    this.#change();
  }

  /**
   * Ends: no more jobs are taken, those asked for arrive in Odoo or are put back. Resolves when all
   * sessions and requests have ended. May be called twice.
   */
  stop(): Promise<void> {
    return this.#stopped ??= this.#end();
  }

  get status(): RunnerStatus {
    return statusOf(this.#parts);
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
    this.#reading.begin("database connections ready");
    this.#databases.start();
  }

  /**
   * Another runner may lead already: nothing is decided, and no lock is held, until we lead again.
   */
  async #loseLead(reason: string): Promise<void> {
    if (this.#stopped) return;
    this.#phase = "starting";
    this.#logger.warning(`this job runner no longer leads: ${reason}`);
    this.#reading.leave();
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

  #serve(options: RunnerOptions): ServedDatabases {
    const shared = {
      ...{ ...options, timing: this.#timing, logger: this.#logger },
      ...{ scheduler: this.#scheduler, requests: this.#requests, history: this.#history },
      ...{ steering: this.steering, loggerOf: loggersByAddon(options) },
      onChange: () => this.#change(),
    };
    return new ServedDatabases({
      ...{ ...options, timing: this.#timing, logger: this.#logger },
      discover: (signal) => listDatabases({ ...this.#options, signal }),
      serve: (name, slots) => serveDatabase(name, slots, shared),
      onListed: () => this.#change(),
      onLeave: (name) => this.#scheduler.parkDatabase(name),
      onGone: (name, { inFlight }, isDropped) => {
        this.#scheduler.forgetDatabase(name);
        this.#requests.databaseGone(name, inFlight, isDropped);
        this.#decider.decideSoon();
      },
    });
  }

  #turns(): DatabaseTurn[] {
    return this.#databases.all().map((it) => it.turn);
  }

  #change(): void {
    this.#reading.look();
    this.#databases.noteChange();
    if (this.#phase === "stopping") this.#drain.look();
    this.#decider.decideSoon();
  }

  /** The core trapped and is made anew: what is in our hands runs, every database is read again. */
  #refill(error: SchedulerError): void {
    this.#logger.error(`the scheduler is made anew, a bug to report: ${error.message}`);
    this.#reading.begin("the scheduler knows all jobs again");
    this.#requests.refill();
    for (const turn of this.#turns()) turn.refill();
  }

  async #end(): Promise<void> {
    this.#logger.info("graceful stop requested");
    this.#phase = "stopping";
    this.#reading.leave();
    this.#decider.stop();
    this.#scheduler.stop();
    this.#survey.stop();
    this.#drain.begin();
    await this.#drain.wait(this.#timing.drainTimeoutMs);
    // What was never sent is known only now, and put back.
    await this.#requests.stop();
    await this.#drain.wait(PUT_BACK_MS);
    this.#drain.tellLeft();
    await this.#reads.stop();
    await this.#databases.stop();
    await this.#leadership.stop();
    this.#phase = "stopped";
    this.#logger.info("stopped");
  }

  get #parts(): StatusParts {
    const { version, clock } = this.#options;
    return {
      ...{ version, phase: this.#phase, startedMs: this.#startedMs, nowMs: clock.nowMs() },
      ...{ odoo: this.#requests.status, steering: this.steering.status },
      served: this.#databases.all(),
      scheduler: this.#scheduler,
    };
  }

  get #mayDecide(): boolean {
    return this.#phase === "running" && !this.#reading.isAwaited && !this.steering.isAllPaused;
  }
}
