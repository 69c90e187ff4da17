import { type Clock, type Timer, TimerSet } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { isSameGeneration, type KnownGeneration } from "../database/generation.ts";
import type { Heartbeat } from "../database/heartbeat.ts";
import { type Session, SessionLost } from "../database/session.ts";
import { type Answer, execute, READS_MAX, type Statement } from "../database/statement.ts";
import type { Meter } from "../meter.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import type { Hearing } from "./hearing.ts";
import type { Timing } from "./timing.ts";

export interface LeadOptions {
  readonly database: Database;
  readonly session: Session;
  readonly generation: KnownGeneration;
  readonly turn: DatabaseTurn;
  readonly heartbeat: Heartbeat;
  readonly hearing: Hearing;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly timing: Readonly<Pick<Timing, "discoveryIntervalMs">>;
  /** How often to read all jobs, where nothing is heard; else null. */
  readonly pollIntervalMs: number | null;
  /** The turn's phase may have changed. */
  readonly onWork: () => void;
}

/** Nothing is claimed unless it was known so short a time ago that no upgrade had begun. */
const LOOK_FRESH_MS = 2_000;

/**
 * The lead of a database on one session: carries out what the turn wants, one statement at a time,
 * until the session ends or the database is no longer what it was.
 */
export class Lead {
  readonly #options: LeadOptions;
  readonly #timers: TimerSet;
  #isWorking = false;
  #soon: Timer | null = null;
  #isLookDue = false;
  #lookedMs: number;
  #lookTimer: Timer | null = null;
  #isOver = false;
  #onOver: () => void = () => {};

  constructor(options: LeadOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
    this.#lookedMs = options.clock.nowMs();
  }

  /** Resolves when it is over; the turn knows by then. */
  async run(): Promise<void> {
    const { turn, heartbeat, generation } = this.#options;
    turn.opened(generation);
    this.#lookLater();
    this.#pollLater();
    if (!this.#isOver) await new Promise<void>((resolve) => this.#onOver = resolve);
    heartbeat.stop();
    this.#timers.cancelAll();
    turn.lost();
  }

  /** Takes nothing more from the turn. */
  end(): void {
    this.#isOver = true;
    this.#onOver();
  }

  /** Ends its session, which is of no use any more. */
  abandon(reason: string): void {
    this.#options.session.abandon(reason);
  }

  /** Looks at what the database is, as soon as nothing is on the way. */
  lookNow(): void {
    this.#isLookDue = true;
    this.work();
  }

  /**
   * Carries out what the turn wants, if nothing is on the way: once per turn of the event loop, so
   * that what happens in the same one goes into one statement.
   */
  work(): void {
    if (this.#isWorking || this.#isOver) return;
    this.#soon ??= this.#timers.after(0, () => {
      this.#soon = null;
      this.#work();
    });
  }

  #work(): void {
    const { turn, heartbeat, session, onWork } = this.#options;
    if (this.#isWorking || this.#isOver) return;
    onWork();
    if (this.#isLookDue || this.#mustLook) return this.#await(this.#look());
    const statement = turn.nextStatement();
    if (statement) this.#await(this.#execute(statement));
    else if (heartbeat.isDue) this.#await(heartbeat.send(session));
  }

  /** On the way until it resolves. Tells the turn, unless that was told of the end. */
  #await(done: Promise<(() => void) | void>): void {
    this.#isWorking = true;
    void done.then((tell) => {
      this.#isWorking = false;
      if (this.#isOver) return;
      tell?.();
      this.#options.onWork();
      this.work();
    });
  }

  async #execute(statement: Statement): Promise<() => void> {
    const { session, generation, turn, hearing, meter } = this.#options;
    const isReading = statement.kind === "read";
    const unreadMs = isReading ? hearing.reading(statement.uuids.length < READS_MAX) : null;
    try {
      const answer = await execute(session, generation, statement);
      this.#measure(statement, answer);
      return () => {
        turn.completed(answer);
        if (unreadMs !== null) meter.read(unreadMs);
      };
    } catch (error) {
      // The turn hears of a lost session by the end of this lead.
      if (error instanceof SessionLost) return () => {};
      // Its table may be gone, with the add-on: that is no complaint.
      await this.#lookClosely();
      return () => turn.refused((error as Error).message);
    }
  }

  #measure(statement: Statement, { rows, uuids }: Answer): void {
    const { meter, database } = this.#options;
    const { kind } = statement;
    meter.ran(kind, "uuids" in statement ? statement.uuids.length : rows.length + uuids.length);
    const isRequeue = kind === "requeueLost" || kind === "requeueStarted";
    if (isRequeue && uuids.length > 0) meter.foundDead(database.name, uuids.length);
  }

  /** Claims wait, and an upgrade may have begun. */
  get #mustLook(): boolean {
    const { clock, turn } = this.#options;
    if (clock.nowMs() - this.#lookedMs < LOOK_FRESH_MS) return false;
    return turn.inFlight.counts().claimed > 0;
  }

  async #look(): Promise<void> {
    const { database, session, generation, clock } = this.#options;
    const isThorough = this.#isLookDue;
    this.#lookedMs = clock.nowMs();
    try {
      if (!isThorough && await database.isUnchanged(session, generation)) return;
    } catch (error) {
      if (!(error instanceof SessionLost)) session.abandon((error as Error).message);
      return;
    }
    await this.#lookClosely();
  }

  /**
   * The add-on may have been removed, or be about to be upgraded: then nothing is to stand in its
   * way.
   */
  async #lookClosely(): Promise<void> {
    const { database, session, generation } = this.#options;
    this.#isLookDue = false;
    this.#lookLater();
    try {
      const found = await database.generation(session);
      if ("reason" in found || !isSameGeneration(found, generation)) this.end();
    } catch (error) {
      if (!(error instanceof SessionLost)) session.abandon((error as Error).message);
    }
  }

  #lookLater(): void {
    this.#lookTimer?.cancel();
    if (this.#isOver) return;
    const { discoveryIntervalMs } = this.#options.timing;
    this.#lookTimer = this.#timers.after(discoveryIntervalMs, () => this.lookNow());
  }

  /** What is in our hands is read by its name: it may be over, and a scan would not see it. */
  #pollLater(): void {
    const { turn, pollIntervalMs } = this.#options;
    if (pollIntervalMs === null || this.#isOver) return;
    this.#timers.after(pollIntervalMs, () => {
      if (turn.isRead) {
        for (const { uuid } of turn.inFlight.all()) turn.notified(uuid);
        turn.refill();
      }
      this.#pollLater();
    });
  }
}
