import type { Timer, TimerSet } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Answer, Statement } from "../database/statement.ts";
import type { Logger } from "../log.ts";
import { FailedJobs } from "./failed_jobs.ts";
import type { InFlight } from "./in_flight.ts";
import type { Seen } from "./job_history.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import { StuckJobWatch, SUSPECT_AFTER_MS, UNASKED_GRACE_MS } from "./stuck_jobs.ts";
import type { Timing } from "./timing.ts";
import { UndatedJobs } from "./undated_jobs.ts";

export interface LostSearchOptions {
  readonly database: string;
  readonly inFlight: InFlight;
  readonly scheduler: LiveScheduler;
  readonly timers: TimerSet;
  readonly logger: Logger;
  readonly timing: Readonly<Pick<Timing, "requeueStartedAfterMs">>;
  readonly seen: Seen;
  /** A search may be due. */
  readonly onWork: () => void;
}

const KINDS = ["requeueLost", "requeueStarted", "listStuck", "countFailed"] as const;
type SearchKind = typeof KINDS[number];

const INTERVAL_MS = 10_000;
/** Counting those that failed may mean to read many rows: every third time. */
const COUNT_EVERY = 3;

/**
 * The search, again and again, for jobs that nobody runs: a round of statements, one after the
 * other. With them it is counted how many have failed.
 */
export class LostSearch {
  readonly stuck: StuckJobWatch;
  readonly failed: FailedJobs;
  readonly #options: LostSearchOptions;
  readonly #undated = new UndatedJobs();
  #timer: Timer | null = null;
  #isDue = false;
  #rest: SearchKind[] = [];
  #roundCount = 0;
  readonly #refusals = new Map<string, string>();

  constructor(options: LostSearchOptions) {
    this.#options = options;
    this.stuck = new StuckJobWatch(options);
    this.failed = new FailedJobs(options);
  }

  /** The next round is due after a while, if none is planned; one on the way is given up. */
  later(): void {
    this.#rest = [];
    this.#isDue = false;
    this.#timer ??= this.#options.timers.after(INTERVAL_MS, () => {
      this.#timer = null;
      this.#isDue = true;
      this.#options.onWork();
    });
  }

  /** The next statement of the round that is due, if one is. */
  statement(generation: KnownGeneration): Statement | null {
    if (this.#isDue) this.#rest = this.#round(generation);
    this.#isDue = false;
    const kind = this.#rest.shift();
    // It may have been switched off since the round began.
    const isOff = kind === "requeueStarted" && this.#options.timing.requeueStartedAfterMs === null;
    if (isOff) return this.statement(generation);
    return kind ? this.#statement(kind) : null;
  }

  /** A statement is on the way: a scan counts as well. */
  noteSent(statement: Statement): void {
    if (statement.kind === "countFailed") this.failed.countBegins(statement.sequentialChannels);
  }

  /** The server refused one: the jobs that it is about stay as they are, all others go on. */
  refused(kind: string, reason: string): void {
    const { logger, database } = this.#options;
    if (this.#refusals.get(kind) !== reason) {
      logger.error(`cannot look for dead jobs (${kind}): ${reason}`, database);
    }
    this.#refusals.set(kind, reason);
    this.#goOn();
  }

  /** One was answered. */
  completed(kind: SearchKind, { uuids, stuck, failedCounts }: Answer): void {
    const { logger, database, seen } = this.#options;
    this.#refusals.delete(kind);
    for (const uuid of uuids) {
      logger.warning(`job ${uuid} was found dead`, database);
      seen(uuid, "foundDead");
    }
    if (kind === "listStuck") {
      this.stuck.found(stuck);
      this.#undated.found(stuck);
    }
    if (kind === "countFailed") this.failed.countEnds(failedCounts);
    this.#goOn();
  }

  #round({ startGuard, hasJobLocks }: KnownGeneration): SearchKind[] {
    const isCounting = ++this.#roundCount % COUNT_EVERY === 0;
    const wantsStarted = this.#options.timing.requeueStartedAfterMs !== null;
    return [
      ...when(hasJobLocks || startGuard !== "none", "requeueLost"),
      // Where workers hold locks, these tell who is dead.
      ...when(!hasJobLocks && wantsStarted, "requeueStarted"),
      "listStuck",
      ...when(isCounting, "countFailed"),
    ];
  }

  #statement(kind: SearchKind): Statement {
    const { inFlight, scheduler, timing } = this.#options;
    const askedUuids = [...inFlight.all()].map((it) => it.uuid);
    switch (kind) {
      case "requeueLost":
        return {
          ...{ kind, askedUuids, graceMs: UNASKED_GRACE_MS },
          undatedUuids: this.#undated.foundBy(UNASKED_GRACE_MS / INTERVAL_MS),
        };
      case "requeueStarted":
        return { kind, askedUuids, afterMs: timing.requeueStartedAfterMs! };
      case "listStuck":
        return { kind, askedUuids, graceMs: UNASKED_GRACE_MS, suspectAfterMs: SUSPECT_AFTER_MS };
      case "countFailed":
        return { kind, sequentialChannels: scheduler.sequentialChannels() };
    }
  }

  #goOn(): void {
    if (this.#rest.length === 0) this.later();
    else this.#options.onWork();
  }
}

/** Whether a search makes such statements. */
export function isSearch({ kind }: Statement): boolean {
  return (KINDS as readonly string[]).includes(kind);
}

function when(condition: boolean, kind: SearchKind): SearchKind[] {
  return condition ? [kind] : [];
}
