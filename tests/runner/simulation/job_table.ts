import type { KnownGeneration } from "../../../src/database/generation.ts";
import type { JobRow, StuckRow } from "../../../src/database/job_row.ts";
import { type Answer, NO_ANSWER, type Statement } from "../../../src/database/statement.ts";

/** A row of `queue_job`. */
export interface TableJob {
  readonly uuid: string;
  readonly id: number;
  channel: string | null;
  state: string;
  priority: number | null;
  readonly createdMs: number | null;
  etaMs: number | null;
  enqueuedMs: number | null;
  startedMs: number | null;
  retry: number;
  readonly maxRetries: number;
  /** Which write of a stock runner has enqueued it last; 0: none. */
  foreignMark: number;
  /** Counts its writes. */
  version: number;
  /** A transaction of Odoo or of a user holds it. */
  isHeld: boolean;
  /** A worker holds its row of `queue_job_lock`. */
  hasWorker: boolean;
}

export type Changes = Partial<
  Pick<TableJob, "channel" | "state" | "priority" | "etaMs" | "enqueuedMs" | "startedMs" | "retry">
>;

/** Who hears of changes. */
export interface Listener {
  hear(uuid: string): void;
}

type NewJob = Pick<
  TableJob,
  "uuid" | "channel" | "state" | "priority" | "createdMs" | "etaMs" | "maxRetries"
>;

const DEAD_AFTER_MS = 10_000;

/** `queue_job` of one database. Statements mean what their SQL in `queries.ts` means. */
export class JobTable {
  readonly #jobs = new Map<string, TableJob>();
  readonly #listeners = new Set<Listener>();
  #lastId = 0;
  /** How far the server's clock is ahead. */
  skewMs = 0;

  constructor(readonly database: string, readonly generation: KnownGeneration) {}

  get(uuid: string): TableJob | undefined {
    return this.#jobs.get(uuid);
  }

  all(): TableJob[] {
    return [...this.#jobs.values()];
  }

  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  unlisten(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  insert(job: NewJob): void {
    const own = {
      enqueuedMs: null,
      startedMs: null,
      retry: 0,
      foreignMark: 0,
      version: 0,
      isHeld: false,
      hasWorker: false,
    };
    this.#jobs.set(job.uuid, { ...job, ...own, id: ++this.#lastId });
    this.#notify(job.uuid);
  }

  /** Commits a change of one row. */
  write(job: TableJob, changes: Changes): void {
    Object.assign(job, changes);
    job.version++;
    this.#notify(job.uuid);
  }

  /** The trigger says nothing of a job that is done. */
  remove(job: TableJob): void {
    this.#jobs.delete(job.uuid);
    if (job.state !== "done") this.#notify(job.uuid);
  }

  /** Carries out and commits a statement in one instant. */
  execute(statement: Statement, ourMs: number): Answer {
    const nowMs = ourMs + this.skewMs;
    switch (statement.kind) {
      case "claim":
        return this.#update(this.#chosen(statement.uuids, "pending"), () => ({
          state: "enqueued",
          enqueuedMs: statement.enqueuedSeconds * 1000,
        }));
      case "putBack":
        return this.#update(
          this.#chosen(statement.uuids, "enqueued").filter((it) => {
            const seconds = statement.enqueuedSeconds[statement.uuids.indexOf(it.uuid)]!;
            return it.enqueuedMs === seconds * 1000;
          }),
          () => PUT_BACK,
        );
      case "read":
        return rowsOf(this.all().filter((it) => statement.uuids.includes(it.uuid)));
      case "scanCounted":
        return this.#page(
          statement.afterId,
          (it) =>
            isCounted(it) || (it.state === "failed" && isIn(it, statement.sequentialChannels)),
        );
      case "scanWaiting":
        return this.#page(
          statement.afterId,
          ({ state }) => state === "pending" || state === "wait_dependencies",
        );
      case "countFailed":
        return { ...NO_ANSWER, failedCounts: this.#failedCounts(statement.sequentialChannels) };
      case "requeueLost":
        return this.#requeueLost(statement, nowMs);
      case "requeueStarted":
        return this.#requeueStarted(statement, nowMs);
      case "listStuck":
        return this.#listStuck(statement, nowMs);
    }
  }

  #page(afterId: number, isChosen: (job: TableJob) => boolean): Answer {
    return rowsOf(this.all().filter((it) => it.id > afterId && isChosen(it)));
  }

  #chosen(uuids: readonly string[], state: string): TableJob[] {
    return this.all().filter((it) => uuids.includes(it.uuid) && it.state === state && !it.isHeld);
  }

  #update(jobs: readonly TableJob[], changesOf: (job: TableJob) => Changes): Answer {
    for (const job of jobs) this.write(job, changesOf(job));
    return { ...NO_ANSWER, uuids: jobs.map((it) => it.uuid) };
  }

  #requeueLost(
    { askedUuids, graceMs, undatedUuids }: Statement & { kind: "requeueLost" },
    nowMs: number,
  ): Answer {
    const { hasJobLocks } = this.generation;
    const afterMs = hasJobLocks ? DEAD_AFTER_MS : graceMs;
    const isOld = ({ uuid, state, enqueuedMs }: TableJob) =>
      enqueuedMs === null
        ? state === "enqueued" && undatedUuids.includes(uuid)
        : enqueuedMs < nowMs - afterMs;
    const lost = this.all().filter((it) =>
      (it.state === "enqueued" || (hasJobLocks && it.state === "started")) && isOld(it) &&
      !askedUuids.includes(it.uuid) && !it.isHeld && !it.hasWorker
    );
    return this.#update(lost, hasJobLocks ? bury : () => PUT_BACK);
  }

  #requeueStarted(
    { askedUuids, afterMs }: Statement & { kind: "requeueStarted" },
    nowMs: number,
  ): Answer {
    const old = this.all().filter((it) =>
      it.state === "started" && !it.isHeld && !askedUuids.includes(it.uuid) &&
      it.startedMs !== null && it.startedMs < nowMs - afterMs
    );
    return this.#update(old, bury);
  }

  #listStuck(
    { askedUuids, graceMs, suspectAfterMs }: Statement & { kind: "listStuck" },
    nowMs: number,
  ): Answer {
    const { hasJobLocks } = this.generation;
    const stuck = this.all().filter((it) => isCounted(it) && !askedUuids.includes(it.uuid))
      .filter((it) => !hasJobLocks || it.state === "enqueued" || it.enqueuedMs === null)
      .map(({ uuid, channel, state, enqueuedMs, startedMs }) => {
        const sinceMs = state === "enqueued" ? enqueuedMs : startedMs;
        return { uuid, channel: channel ?? "root", state: state as StuckRow["state"], sinceMs };
      })
      .filter(({ state, sinceMs }) =>
        sinceMs === null || sinceMs < nowMs - (state === "enqueued" ? graceMs : suspectAfterMs)
      );
    const countOf = (state: string) => stuck.filter((it) => it.state === state).length;
    return { ...NO_ANSWER, stuck: stuck.map((it) => ({ ...it, count: countOf(it.state) })) };
  }

  #failedCounts(sequentialChannels: readonly string[]): Map<string, number> {
    const counts = new Map<string, number>();
    for (const job of this.all()) {
      if (job.state !== "failed" || isIn(job, sequentialChannels)) continue;
      const channel = job.channel ?? "root";
      counts.set(channel, (counts.get(channel) ?? 0) + 1);
    }
    return counts;
  }

  #notify(uuid: string): void {
    for (const listener of this.#listeners) listener.hear(uuid);
  }
}

const PUT_BACK = { state: "pending", enqueuedMs: null, startedMs: null } as const;

/** A dead job is to run again, unless it has died too often. */
function bury(job: TableJob): Changes {
  if (job.maxRetries !== 0 && job.retry > job.maxRetries) return { ...PUT_BACK, state: "failed" };
  return { ...PUT_BACK, retry: job.retry + (job.state === "started" ? 1 : 0) };
}

/** It takes a place. */
export function isCounted({ state }: TableJob): boolean {
  return state === "enqueued" || state === "started";
}

function isIn(job: TableJob, channels: readonly string[]): boolean {
  return channels.includes(job.channel ?? "root");
}

function rowsOf(jobs: readonly TableJob[]): Answer {
  const rows = jobs.map((
    { uuid, channel, state, priority, id, createdMs, etaMs, enqueuedMs },
  ): JobRow => (
    { uuid, channel, state, priority, sequence: id, createdMs, etaMs, enqueuedMs }
  ));
  return { ...NO_ANSWER, rows };
}
