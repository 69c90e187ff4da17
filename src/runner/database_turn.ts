import { backoffMs } from "../backoff.ts";
import { type Clock, type Timer, TimerSet } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Answer, Statement } from "../database/statement.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import type { Logger } from "../log.ts";
import { InFlight, type InFlightJob } from "./in_flight.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import { RowGate } from "./row_gate.ts";
import { Worklist } from "./worklist.ts";

export interface TurnOptions {
  readonly database: string;
  readonly scheduler: LiveScheduler;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Opens the one request for a claimed job; `answered` brings its outcome. */
  readonly ask: (uuid: string, generation: KnownGeneration) => void;
  /** Lets an open request go, whose job is over. */
  readonly letGo: (uuid: string) => void;
  /** A job may have become ready, or the phase has changed. */
  readonly onChange: () => void;
  /** `nextStatement` may have one. */
  readonly onWork: () => void;
}

/** What a turn shows of itself. */
export type TurnPhase = "lost" | "scanning" | "ready" | "held";

const HOLD_BACKOFF = { firstMs: 1_000, longestMs: 60_000 };
/** How often jobs are looked for that nobody runs. */
const SEARCH_INTERVAL_MS = 10_000;
/** An enqueued job that no request of ours is about is asked for again after this, where that does no harm. */
const UNASKED_GRACE_MS = 60_000;

/**
 * What to do next for one database: events in, at most one statement out. No I/O. Phases:
 *
 *   lost      no session. Its waiting jobs have left the core; those in our hands stay, and go on counting.
 *   scanning  reads all jobs, and does all that `ready` does.
 *   ready     the core knows all jobs; notifications keep it so.
 *   held      something is wrong with this database alone: nothing of it is taken until a rescan after a while.
 *
 *   opened: lost → scanning · scan over: → ready · statement refused, rows that do not move: → held ·
 *   hold over, flood of notifications: → scanning · session lost: → lost
 *
 * While no statement is on the way, `nextStatement` gives one: the next of the worklist, or the search for jobs that
 * nobody runs. What is notified meanwhile piles up and is read at once: that makes many changes cheap, without a timer.
 */
export class DatabaseTurn {
  readonly inFlight = new InFlight();
  readonly #options: TurnOptions;
  readonly #timers: TimerSet;
  readonly #gate: RowGate;
  #generation: KnownGeneration | null = null;
  #phase: TurnPhase = "lost";
  #reason: string | null = null;
  #onTheWay: Statement | null = null;
  readonly #work = new Worklist();
  #search: Timer | null = null;
  #isSearchDue = false;
  #hold: Timer | null = null;
  #refusedCount = 0;
  #isStopping = false;
  #failedCounts: ReadonlyMap<string, number> = new Map();

  constructor(options: TurnOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
    this.#gate = new RowGate({
      ...options,
      inFlight: this.inFlight,
      timers: this.#timers,
      mark: (uuid) => this.notified(uuid),
      putBack: (job) => {
        this.#work.addPutBack(job);
        options.onWork();
      },
      onUnmoved: (reason, count) => this.#holdBack(reason, count),
    });
  }

  get phase(): TurnPhase {
    return this.#phase;
  }

  /** Why it is held. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Those of its jobs that take places are counted. */
  get hasCounted(): boolean {
    return this.#phase === "ready" || this.#work.scan?.hasCounted === true;
  }

  /** Failed jobs that only count, by channel as their rows spell it. */
  get failedCounts(): ReadonlyMap<string, number> {
    return this.#failedCounts;
  }

  /** Nothing is in our hands but requests that Odoo has begun with. */
  get isDrained(): boolean {
    return [...this.inFlight.all()].every((it) => it.state === "asked" && it.hasStarted);
  }

  /** A new session listens and holds the lock. */
  opened(generation: KnownGeneration): void {
    this.#generation = generation;
    this.#startScan();
    for (const uuid of this.#gate.unsettled()) this.#work.mark(uuid);
    this.#searchLater();
    this.#options.onWork();
  }

  /** The session is gone, and with it the answer of a statement on the way. */
  lost(): void {
    if (this.#onTheWay?.kind === "claim") {
      for (const uuid of this.#onTheWay.uuids) this.inFlight.get(uuid)!.state = "unsure";
    }
    this.#onTheWay = null;
    this.#rest("lost", null);
  }

  /** The core has handed out a job. */
  take(uuid: string, channel: string): void {
    this.#work.addClaim(this.inFlight.add(uuid, channel));
    this.#options.onWork();
  }

  /** A row has changed. */
  notified(uuid: string): void {
    if (this.#phase === "lost" || this.#phase === "held") return;
    this.#work.mark(uuid);
    if (this.#work.isFlooded) this.#startScan();
    this.#options.onWork();
  }

  /** A request is over. */
  answered(uuid: string, outcome: Outcome): void {
    const job = this.inFlight.get(uuid);
    if (job?.state !== "asked") return;
    this.#gate.noteOutcome(job, outcome);
  }

  /** What to do next, if anything and nothing is on the way. */
  nextStatement(): Statement | null {
    if (this.#phase === "lost" || this.#onTheWay) return null;
    const { scheduler, clock } = this.#options;
    const statement = this.#work.next(clock.nowMs(), () => scheduler.sequentialChannels());
    if (statement?.kind === "read") this.#gate.noteReading(statement.uuids);
    this.#onTheWay = statement ?? this.#searchLost();
    return this.#onTheWay;
  }

  /** The statement on the way was answered. */
  completed(answer: Answer): void {
    const statement = this.#onTheWay!;
    this.#onTheWay = null;
    this.#complete(statement, answer);
    this.#options.onChange();
    this.#options.onWork();
  }

  /** The server refused the statement on the way: it had no effect. */
  refused(reason: string): void {
    const statement = this.#onTheWay!;
    this.#onTheWay = null;
    if (statement.kind === "claim") {
      for (const uuid of statement.uuids) {
        this.inFlight.remove(uuid);
      }
    }
    this.#holdBack(`cannot ${statement.kind}: ${reason}`, ++this.#refusedCount);
  }

  /** The core was made anew and is empty: what is in our hands runs, all else is read again. */
  refill(): void {
    const { scheduler, database } = this.#options;
    const unknown = { sequence: 0, createdMs: null, priority: null, etaMs: null };
    for (const { uuid, channel } of this.inFlight.all()) {
      scheduler.notify({ ...unknown, database, uuid, channel, state: "enqueued" });
    }
    if (this.#phase === "scanning" || this.#phase === "ready") this.#startScan();
    this.#options.onWork();
  }

  /** No more claims; what is claimed but not asked for is put back. */
  stop(): void {
    this.#isStopping = true;
    this.#dropClaims();
    this.#work.scan = null;
    this.#options.onWork();
  }

  /** Ends all timers. */
  close(): void {
    this.#timers.cancelAll();
  }

  #complete(statement: Statement, { rows, uuids, failedCounts }: Answer): void {
    const guard = this.#generation!.startGuard;
    switch (statement.kind) {
      case "claim":
        return this.#completeClaim(statement, new Set(uuids));
      case "putBack":
        for (const uuid of uuids) this.inFlight.remove(uuid);
        for (const uuid of statement.uuids) this.notified(uuid);
        return;
      case "read": {
        for (const row of rows) this.#gate.apply(row, guard);
        if (rows.length === statement.uuids.length) return;
        const found = new Set(rows.map((it) => it.uuid));
        for (const uuid of statement.uuids) if (!found.has(uuid)) this.#gate.applyMissing(uuid);
        return;
      }
      case "requeueLost":
        for (const uuid of uuids) {
          this.#options.logger.warning(
            `job ${uuid} was found dead and put back`,
            this.#options.database,
          );
          this.notified(uuid);
        }
        return this.#searchLater();
      case "countFailed":
        this.#failedCounts = failedCounts;
        return this.#completeScan();
      case "scanCounted":
      case "scanWaiting":
        for (const row of rows) this.#gate.apply(row, guard);
        this.#work.scan?.advance({ rows, uuids, failedCounts });
    }
  }

  #completeClaim(statement: Statement & { kind: "claim" }, claimed: ReadonlySet<string>): void {
    for (const uuid of statement.uuids) {
      const job = this.inFlight.get(uuid)!;
      const wantsReading = job.wantsReading;
      job.wantsReading = false;
      if (!claimed.has(uuid)) this.#gate.noteSkipped(job);
      else if (this.#isStopping) this.#gate.putBackIn(job, 0);
      else {
        job.state = "asked";
        this.#gate.noteClaimed(job);
        this.#options.ask(uuid, this.#generation!);
      }
      if (wantsReading) this.notified(uuid);
    }
  }

  #completeScan(): void {
    const { scheduler, database } = this.#options;
    if (!this.#work.scan) return;
    this.#work.scan = null;
    for (const { uuid } of this.inFlight.all()) scheduler.touch(database, uuid);
    scheduler.sweep(database);
    this.#phase = "ready";
    this.#refusedCount = 0;
  }

  #searchLost(): Statement | null {
    const guard = this.#generation!.startGuard;
    if (!this.#isSearchDue || this.#phase !== "ready" || guard === "none" || this.#isStopping) {
      return null;
    }
    this.#isSearchDue = false;
    const askedUuids = [...this.inFlight.all()].map((it) => it.uuid);
    return { kind: "requeueLost", askedUuids, graceMs: UNASKED_GRACE_MS };
  }

  #searchLater(): void {
    this.#search ??= this.#timers.after(SEARCH_INTERVAL_MS, () => {
      this.#search = null;
      this.#isSearchDue = true;
      this.#options.onWork();
    });
  }

  #startScan(): void {
    if (this.#isStopping) return;
    this.#hold?.cancel();
    this.#hold = null;
    this.#phase = "scanning";
    this.#work.startScan();
    this.#options.scheduler.beginScan(this.#options.database);
  }

  #holdBack(reason: string, count: number): void {
    if (this.#phase === "held" || this.#phase === "lost") return;
    const delayMs = HOLD_BACKOFF.firstMs / 2 +
      backoffMs(HOLD_BACKOFF, count, this.#options.random());
    if (count === 1 || this.#reason !== reason) {
      this.#options.logger.error(
        `no jobs of this database are taken for a while: ${reason}`,
        this.#options.database,
      );
    }
    this.#rest("held", reason);
    this.#hold = this.#timers.after(delayMs, () => {
      this.#startScan();
      this.#options.onWork();
    });
  }

  /** Nothing of it is taken: its waiting jobs leave the core. */
  #rest(phase: "lost" | "held", reason: string | null): void {
    const { scheduler, database, onChange } = this.#options;
    this.#hold?.cancel();
    this.#hold = null;
    this.#phase = phase;
    this.#reason = reason;
    this.#work.clearReads();
    this.#dropClaims();
    scheduler.parkDatabase(database);
    onChange();
  }

  /** What was taken but not claimed stays `pending` in its row. */
  #dropClaims(): void {
    for (const { uuid } of this.#work.dropClaims()) {
      this.inFlight.remove(uuid);
      this.#options.scheduler.forget(this.#options.database, uuid);
    }
  }
}
