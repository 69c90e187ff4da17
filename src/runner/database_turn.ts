import { TimerSet } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Answer, Statement } from "../database/statement.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import { Claims } from "./claims.ts";
import { InFlight } from "./in_flight.ts";
import { isSearch, LostSearch } from "./lost_search.ts";
import { OnTheWay } from "./on_the_way.ts";
import { Resting } from "./resting.ts";
import { RowGate } from "./row_gate.ts";
import type { ShownStuckJobs } from "./stuck_jobs.ts";
import type { TurnOptions, TurnPhase } from "./turn_options.ts";
import { Worklist } from "./worklist.ts";

/**
 * What to do next for one database: events in, at most one statement out. No I/O. Phases:
 *
 *   lost      no session. Its waiting jobs have left the core; those in our hands stay, and go on
 *             counting.
 *   scanning  reads all jobs, and does all that `ready` does.
 *   ready     the core knows all jobs; notifications keep it so.
 *   held      something is wrong with this database alone: nothing is taken until a later scan.
 *   foreign   another runner is at work: nothing is taken, but all that runs is counted.
 *   paused    an operator wants nothing to be taken; all that runs is counted.
 *
 *   opened: lost → scanning · scan over: → ready, foreign or paused · session lost: → lost ·
 *   statement refused, rows that do not move: → held · row enqueued by another: ready → foreign ·
 *   hold over, flood, new core, room in a full core, other runner quiet, paused, resumed:
 *   → scanning · stop, or opened after it: → ready, though only what is in our hands is read
 *
 * While no statement is on the way, `nextStatement` gives one: the next of the worklist, or the
 * search for jobs that nobody runs. What is notified meanwhile piles up and is read at once.
 */
export class DatabaseTurn {
  readonly inFlight: InFlight;
  readonly #options: TurnOptions;
  readonly #timers: TimerSet;
  readonly #gate: RowGate;
  #generation: KnownGeneration | null = null;
  #phase: TurnPhase = "lost";
  readonly #onTheWay: OnTheWay;
  readonly #work = new Worklist();
  readonly #search: LostSearch;
  readonly #claims: Claims;
  readonly #resting: Resting;

  constructor(options: TurnOptions) {
    this.#options = options;
    const timers = this.#timers = new TimerSet(options.clock);
    const inFlight = this.inFlight = new InFlight(options);
    const parts = { ...options, timers, inFlight, onOver: () => this.#startScan() };
    const { stuck, failed } = this.#search = new LostSearch(parts);
    const { hold, foreign } = this.#resting = new Resting(parts);
    this.#gate = new RowGate({
      ...{ ...parts, failed, foreign },
      mark: (uuid) => this.#mark(uuid),
      isResting: () => this.#resting.isIn(this.#phase),
      putBack: (job) => {
        this.#work.addPutBack(job);
        options.onWork();
      },
      onUnmoved: (reason, count) => this.#holdBack(() => hold.begin(reason, count)),
      onStranded: ({ uuid, enqueuedMs }) => stuck.noteStranded(uuid, enqueuedMs),
      onForeign: (uuid) => this.#meetForeign(uuid),
    });
    this.#onTheWay = new OnTheWay(timers, this.#gate);
    this.#claims = new Claims({
      ...parts,
      ...{ work: this.#work, gate: this.#gate, foreign },
      notified: (uuid) => this.notified(uuid),
    });
  }

  get phase(): TurnPhase {
    return this.#phase;
  }

  /** All its jobs are known. */
  get isRead(): boolean {
    return ["ready", "foreign", "paused"].includes(this.#phase);
  }

  /** Why nothing of it is taken. */
  get reason(): string | null {
    return this.#resting.reasonIn(this.#phase);
  }

  /** Failed jobs that only count, by channel as their rows spell it. */
  get failedCounts(): ReadonlyMap<string, number> {
    return this.#search.failed.counts;
  }

  get stuck(): ShownStuckJobs {
    return this.#search.stuck.shown(this.#options.clock.nowMs());
  }

  /** Nothing is in our hands but requests that Odoo has begun with. */
  get isDrained(): boolean {
    return this.#gate.isDrained;
  }

  /** A new session listens and holds the lock. */
  opened(generation: KnownGeneration): void {
    this.#generation = generation;
    this.#phase = "scanning";
    this.#startScan();
  }

  /** The session is gone, and with it the answer of a statement on the way. */
  lost(): void {
    const statement = this.#onTheWay.end();
    if (statement?.kind === "claim") this.#claims.lost(statement);
    this.#rest("lost");
  }

  /** Another runner leads the database: what is not in our hands is no business of ours. */
  leave(): void {
    this.inFlight.keepAsked();
    this.#resting.foreign.leave();
    this.#search.stuck.clear();
    this.#options.scheduler.forgetDatabase(this.#options.database);
    this.refill();
  }

  /** The core has handed out a job. */
  take(uuid: string, channel: string): void {
    this.#claims.take(uuid, channel);
    this.#options.onWork();
  }

  /** A row has changed. */
  notified(uuid: string): void {
    // The rescan after a hold reads it.
    if (this.#phase === "held") return;
    if (!this.#claims.noteChange(uuid)) this.#mark(uuid);
    if (this.#work.isFlooded) this.#startScan();
  }

  /** A request is over. */
  answered(uuid: string, outcome: Outcome): void {
    const job = this.inFlight.get(uuid);
    if (job?.state === "asked") this.#gate.noteOutcome(job, outcome);
  }

  /** What to do next, if anything and nothing is on the way. */
  nextStatement(): Statement | null {
    if (this.#phase === "lost" || this.#onTheWay.isBusy) return null;
    const { scheduler, clock } = this.#options;
    const maySearch = this.#phase === "ready" && !this.#resting.isStopping;
    const statement = this.#work.next(clock.nowMs(), () => scheduler.sequentialChannels()) ??
      (maySearch ? this.#search.statement(this.#generation!) : null);
    if (statement?.kind === "read") this.#gate.noteReading(statement.uuids);
    if (statement) this.#search.noteSent(statement);
    return this.#onTheWay.send(statement);
  }

  /** The statement on the way was answered. */
  completed(answer: Answer): void {
    const statement = this.#onTheWay.end()!;
    this.#resting.hold.noteSuccess(statement.kind);
    if (!this.#onTheWay.wasOvertaken) this.#complete(statement, answer);
    else if (statement.kind === "read") statement.uuids.forEach((uuid) => this.notified(uuid));
    this.#options.onChange();
    this.#options.onWork();
  }

  /** The server refused the statement on the way: it had no effect. */
  refused(reason: string): void {
    const statement = this.#onTheWay.end()!;
    if (isSearch(statement)) {
      this.#search.refused(statement.kind, reason);
      // A scan counts the failed as well, at its end: jobs run without that number.
      if (statement.kind === "countFailed" && !this.#onTheWay.wasOvertaken) this.#completeScan();
      return this.#options.onChange();
    }
    if (statement.kind === "claim") this.#claims.refused(statement);
    this.#holdBack(() => this.#resting.hold.beginRefused(statement.kind, reason));
  }

  /** The core was made anew and is empty: what is in our hands runs, all else is read again. */
  refill(): void {
    this.#gate.refill();
    this.#startScan();
  }

  /** An operator has paused or resumed the database. A hold ends with a scan of its own. */
  steered(): void {
    if (this.#resting.isPaused) this.#dropWaiting();
    if (this.#phase !== "held") this.#startScan();
  }

  /** No more claims; what is claimed but not asked for is put back. */
  stop(): void {
    this.#resting.isStopping = true;
    this.#claims.stop();
    this.#gate.hurry();
    this.#startScan();
    this.#options.onWork();
  }

  /** Ends all timers. */
  close(): void {
    this.#timers.cancelAll();
  }

  #complete(statement: Statement, answer: Answer): void {
    const { rows, uuids } = answer;
    const { startGuard } = this.#generation!;
    switch (statement.kind) {
      case "claim":
        return this.#claims.completed(statement, new Set(uuids), this.#generation!);
      case "putBack":
        return this.#gate.notePutBack(statement.uuids, uuids);
      case "read":
        return this.#gate.applyRead(statement.uuids, rows, startGuard);
      case "scanCounted":
      case "scanWaiting":
        this.#work.scan?.advance(answer);
        if (this.#work.scan?.isAmidWaiting) return this.#onTheWay.keep(rows, startGuard);
        return this.#gate.apply(rows, startGuard);
      default:
        for (const uuid of uuids) this.notified(uuid);
        this.#search.completed(statement.kind, answer);
        if (statement.kind === "countFailed") this.#completeScan();
    }
  }

  #mark(uuid: string): void {
    if (this.#phase === "lost") return;
    this.#work.mark(uuid);
    this.#options.onWork();
  }

  #completeScan(): void {
    const { scheduler, database } = this.#options;
    if (!this.#work.scan) return;
    this.#work.scan = null;
    for (const { uuid } of this.inFlight.all()) scheduler.touch(database, uuid);
    scheduler.sweep(database);
    this.#phase = this.#resting.phase ?? "ready";
  }

  /** It ends a hold: what runs takes places, whether or not anything is taken here. */
  #startScan(): void {
    if (this.#phase === "lost") return;
    if (this.#resting.isStopping) return this.#readWhatIsLeft();
    this.#resting.hold.cancel();
    this.#resting.foreign.forgetAll();
    this.#phase = "scanning";
    this.#onTheWay.overtake();
    this.#work.startScan(!this.#resting.isPaused);
    this.#options.scheduler.beginScan(this.#options.database);
    for (const uuid of this.#gate.beginAnew()) this.#work.mark(uuid);
    this.#search.later();
    this.#options.onWork();
  }

  /** After a stop nothing else is read, by a new session neither. */
  #readWhatIsLeft(): void {
    this.#resting.hold.cancel();
    this.#phase = "ready";
    this.#work.clearReads();
    for (const uuid of this.#gate.unsettled()) this.#mark(uuid);
  }

  #holdBack(begin: () => void): void {
    if (this.#phase === "held" || this.#phase === "lost") return;
    this.#rest("held");
    // What is in our hands goes its way all the same.
    for (const uuid of this.#gate.unsettled()) this.#mark(uuid);
    begin();
  }

  /** What waits leaves the core; what is in our hands, and all that runs, is kept an eye on. */
  #meetForeign(uuid: string): void {
    // While all is read, whatever is found may have stood there before.
    if (!this.isRead || this.#resting.isStopping) return;
    this.#resting.foreign.note(uuid, this.#generation!);
    if (this.#phase === "foreign") return;
    this.#phase = "foreign";
    this.#search.stuck.clear();
    this.#dropWaiting();
  }

  /** Nothing of it is taken: its waiting jobs leave the core. */
  #rest(phase: "lost" | "held"): void {
    this.#resting.hold.cancel();
    this.#phase = phase;
    this.#onTheWay.overtake();
    this.#work.clearReads();
    this.#dropWaiting();
  }

  #dropWaiting(): void {
    const { scheduler, database, onChange } = this.#options;
    this.#claims.drop();
    scheduler.parkDatabase(database);
    onChange();
  }
}
