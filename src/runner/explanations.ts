import type { Clock } from "../clock.ts";
import type { ConnectionSettings } from "../database/connection.ts";
import { readJobDetails } from "../database/job_details.ts";
import type { Explanation, PathChannel } from "../scheduler/mod.ts";
import { sentenceOf, told, toldChange } from "../sentences.ts";
import type { RunnerPhase } from "../status.ts";
import type { SteerTarget } from "../steering.ts";
import type {
  ChannelWhy,
  DatabaseWhy,
  Explainer,
  HostReason,
  JobsWhy,
  JobWhy,
  OperatorChange,
  Reason,
  ToldChange,
  ToldReason,
} from "../why.ts";
import { ChannelJobs } from "./channel_jobs.ts";
import type { JobHistory } from "./job_history.ts";
import { JobReader, type Read } from "./job_reader.ts";
import type { JobRequests } from "./job_requests.ts";
import { type JobFacts, jobReasons } from "./job_reasons.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import { databaseStatusOf, withFailed } from "./runner_status.ts";
import type { OpenReads } from "./open_reads.ts";
import type { Served } from "./served_databases.ts";
import type { Steering } from "./steering.ts";
import { Slots } from "./slots.ts";

export interface ExplanationsOptions {
  readonly clock: Clock;
  readonly connection: ConnectionSettings;
  readonly reads: OpenReads;
  readonly scheduler: LiveScheduler;
  readonly requests: JobRequests;
  readonly history: JobHistory;
  readonly steering: Pick<Steering, "pauseOf" | "wishOf">;
  readonly phase: () => RunnerPhase;
  /** Nothing is taken before the jobs of all databases are read. */
  readonly isReading: () => boolean;
  readonly served: (database: string) => Served | undefined;
  /** Names of all that are served. */
  readonly databases: () => readonly string[];
}

type ReadRow = Pick<JobFacts, "row" | "hasJobLocks">;

const NO_ROW = { value: null, problem: null } as const;

/**
 * Why jobs do not run: what the scheduler says, why the runner takes nothing, and what the row
 * itself says. It changes nothing, and a database that we do not lead can be asked as well.
 */
export class Explanations implements Explainer {
  readonly #options: ExplanationsOptions;
  readonly #reader: JobReader;
  readonly #jobs: ChannelJobs;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
    this.#reader = new JobReader({ ...options, slots: new Slots(options.clock) });
    this.#jobs = new ChannelJobs(options);
  }

  async explain(database: string | null, uuid: string): Promise<JobsWhy> {
    const names = database === null ? this.#options.databases() : [database];
    const read = await Promise.all(names.map((name) => this.#job(name, uuid)));
    const seen = this.#options.history.of(uuid);
    const jobs = read.map((it) => ({ ...it, history: seen.get(it.database) ?? [] }));
    // Rows go when their jobs have long been done.
    const isWanted = ({ reasons, history }: JobWhy) => {
      return database !== null || reasons[0]?.kind !== "missing" || history.length > 0;
    };
    return { uuid, jobs: jobs.filter(isWanted), asked: names.length };
  }

  explainChannel(channel: string): ChannelWhy | null {
    const nowMs = this.#options.clock.nowMs();
    const explained = this.#options.scheduler.explainChannel(channel);
    if (explained?.state === "unknown") return null;
    const { reasons = [], waitsAt = null } = explained ?? {};
    const path = this.#pathOf(explained);
    const all = this.#told([...this.#runnerHolds(), ...reasons], nowMs);
    const name = path[0]?.name ?? channel;
    const answer = sentenceOf(`A job that comes to channel ${name} now`, all);
    const full = reasons.find((it) => it.kind === "full")?.channel ?? name;
    return {
      ...{ channel: name, nowMs, answer, waitsAt, path },
      reasons: all,
      running: this.#jobs.runningIn(full),
      changes: this.#changesOf(name),
    };
  }

  explainDatabase(database: string): DatabaseWhy {
    const { clock, scheduler, served: find } = this.#options;
    const nowMs = clock.nowMs();
    const reasons = this.#told(this.#holds(database), nowMs);
    const served = find(database);
    return {
      ...{ database, nowMs, reasons },
      answer: sentenceOf(`Database ${database}`, reasons),
      status: served ? databaseStatusOf(served, scheduler) : null,
    };
  }

  async #job(database: string, uuid: string): Promise<Omit<JobWhy, "history">> {
    const { served: find, clock, scheduler } = this.#options;
    const served = find(database);
    const { value, problem } = served ? await this.#read(database, uuid) : NO_ROW;
    const { row = null, hasJobLocks = false } = value ?? {};
    // What is known without waiting, all of one moment.
    const nowMs = clock.nowMs();
    const explained = scheduler.explain(database, uuid);
    const found: Reason[] = served
      ? jobReasons({
        ...{ uuid, nowMs, row, problem, hasJobLocks, explained },
        inHands: served.turn.inFlight.get(uuid),
        stuck: served.turn.stuck,
        holds: this.#holds(database),
        isRead: served.turn.phase === "ready",
      })
      : this.#holds(database);
    const reasons = this.#told(found, nowMs);
    const { state: known = "unknown", waitsAt = null } = explained ?? {};
    const path = this.#pathOf(explained);
    const answer = sentenceOf(`Job ${uuid} of database ${database}`, reasons);
    return { ...{ database, uuid, nowMs, answer, reasons, row, known }, waitsAt, path };
  }

  #read(database: string, uuid: string): Promise<Read<ReadRow>> {
    return this.#reader.read(database, async (session, generation) => ({
      row: await readJobDetails(session, generation, uuid),
      hasJobLocks: generation.hasJobLocks,
    }));
  }

  #pathOf(explained: Explanation | null): PathChannel[] {
    if (explained === null || explained.path.length === 0) return [];
    const { databases, served } = this.#options;
    return withFailed(explained.path, databases().map((it) => served(it)!));
  }

  /** Why nothing of a database is taken. */
  #holds(database: string): HostReason[] {
    const served = this.#options.served(database);
    const runner = this.#runnerHolds();
    const pause = this.#pausedBy({ what: "database", name: database });
    const holds = pause ? [...runner, pause] : runner;
    if (!served) {
      const state = "unserved";
      return [...holds, { kind: "database", state, reason: null, sinceMs: null }];
    }
    const { state, reason, sinceMs } = served.link.status;
    const isWell = state === "ready" || served.turn.phase === "paused";
    return isWell ? holds : [...holds, { kind: "database", state, reason, sinceMs }];
  }

  #pausedBy(target: SteerTarget): HostReason | null {
    const pause = this.#options.steering.pauseOf(target);
    return pause && { kind: "pausedBy", ...pause };
  }

  /** What operators have changed of a channel, but a pause. */
  #changesOf(channel: string): ToldChange[] {
    const { steering, scheduler } = this.#options;
    const { pause, capacity } = steering.wishOf(channel);
    const changes: OperatorChange[] = [];
    if (pause?.isPaused === false) {
      changes.push({ kind: "resumed", by: pause.by, sinceMs: pause.sinceMs });
    }
    if (capacity) {
      const configured = scheduler.configuredChannel(channel);
      const other = configured && { configured: configured.capacity };
      changes.push({ kind: "capacity", ...capacity, ...other });
    }
    return changes.map(toldChange);
  }

  /** The scheduler knows that a channel is closed, and not by whom. */
  #told(reasons: readonly Reason[], nowMs: number): ToldReason[] {
    const byWhom = (it: Reason): Reason => {
      if (it.kind !== "paused") return this.#jobs.named(it);
      return this.#pausedBy({ what: "channel", name: it.channel }) ?? it;
    };
    return reasons.map((it) => told(byWhom(it), nowMs));
  }

  /** Why nothing is taken at all. */
  #runnerHolds(): HostReason[] {
    const { phase: readPhase, isReading, scheduler, requests } = this.#options;
    const phase = readPhase();
    if (phase !== "running") return [{ kind: "runner", phase }];
    const pause = this.#pausedBy({ what: "everything", name: null });
    const holds = pause ? [pause] : [];
    if (isReading()) holds.push({ kind: "reading" });
    const { state, reason } = scheduler.status;
    if (state !== "deciding") holds.push({ kind: "scheduler", state, reason });
    const { url, open, reason: away, sinceMs, waiting } = requests.status;
    if (!open) holds.push({ kind: "odoo", url, reason: away, sinceMs });
    else if (requests.allowance <= 0) holds.push({ kind: "backPressure", waiting });
    return holds;
  }
}
