import type { Outcome } from "../../../src/dispatch/outcome.ts";
import type { Random } from "../../scheduler/random.ts";
import type { FakeClock } from "../../support/fake_clock.ts";
import { type Event, type May, mayHappen, type Trace } from "./event.ts";
import type { Changes, JobTable } from "./job_table.ts";
import { OdooRequest } from "./odoo_request.ts";

export interface OdooOptions {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly trace: Trace;
  readonly workers: number;
  /** An execution begins. */
  readonly onExecution: (request: OdooRequest) => void;
  /** Odoo has written over what it had not seen. */
  readonly onConflict: (request: OdooRequest) => void;
}

const DROPPED: Outcome = { kind: "dropped", reason: "connection closed" };
const FINISHED: Outcome = { kind: "finished" };
const OVERLOADED: Outcome = { kind: "overloaded", reason: "no connection in time" };
const UNAVAILABLE: Outcome = { kind: "unavailable", reason: "a proxy answers 502" };

/** Odoo: its workers take requests and run jobs as the generation of the job's database does. */
export class Odoo {
  readonly #options: OdooOptions;
  requests: OdooRequest[] = [];
  /** All jobs end well. */
  isKind = false;

  constructor(options: OdooOptions) {
    this.#options = options;
  }

  open(table: JobTable, uuid: string, tell: (outcome: Outcome) => void): OdooRequest {
    const request = new OdooRequest(table, uuid, tell);
    this.requests.push(request);
    return request;
  }

  /** The client lets its open request go. */
  release(database: string, uuid: string): void {
    const request = this.requests.find((it) =>
      it.isOpen && it.uuid === uuid && it.table.database === database
    );
    if (request) request.isReleased = true;
  }

  of(database: string, uuid: string): OdooRequest[] {
    return this.requests.filter((it) => it.uuid === uuid && it.table.database === database);
  }

  /** Forgets what is over on both sides. */
  tidy(): void {
    this.requests = this.requests.filter((it) => it.isOpen || it.stage !== "gone");
  }

  events(): Event[] {
    const events: Event[] = [];
    for (const request of this.requests) {
      const may = mayHappen(events, request.name);
      this.#progress(request, may);
      this.#faults(request, may);
      if (request.isReleased && request.isOpen) {
        may("progress", 4, "is let go", () => this.#letGo(request));
      }
    }
    return events;
  }

  /** Nobody works any more, and nobody has heard of what waited. */
  restart(): void {
    for (const request of this.requests) {
      if (request.stage === "gone") continue;
      const wasReached = request.stage !== "backlog";
      this.#end(request);
      request.tell(wasReached ? DROPPED : { kind: "unreachable", reason: "connection refused" });
    }
  }

  #progress(request: OdooRequest, may: May): void {
    const job = request.job;
    switch (request.stage) {
      case "backlog":
        if (this.#busyWorkers >= this.#options.workers) return;
        return may("work", 6, "is accepted", () => this.#accept(request));
      case "starting":
        if (!job?.isHeld) may("work", 3, "starts", () => this.#start(request));
        return;
      case "locking":
        if (!job?.hasWorker) may("progress", 8, "locks", () => this.#lock(request));
        return;
      case "running":
        if (!job?.isHeld) may("work", 4, "ends", () => this.#finish(request));
        return;
      case "answering":
        return may("progress", 6, "is answered", () => {
          request.stage = "gone";
          request.tell(request.answer);
        });
      case "gone":
        // The runner itself lets go of a job that is over. Else keepalive finds out.
        if (request.isRowMoving) may("progress", 0.2, "is dead", () => request.tell(DROPPED));
    }
  }

  #faults(request: OdooRequest, may: May): void {
    const { stage, isOpen } = request;
    const refuse = (weight: number, what: string, outcome: Outcome) =>
      may("fault", weight, what, () => this.#refuse(request, outcome));
    if (isOpen) may("fault", 0.3, "is dropped", () => request.tell(DROPPED));
    if (stage === "running") may("fault", 0.15, "dies", () => this.#refuse(request, DROPPED));
    if (stage === "answering") may("fault", 0.5, "loses its answer", () => this.#end(request));
    if (stage !== "backlog") return;
    if (!isOpen) return may("fault", 0.3, "is forgotten", () => this.#end(request));
    refuse(0.3, "is never sent", { kind: "unreachable", reason: "connection refused" });
    refuse(0.15, "finds no room", OVERLOADED);
    refuse(0.15, "gets 404", { kind: "refused", reason: "404" });
    refuse(0.15, "gets 200 from another database", FINISHED);
    refuse(0.1, "gets 502, and is lost", UNAVAILABLE);
    may("fault", 0.1, "gets 502, and lives on", () => request.tell(UNAVAILABLE));
  }

  #accept(request: OdooRequest): void {
    const { job, table } = request;
    const { startGuard } = table.generation;
    const isPassedOver = startGuard === "skip locked" && job?.isHeld;
    // Behind a row lock, the state is looked at when the lock is got.
    if (isPassedOver || !job || (startGuard === "none" && job.state !== "enqueued")) {
      return this.#answer(request, FINISHED);
    }
    request.stage = "starting";
    request.seenVersion = job.version;
    if (startGuard === "skip locked") this.#start(request);
  }

  #start(request: OdooRequest): void {
    const { job, table } = request;
    const { startGuard, hasJobLocks } = table.generation;
    if (!job) return this.#answer(request, FINISHED);
    if (startGuard === "none" && job.version !== request.seenVersion) {
      return this.#postpone(request);
    }
    if (job.state !== "enqueued") return this.#answer(request, FINISHED);
    this.#write(request, { state: "started", startedMs: this.#options.clock.nowMs() });
    if (hasJobLocks) request.stage = "locking";
    else this.#execute(request);
  }

  #lock(request: OdooRequest): void {
    if (request.job?.state !== "started") return this.#answer(request, FINISHED);
    request.job.hasWorker = true;
    this.#execute(request);
  }

  #execute(request: OdooRequest): void {
    request.stage = "running";
    this.#options.onExecution(request);
  }

  #finish(request: OdooRequest): void {
    const { random, clock } = this.#options;
    const { job } = request;
    if (!job) return this.#answer(request, { kind: "failed", status: 500 });
    const isChanged = job.version !== request.seenVersion;
    if (isChanged && random.chance(0.5)) return this.#postpone(request);
    if (isChanged) this.#options.onConflict(request);
    const ending = this.isKind
      ? "done"
      : random.pick(["done", "done", "done", "done", "failed", "retry", "dirty"]);
    if (ending === "retry") {
      const etaMs = clock.nowMs() + random.below(60_000);
      this.#write(request, { state: "pending", enqueuedMs: null, etaMs, retry: job.retry + 1 });
      return this.#answer(request, FINISHED);
    }
    this.#write(request, { state: ending === "failed" ? "failed" : "done" });
    this.#answer(request, ending === "done" ? FINISHED : { kind: "failed", status: 500 });
  }

  /**
   * Two transactions have changed one row: Odoo lets the loser write `pending`, whatever stands
   * there.
   */
  #postpone(request: OdooRequest): void {
    const { clock, random } = this.#options;
    this.#options.onConflict(request);
    const etaMs = clock.nowMs() + 1_000 + random.below(10_000);
    this.#write(request, { state: "pending", enqueuedMs: null, etaMs });
    this.#answer(request, FINISHED);
  }

  #write(request: OdooRequest, changes: Changes): void {
    const job = request.job!;
    request.table.write(job, changes);
    request.seenVersion = job.version;
    this.#options.trace.note(`  ${request.name} → ${job.state}`);
  }

  #answer(request: OdooRequest, answer: Outcome): void {
    this.#freeLock(request);
    request.stage = "answering";
    request.answer = answer;
  }

  /** The job is not run, or no longer. */
  #refuse(request: OdooRequest, outcome: Outcome): void {
    this.#end(request);
    request.tell(outcome);
  }

  #letGo(request: OdooRequest): void {
    const sent = request.stage !== "backlog" || this.#options.random.chance(0.5);
    if (!sent) this.#end(request);
    request.tell({ kind: "released", sent });
  }

  #end(request: OdooRequest): void {
    this.#freeLock(request);
    request.stage = "gone";
  }

  #freeLock(request: OdooRequest): void {
    if (request.isExecuting && request.job) request.job.hasWorker = false;
  }

  get #busyWorkers(): number {
    return this.requests.filter((it) => it.hasWorker).length;
  }
}
