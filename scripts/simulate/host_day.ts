import { Scheduler } from "../../src/scheduler/mod.ts";
import { PlainHeap } from "../bench/core/plain_heap.ts";
import { arrivals, HOUR_MS } from "./arrivals.ts";
import { HostAudit, type HostFaults } from "./host_audit.ts";
import { HostDatabases } from "./host_databases.ts";
import { type HostHour, HostHours } from "./host_hours.ts";
import { HostJob, type JobPlan, sequenceOf } from "./host_job.ts";
import { HostWaits } from "./host_waits.ts";

export interface HostDayOptions {
  readonly databases: number;
  readonly jobsADay: number;
  /** Jobs that one database makes in one moment; 0 is none. */
  readonly flood: number;
  readonly channels: string;
  readonly hours: number;
  readonly seed: number;
}

/** What the day was like; the same for the same options. */
export interface HostDayResult {
  readonly created: number;
  readonly runs: number;
  readonly done: number;
  /** At the end. */
  readonly failed: number;
  readonly requeued: number;
  readonly retried: number;
  readonly notices: number;
  readonly decisions: number;
  readonly mostWaiting: number;
  readonly mostWaitingAtMs: number;
  /** Waiting, running and failed ones. */
  readonly mostJobs: number;
  readonly places: number;
  readonly channelsMadeOnTheFly: number;
  readonly memoryBytes: number;
  /** How often all invariants of the core were checked. */
  readonly checks: number;
  readonly hours: readonly HostHour[];
  readonly flood: HostWaits["flood"];
  readonly waits: HostWaits["groups"];
  readonly endMs: number;
  readonly faults: HostFaults;
}

/** A Monday. */
export const START_MS = Date.UTC(2026, 0, 5);
const RETRY_MS = 60_000;
/** After this somebody requeues a job whose failure blocks a sequential channel. */
const REPAIR_MS = 10 * 60_000;

/**
 * A day of a host with many databases in virtual time: the real scheduler is told of each job as
 * the runner would tell it, and jobs take their time in workers that do nothing. PostgreSQL and
 * HTTP take none. When the day is over nothing new comes, and the rest runs until nothing waits.
 */
export class HostDay {
  readonly #options: HostDayOptions;
  readonly #scheduler: Scheduler;
  readonly #audit: HostAudit;
  readonly #waits = new HostWaits();
  readonly #hours: HostHours;
  readonly #arrivals: Iterator<JobPlan, void>;
  #next: JobPlan | null = null;
  /** Jobs that are not over, by sequence. */
  readonly #open = new Map<number, HostJob>();
  /** Jobs to which something happens by itself: their run ends, or they are requeued. */
  readonly #agenda = new PlainHeap<HostJob>((a, b) =>
    a.nextMs < b.nextMs || (a.nextMs === b.nextMs && a.sequence < b.sequence)
  );
  readonly #endedHours: HostHour[] = [];
  #nowMs = START_MS;
  #wakeupMs = Infinity;
  #counts = {
    ...{ created: 0, runs: 0, done: 0, requeued: 0, retried: 0, notices: 0, decisions: 0 },
    ...{ mostJobs: 0, checks: 0 },
  };

  /** @param noteHour Told of each hour when it is over. */
  constructor(options: HostDayOptions, noteHour: (hour: HostHour) => void = () => {}) {
    this.#options = options;
    this.#scheduler = Scheduler.create(options.channels);
    this.#audit = new HostAudit(options.channels);
    this.#hours = new HostHours(START_MS, this.#audit.rootCapacity, (hour) => {
      this.#look();
      this.#endedHours.push(hour);
      noteHour(hour);
    });
    const databases = new HostDatabases(options.databases);
    this.#arrivals = arrivals({ ...options, databases, startMs: START_MS });
    this.#advance();
  }

  play(): HostDayResult {
    while (true) {
      const createdMs = this.#next?.createdMs ?? Infinity;
      const agendaMs = this.#agenda.first?.nextMs ?? Infinity;
      const nowMs = Math.min(createdMs, agendaMs, this.#wakeupMs);
      if (nowMs === Infinity) break;
      this.#nowMs = nowMs;
      this.#hours.pass(nowMs);
      while (this.#next !== null && this.#next.createdMs <= nowMs) this.#arrive(this.#next);
      while ((this.#agenda.first?.nextMs ?? Infinity) <= nowMs) this.#goOn(this.#agenda.first!);
      this.#decide();
    }
    this.#hours.pass(this.#nowMs - this.#nowMs % HOUR_MS + HOUR_MS);
    this.#audit.leftWaiting(this.#hours.waiting);
    return this.#result();
  }

  #arrive(plan: JobPlan): void {
    const job = new HostJob(plan, ++this.#counts.created);
    this.#open.set(job.sequence, job);
    this.#counts.mostJobs = Math.max(this.#counts.mostJobs, this.#open.size);
    this.#audit.arrived(job);
    this.#waits.arrived(job);
    this.#hours.arrived();
    this.#tell(job, "pending");
    this.#advance();
  }

  #decide(): void {
    this.#counts.decisions++;
    this.#scheduler.takeEach(this.#nowMs, Infinity, (database, uuid) => {
      this.#take(this.#open.get(sequenceOf(uuid)), database);
    });
    this.#wakeupMs = this.#scheduler.wakeupAtMs(this.#nowMs);
  }

  #take(job: HostJob | undefined, database: string): void {
    if (job?.database !== database) throw new Error(`No job that is open was taken`);
    this.#counts.runs++;
    this.#audit.taken(job, this.#nowMs);
    this.#waits.taken(job, this.#nowMs);
    this.#hours.taken();
    job.runs++;
    this.#tell(job, "started");
    this.#await(job, job.plan.durationMs);
  }

  /** The run of a job is over, or somebody looks after a failed one. */
  #goOn(job: HostJob): void {
    this.#agenda.remove(job);
    if (job.state === "failed") {
      this.#counts.requeued++;
      job.isFailing = false;
      return this.#again(job, null);
    }
    this.#audit.ended(job);
    this.#hours.ended();
    if (job.retriesLeft > 0) {
      job.retriesLeft--;
      this.#counts.retried++;
      return this.#again(job, this.#nowMs + RETRY_MS);
    }
    if (job.isFailing) {
      this.#tell(job, "failed");
      if (this.#audit.isBlocking(job)) this.#await(job, REPAIR_MS);
      return;
    }
    this.#counts.done++;
    this.#open.delete(job.sequence);
    this.#audit.isOver(job);
    this.#tell(job, "done");
  }

  #again(job: HostJob, etaMs: number | null): void {
    job.etaMs = etaMs;
    job.dueMs = etaMs ?? this.#nowMs;
    this.#waits.again(job);
    this.#hours.waits();
    this.#tell(job, "pending");
  }

  #await(job: HostJob, durationMs: number): void {
    job.nextMs = this.#nowMs + durationMs;
    this.#agenda.push(job);
  }

  #tell(job: HostJob, state: HostJob["state"]): void {
    this.#counts.notices++;
    job.state = state;
    this.#scheduler.notify(job);
  }

  #advance(): void {
    this.#next = this.#arrivals.next().value ?? null;
  }

  /** Once an hour: walks over everything. */
  #look(): void {
    this.#counts.checks++;
    this.#scheduler.checkInvariants();
    this.#audit.compare(this.#open.size, this.#scheduler.jobCount);
  }

  #result(): HostDayResult {
    const hours = this.#hours;
    return {
      ...this.#counts,
      failed: [...this.#open.values()].filter((it) => it.state === "failed").length,
      mostWaiting: hours.mostWaiting,
      mostWaitingAtMs: hours.mostWaitingAtMs,
      places: this.#audit.rootCapacity,
      channelsMadeOnTheFly: this.#audit.madeOnTheFly,
      memoryBytes: this.#scheduler.memoryBytes,
      hours: this.#endedHours,
      flood: this.#waits.flood,
      waits: this.#waits.groups,
      endMs: this.#nowMs,
      faults: this.#audit.faults,
    };
  }
}
