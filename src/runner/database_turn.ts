import { TimerSet } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { JobRow } from "../database/job_row.ts";
import type { Answer, Statement } from "../database/statement.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import { Hold } from "./hold.ts";
import { InFlight, type InFlightJob } from "./in_flight.ts";
import { LostSearch } from "./lost_search.ts";
import { RowGate } from "./row_gate.ts";
import type { TurnOptions, TurnPhase } from "./turn_options.ts";
import { Worklist } from "./worklist.ts";

/**
 * What to do next for one database: events in, at most one statement out. No I/O. Phases:
 *
 *   lost      no session. Its waiting jobs have left the core; those in our hands stay, and go on
 *             counting.
 *   scanning  reads all jobs, and does all that `ready` does.
 *   ready     the core knows all jobs; notifications keep it so.
 *   held      something is wrong with this database alone: nothing of it is taken until a rescan
 *             after a while.
 *
 *   opened: lost → scanning · scan over: → ready · session lost: → lost ·
 *   statement refused, rows that do not move: → held · hold over, flood, new core: → scanning
 *
 * While no statement is on the way, `nextStatement` gives one: the next of the worklist, or the
 * search for jobs that nobody runs. What is notified meanwhile piles up and is read at once: that
 * makes many changes cheap, without a timer.
 */
export class DatabaseTurn {
  readonly inFlight = new InFlight(() => this.#options.onBegun());
  readonly #options: TurnOptions;
  readonly #timers: TimerSet;
  readonly #gate: RowGate;
  #generation: KnownGeneration | null = null;
  #phase: TurnPhase = "lost";
  #onTheWay: Statement | null = null;
  #isOvertaken = false; // what the statement on the way reads no longer counts
  readonly #work = new Worklist();
  readonly #search: LostSearch;
  readonly #hold: Hold;
  /** What the server refused last, and how often in a row. */
  #refusedKind: Statement["kind"] | null = null;
  #refusedCount = 0;
  #isStopping = false;
  #failedCounts: ReadonlyMap<string, number> = new Map();

  constructor(options: TurnOptions) {
    this.#options = options;
    const timers = this.#timers = new TimerSet(options.clock);
    this.#search = new LostSearch({ ...options, timers, inFlight: this.inFlight });
    this.#hold = new Hold({ ...options, timers, onOver: () => this.#startScan() });
    this.#gate = new RowGate({
      ...options,
      ...{ inFlight: this.inFlight, timers },
      mark: (uuid) => this.#mark(uuid),
      isResting: () => this.#phase === "held",
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
    return this.#phase === "held" ? this.#hold.reason : null;
  }

  /** Failed jobs that only count, by channel as their rows spell it. */
  get failedCounts(): ReadonlyMap<string, number> {
    return this.#failedCounts;
  }

  /** Nothing is in our hands but requests that Odoo has begun with. */
  get isDrained(): boolean {
    const isWithOdoo = (it: InFlightJob) => it.state === "asked" ? it.hasStarted : it.mayRun;
    return this.#gate.isSettled && [...this.inFlight.all()].every(isWithOdoo);
  }

  /** A new session listens and holds the lock. */
  opened(generation: KnownGeneration): void {
    this.#generation = generation;
    this.#startScan();
  }

  /** The session is gone, and with it the answer of a statement on the way. */
  lost(): void {
    if (this.#onTheWay?.kind === "claim") {
      for (const uuid of this.#onTheWay.uuids) this.inFlight.get(uuid)!.state = "unsure";
    }
    this.#onTheWay = null;
    this.#rest("lost");
  }

  /** Another runner leads the database: what is not in our hands is no business of ours. */
  leave(): void {
    this.inFlight.keepAsked();
    this.#options.scheduler.forgetDatabase(this.#options.database);
    this.refill();
  }

  /** The core has handed out a job. */
  take(uuid: string, channel: string): void {
    this.#work.addClaim(this.inFlight.add(uuid, channel));
    this.#options.onWork();
  }

  /** A row has changed. */
  notified(uuid: string): void {
    // The rescan after a hold reads it.
    if (this.#phase === "held") return;
    this.#mark(uuid);
    if (this.#work.isFlooded) this.#startScan();
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
    const maySearch = this.#phase === "ready" && !this.#isStopping;
    this.#onTheWay = statement ?? (maySearch ? this.#search.statement(this.#generation!) : null);
    this.#isOvertaken = false;
    return this.#onTheWay;
  }

  /** The statement on the way was answered. */
  completed(answer: Answer): void {
    const statement = this.#onTheWay!;
    if (statement.kind === this.#refusedKind) this.#refusedCount = 0;
    const isOvertaken = this.#isOvertaken && isReading(statement);
    this.#onTheWay = null;
    if (!isOvertaken) this.#complete(statement, answer);
    else if (statement.kind === "read") statement.uuids.forEach((uuid) => this.notified(uuid));
    this.#options.onChange();
    this.#options.onWork();
  }

  /** The server refused the statement on the way: it had no effect. */
  refused(reason: string): void {
    const statement = this.#onTheWay!;
    this.#onTheWay = null;
    if (statement.kind === "requeueLost") return this.#search.refused(reason);
    if (statement.kind === "claim") statement.uuids.forEach((uuid) => this.#giveUp(uuid));
    this.#refusedKind = statement.kind;
    this.#holdBack(reason, ++this.#refusedCount, statement.kind);
  }

  /** The core was made anew and is empty: what is in our hands runs, all else is read again. */
  refill(): void {
    const { scheduler, database } = this.#options;
    const unknown = { sequence: 0, createdMs: null, priority: null, etaMs: null };
    for (const { uuid, channel } of this.inFlight.all()) {
      scheduler.notify({ ...unknown, database, uuid, channel, state: "enqueued" });
    }
    if (this.#phase === "scanning" || this.#phase === "ready") this.#startScan();
  }

  /** No more claims; what is claimed but not asked for is put back. */
  stop(): void {
    this.#isStopping = true;
    this.#dropClaims();
    this.#work.scan = null;
    this.#gate.hurry();
    this.#options.onWork();
  }

  /** Ends all timers. */
  close(): void {
    this.#timers.cancelAll();
  }

  #complete(statement: Statement, { rows, uuids, failedCounts }: Answer): void {
    switch (statement.kind) {
      case "claim":
        return this.#completeClaim(statement, new Set(uuids));
      case "putBack":
        for (const uuid of uuids) this.inFlight.remove(uuid);
        for (const uuid of statement.uuids) this.#mark(uuid);
        return;
      case "read": {
        this.#apply(rows);
        if (rows.length === statement.uuids.length) return;
        const found = new Set(rows.map((it) => it.uuid));
        for (const uuid of statement.uuids) if (!found.has(uuid)) this.#gate.applyMissing(uuid);
        return;
      }
      case "requeueLost":
        for (const uuid of uuids) this.notified(uuid);
        return this.#search.end(uuids);
      case "countFailed":
        this.#failedCounts = failedCounts;
        return this.#completeScan();
      case "scanCounted":
      case "scanWaiting":
        this.#apply(rows);
        this.#work.scan?.advance({ rows, uuids, failedCounts });
    }
  }

  #apply(rows: readonly JobRow[]): void {
    for (const row of rows) this.#gate.apply(row, this.#generation!.startGuard);
  }

  #mark(uuid: string): void {
    if (this.#phase === "lost") return;
    this.#work.mark(uuid);
    this.#options.onWork();
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
  }

  #startScan(): void {
    if (this.#isStopping) return;
    this.#hold.cancel();
    this.#phase = "scanning";
    this.#overtake();
    this.#work.startScan();
    this.#options.scheduler.beginScan(this.#options.database);
    for (const uuid of this.#gate.unsettled()) this.#work.mark(uuid);
    this.#search.later();
    this.#options.onWork();
  }

  #holdBack(reason: string, count: number, doing?: Statement["kind"]): void {
    if (this.#phase === "held" || this.#phase === "lost") return;
    this.#rest("held");
    // What is in our hands goes its way all the same.
    for (const uuid of this.#gate.unsettled()) this.#mark(uuid);
    this.#hold.begin(reason, count, doing);
  }

  /** Nothing of it is taken: its waiting jobs leave the core. */
  #rest(phase: "lost" | "held"): void {
    const { scheduler, database, onChange } = this.#options;
    this.#hold.cancel();
    this.#phase = phase;
    this.#overtake();
    this.#work.clearReads();
    this.#dropClaims();
    scheduler.parkDatabase(database);
    onChange();
  }

  /** What is being read is older: the core forgets, or a scan would believe to see it. */
  #overtake(): void {
    this.#isOvertaken = this.#onTheWay !== null;
  }

  #dropClaims(): void {
    for (const { uuid } of this.#work.dropClaims()) this.#giveUp(uuid);
  }

  /** What was taken but not claimed stays `pending` in its row. */
  #giveUp(uuid: string): void {
    this.inFlight.remove(uuid);
    this.#options.scheduler.forget(this.#options.database, uuid);
  }
}

function isReading({ kind }: Statement): boolean {
  return ["read", "scanCounted", "scanWaiting", "countFailed"].includes(kind);
}
