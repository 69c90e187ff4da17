import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import { type Endpoint, originOf } from "../dispatch/endpoint.ts";
import { OdooGate } from "../dispatch/odoo_gate.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import type { TraceJob } from "../job_span.ts";
import type { Logger } from "../log.ts";
import type { Meter } from "../meter.ts";
import type { OdooStatus } from "../status.ts";
import { brokenAsk, brokenProbe } from "./containment.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import { GoneJobs } from "./gone_jobs.ts";
import type { InFlight, InFlightJob } from "./in_flight.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import { WaitingJobs } from "./waiting_jobs.ts";

export interface JobRequestsOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly random: () => number;
  readonly connectTimeoutMs: number;
  readonly meter: Pick<Meter, "asked" | "answered" | "forget">;
  readonly trace: TraceJob;
  readonly logger: Logger;
  readonly loggerOf: (generation: KnownGeneration) => Logger;
  readonly scheduler: LiveScheduler;
  readonly turns: () => Iterable<DatabaseTurn>;
  /** More jobs may be taken. */
  readonly onMore: () => void;
  readonly onOutcome: (database: string, uuid: string, outcome: Outcome) => void;
}

/** What the runner asks of Odoo, and how much of it at once. */
export class JobRequests {
  readonly #options: JobRequestsOptions;
  readonly #dispatcher: Dispatcher;
  #endpoint: Endpoint;
  readonly #gate: OdooGate;
  readonly #waiting: WaitingJobs;
  readonly #gone: GoneJobs;

  /** @throws {RangeError} A host that no URL can hold. */
  constructor(options: JobRequestsOptions) {
    this.#options = options;
    this.#endpoint = options.endpoint;
    this.#dispatcher = new Dispatcher(options);
    this.#waiting = new WaitingJobs(options);
    this.#gone = new GoneJobs({
      ...options,
      letGo: (database, uuid) => this.letGo(database, uuid),
    });
    this.#gate = new OdooGate({
      ...options,
      probe: () => this.#dispatcher.probe().catch(brokenProbe),
      onOpen: options.onMore,
      waitingSince: (ms) => this.#waiting.takenSince(ms),
    });
  }

  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  /**
   * From now on Odoo is asked there, if it is not already; requests that are open go on where they
   * are.
   *
   * @throws {RangeError} A host that no URL can hold; nothing has changed then.
   */
  moveTo(endpoint: Endpoint): void {
    if (isDeepStrictEqual(endpoint, this.#endpoint)) return;
    this.#dispatcher.moveTo(endpoint);
    this.#endpoint = endpoint;
    this.#gate.renew();
  }

  /** How many jobs may be taken now, as far as Odoo is concerned. */
  get allowance(): number {
    return this.#gate.allowance;
  }

  get status(): OdooStatus {
    const { isOpen: open, reason, sinceMs } = this.#gate;
    return {
      url: originOf(this.#endpoint),
      ...{ open, reason, sinceMs },
      waiting: this.#waiting.count,
    };
  }

  start(): void {
    this.#waiting.watch();
  }

  ask(database: string, job: InFlightJob, generation: KnownGeneration): void {
    const { clock, meter, trace, loggerOf, onOutcome } = this.#options;
    const { uuid, channel, takenMs } = job;
    const logger = loggerOf(generation);
    logger.info(`asking Odoo to run job ${uuid} on db ${database}`, database);
    meter.asked(database);
    const askedMs = clock.nowMs();
    const endpoint = this.#endpoint;
    const span = trace?.({ database, uuid, channel, takenMs }) ?? null;
    const traceparent = span?.traceparent ?? null;
    const route = { path: generation.path, session: generation.session };
    const asked = this.#dispatcher.ask({ database, uuid, route, traceparent });
    void asked.catch(brokenAsk).then((outcome) => {
      if (outcome.kind === "dropped") {
        logger.warning(`job ${uuid} got no answer: ${outcome.reason}`, database);
      }
      const answeredMs = clock.nowMs();
      meter.answered(outcome.kind, answeredMs - takenMs);
      span?.end(outcome.kind, answeredMs);
      // What is still open where Odoo was says nothing of where it is.
      if (endpoint === this.#endpoint) this.#gate.note(outcome, askedMs);
      this.#gone.answered(database, uuid);
      onOutcome(database, uuid, outcome);
    });
  }

  /** Odoo has begun with a job. */
  noteBegun(): void {
    this.#gate.noteBegun();
  }

  /** Lets an open request go. */
  letGo(database: string, uuid: string): void {
    this.#dispatcher.release(database, uuid);
  }

  /**
   * A database is not served any more, as it was dropped or not chosen, and the core has forgotten
   * it. What Odoo is asked for goes on in Odoo.
   */
  databaseGone(name: string, inFlight: InFlight, isDropped: boolean): void {
    this.#options.meter.forget(name);
    this.#dispatcher.forgetDatabase(name);
    this.#gone.note(name, inFlight, isDropped);
  }

  /** The core was made anew and is empty. */
  refill(): void {
    this.#gone.refill();
  }

  /** Lets all requests go; resolves when all connections are closed. */
  async stop(): Promise<void> {
    this.#waiting.stop();
    this.#gate.stop();
    this.#gone.stop();
    await this.#dispatcher.close();
  }
}
