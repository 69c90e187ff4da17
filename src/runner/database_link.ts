import { type Backoff, backoffMs } from "../backoff.ts";
import { type Clock, type Timer, TimerSet } from "../clock.ts";
import type { Database } from "../database/database.ts";
import type { KnownGeneration } from "../database/generation.ts";
import { Heartbeat } from "../database/heartbeat.ts";
import { type Session, SessionLost } from "../database/session.ts";
import { execute } from "../database/statement.ts";
import { ensureTrigger } from "../database/trigger.ts";
import type { Logger } from "../log.ts";
import type { DatabaseState, DatabaseStatus } from "../status.ts";
import type { DatabaseTurn } from "./database_turn.ts";

export interface LinkOptions {
  readonly database: Database;
  readonly turn: DatabaseTurn;
  readonly clock: Clock;
  readonly random: () => number;
  readonly loggerOf: (generation: KnownGeneration | null) => Logger;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatDeadlineMs: number;
  /** How long until a database without jobs is looked at again. */
  readonly retryMs: number;
  readonly onChange: () => void;
}

/** A leader that dies is followed within this and the server's notice of its death. */
const STANDBY_INTERVAL_MS = 2_000;
/** Of these a look now and then is enough. */
const WAITING_STATES: readonly DatabaseState[] = ["ignored", "paused"];
/** Why a session ends whose database is no longer what it was. */
const CHANGED = "the add-on has changed";
const RECONNECT_BACKOFF: Backoff = { firstMs: 500, longestMs: 30_000 };
/** Odoo's own drop and duplicate end all connections and go on: who is back too soon, disturbs. */
const TERMINATED_PAUSE_MS = 3_000;
/** The driver keeps to itself why the server has hung up: terminated is the likeliest. */
const TERMINATED = ["57P01", "CONNECTION_CLOSED", "ECONNRESET", "EPIPE"];

/**
 * Keeps one database connected: makes a session, finds out what the database is, takes its lock,
 * listens, and carries out what the turn wants, one statement at a time. When the session is lost,
 * it begins again after a while.
 */
export class DatabaseLink {
  readonly #options: LinkOptions;
  readonly #timers: TimerSet;
  readonly #heartbeat: Heartbeat;
  #state: DatabaseState = "connecting";
  #reason: string | null = null;
  #sinceMs: number;
  #generation: KnownGeneration | null = null;
  #session: Session | null = null;
  #isWorking = false;
  #isLookDue = false;
  #lookTimer: Timer | null = null;
  #failureCount = 0;
  /** The last one. */
  #failure: string | null = null;
  #isStopped = false;
  /** Ends the present wait or session early. */
  #interrupt: () => void = () => {};
  #life: Promise<void> | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
    this.#heartbeat = new Heartbeat({
      clock: options.clock,
      intervalMs: options.heartbeatIntervalMs,
      deadlineMs: options.heartbeatDeadlineMs,
      onDue: () => this.work(),
    });
    this.#sinceMs = options.clock.nowMs();
  }

  start(): void {
    this.#isStopped = false;
    this.#life ??= this.#live();
  }

  /** Ends the session, until the next start; its lock is free when this resolves. */
  async pause(): Promise<void> {
    this.#isStopped = true;
    this.#interrupt();
    await this.#life;
    this.#life = null;
    [this.#state, this.#reason, this.#failureCount] = ["connecting", null, 0];
    this.#timers.cancelAll();
  }

  /** Ends for good. */
  async stop(): Promise<void> {
    await this.pause();
    this.#options.turn.close();
  }

  /** Carries out what the turn wants, if nothing is on the way. */
  work(): void {
    if (this.#isWorking || !this.#session) return;
    const statement = this.#options.turn.nextStatement();
    if (!statement) return this.#idle();
    this.#isWorking = true;
    const { turn } = this.#options;
    const session = this.#session;
    execute(session, this.#generation!, statement)
      .then((answer) => this.#finish(session, () => turn.completed(answer)), (error: unknown) => {
        // A lost session has told the turn already.
        this.#finish(session, () => {
          if (!(error instanceof SessionLost)) turn.refused((error as Error).message);
        });
      });
  }

  /** Its jobs are read, or nobody knows when they will be. */
  get isSettled(): boolean {
    if (this.#session) return this.#options.turn.isRead;
    return this.#state !== "connecting" || this.#failureCount > 0;
  }

  get status(): DatabaseStatus {
    const { database, turn } = this.#options;
    const isLed = this.#session !== null;
    const state = !isLed
      ? this.#state
      : turn.phase === "held"
      ? "recovering"
      : turn.phase === "ready" || turn.phase === "foreign"
      ? turn.phase
      : "scanning";
    return {
      name: database.name,
      state,
      reason: turn.reason ?? this.#reason,
      sinceMs: this.#sinceMs,
      generation: this.#generation?.name ?? null,
      inFlight: turn.inFlight.size,
      ...turn.stuck,
    };
  }

  async #live(): Promise<void> {
    while (!this.#isStopped) {
      let waitMs;
      try {
        await this.#lead();
        this.#failureCount = 0;
        waitMs = WAITING_STATES.includes(this.#state) ? this.#options.retryMs : STANDBY_INTERVAL_MS;
      } catch (error) {
        waitMs = this.#fail(error);
      }
      if (!this.#isStopped) await this.#wait(waitMs);
    }
  }

  /** One session from beginning to end. Returns early when there is nothing to lead. */
  async #lead(): Promise<void> {
    const { database, turn } = this.#options;
    let lost: (reason: SessionLost) => void = () => {};
    const ended = new Promise<SessionLost>((resolve) => lost = resolve);
    const session = await database.openSession({
      onNotify: (channel, payload) => this.#hear(channel, payload),
      onLost: lost,
    });
    try {
      if (this.#isStopped || !await this.#prepare(session)) return;
      // It may have been stopped meanwhile, when there was nothing to interrupt.
      if (this.#isStopped) return;
      this.#session = session;
      this.#failureCount = 0;
      this.#interrupt = () => lost(new SessionLost("STOPPED", "stopped"));
      turn.opened(this.#generation!);
      this.#lookLater();
      this.#enter("scanning", this.#reason);
      const addon = this.#generation!.addon === "connector" ? "connector" : "queue job";
      this.#logger.info(`${addon} runner ready for db ${database.name}`, database.name);
      const reason = await ended;
      if (reason.message === CHANGED) this.#enter("connecting", CHANGED);
      else if (!this.#isStopped) throw reason;
    } finally {
      this.#heartbeat.stop();
      const wasLed = this.#session !== null;
      this.#session = null;
      if (wasLed) turn.lost();
      await session.end();
    }
  }

  /**
   * Whether we lead the database from now on: it has jobs, its lock is ours, and we hear of every
   * change.
   */
  async #prepare(session: Session): Promise<boolean> {
    const { database } = this.#options;
    const generation = await database.generation(session);
    if ("reason" in generation) {
      this.#generation = null;
      this.#enter(generation.state, generation.reason);
      return false;
    }
    this.#generation = generation;
    if (!await database.lock(session, generation)) {
      this.#options.turn.leave();
      this.#enter("standby", "another job runner holds its lock");
      return false;
    }
    const complaint = await ensureTrigger(session, generation);
    if (complaint) this.#logger.error(complaint, database.name);
    this.#reason = complaint;
    await database.tellOldWorkers(session, generation, this.#logger);
    await session.run(`listen "${generation.notifyChannel}"`);
    await this.#heartbeat.start(session);
    return true;
  }

  /** Answers how long to wait. One line when the situation changes, not each time. */
  #fail(error: unknown): number {
    const reason = error instanceof Error ? error.message : String(error);
    const code = String((error as { code?: unknown }).code ?? "");
    if (this.#failureCount++ === 0 || this.#failure !== reason) {
      this.#logger.error(
        `database connection failed: ${reason}; trying again`,
        this.#options.database.name,
      );
    }
    this.#failure = reason;
    this.#enter("recovering", reason);
    const waitMs = backoffMs(RECONNECT_BACKOFF, this.#failureCount, this.#options.random());
    return TERMINATED.includes(code) ? TERMINATED_PAUSE_MS + waitMs : waitMs;
  }

  #hear(channel: string, payload: string): void {
    if (channel === this.#heartbeat.channel) this.#heartbeat.heard();
    else this.#options.turn.notified(payload);
  }

  /** What can wait until there is nothing else to do. */
  #idle(): void {
    const session = this.#session;
    if (!session || !(this.#heartbeat.isDue || this.#isLookDue)) return;
    this.#isWorking = true;
    const done = this.#heartbeat.isDue ? this.#heartbeat.send(session) : this.#look(session);
    void done.then(() => this.#finish(session, () => {}));
  }

  /**
   * The add-on may have been removed, or be about to be upgraded: then nothing is to stand in its
   * way.
   */
  async #look(session: Session): Promise<void> {
    this.#isLookDue = false;
    this.#lookLater();
    try {
      const found = await this.#options.database.generation(session);
      if ("reason" in found || found.name !== this.#generation?.name) session.abandon(CHANGED);
    } catch (error) {
      if (!(error instanceof SessionLost)) session.abandon((error as Error).message);
    }
  }

  #lookLater(): void {
    this.#lookTimer?.cancel();
    this.#lookTimer = this.#timers.after(this.#options.retryMs, () => {
      this.#isLookDue = true;
      this.work();
    });
  }

  /**
   * A statement is over. The turn hears of it unless it was told before that the session has ended.
   */
  #finish(session: Session, tell: () => void): void {
    this.#isWorking = false;
    if (session === this.#session) tell();
    if (this.#state === "scanning" && this.#options.turn.isRead) {
      this.#enter("ready", this.#reason);
    }
    this.work();
  }

  #enter(state: DatabaseState, reason: string | null): void {
    const isNews = state !== this.#state || reason !== this.#reason;
    if (isNews) this.#sinceMs = this.#options.clock.nowMs();
    this.#state = state;
    this.#reason = reason;
    if (isNews && ["standby", "paused", "ignored"].includes(state)) {
      this.#logger.info(`${state}: ${reason}`, this.#options.database.name);
    }
    this.#options.onChange();
  }

  async #wait(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#interrupt = resolve;
      this.#timers.after(delayMs, resolve);
    });
  }

  get #logger(): Logger {
    return this.#options.loggerOf(this.#generation);
  }
}
