import { TimerSet } from "../clock.ts";
import { DEAF } from "../database/deaf.ts";
import type { KnownGeneration } from "../database/generation.ts";
import { Heartbeat } from "../database/heartbeat.ts";
import { type Session, SessionLost } from "../database/session.ts";
import { ensureTrigger } from "../database/trigger.ts";
import type { Logger } from "../log.ts";
import type { DatabaseStatus } from "../status.ts";
import { Hearing } from "./hearing.ts";
import { IgnoredRounds } from "./ignored_rounds.ts";
import { Lead } from "./lead.ts";
import type { LinkOptions } from "./link_options.ts";
import { LinkState } from "./link_state.ts";
import { Waiting } from "./waiting.ts";

/** A leader that dies is followed within this and the server's notice of its death. */
const STANDBY_INTERVAL_MS = 2_000;
/** Jobs run again this long after an upgrade. */
const PAUSED_INTERVAL_MS = 1_000;

/**
 * Keeps one database connected: makes a session, finds out what the database is, takes its lock,
 * listens, and carries out what the turn wants, one statement at a time. While another runner holds
 * the lock, or the add-on is upgraded, the session waits, without a transaction; when it is lost,
 * another one is made after a while.
 */
export class DatabaseLink {
  readonly #options: LinkOptions;
  readonly #timers: TimerSet;
  readonly #heartbeat: Heartbeat;
  readonly #hearing: Hearing;
  readonly #state: LinkState;
  #generation: KnownGeneration | null = null;
  /** What to say of a database that is served. */
  #remark: string | null = null;
  #lead: Lead | null = null;
  /** Who keeps the lock from us is a runner of our kind. */
  #isHeldByOurs = false;
  /** LISTEN does not work: found out once. */
  #isPolled = false;
  /** How much was in our hands at the last `#leave`. */
  #leftCount: number | null = null;
  readonly #rounds = new IgnoredRounds();
  readonly #waiting: Waiting;
  #life: Promise<void> | null = null;

  constructor(options: LinkOptions) {
    const { clock, timing, database } = this.#options = options;
    this.#timers = new TimerSet(clock);
    this.#waiting = new Waiting(this.#timers);
    this.#heartbeat = new Heartbeat({
      ...{ clock, timing },
      onDue: () => this.work(),
    });
    this.#hearing = new Hearing({ ...options, heartbeat: this.#heartbeat });
    this.#state = new LinkState({
      ...{ ...options, database: database.name, timers: this.#timers },
      logger: () => this.#logger,
    });
  }

  start(): void {
    if (this.#life) return;
    this.#waiting.start();
    this.#life = this.#live();
  }

  /** Ends the session, until the next start; its lock is free when this resolves. */
  async pause(): Promise<void> {
    this.#waiting.stop();
    this.#lead?.end();
    await this.#life;
    this.#life = null;
    this.#state.reset();
    this.#timers.cancelAll();
  }

  /** Ends for good. */
  async stop(): Promise<void> {
    await this.pause();
    this.#options.turn.close();
  }

  /** An error in its turn: a new session reads all anew. */
  restart(reason: string): void {
    this.#lead?.abandon(reason);
  }

  /** Looks at once at what the database is, unless Odoo may be dropping it. */
  lookNow(): void {
    if (this.#lead) this.#lead.lookNow();
    else this.#waiting.hurry();
  }

  /**
   * The list of databases has been read, and the database is still there.
   *
   * @param written What grows with every write there; null if that is not known.
   */
  noteListed(written: string | null): void {
    const isDue = this.#rounds.isDue(written);
    if (this.#state.state !== "ignored") return;
    this.#leave();
    if (isDue) this.lookNow();
  }

  /** Carries out what the turn wants, if nothing is on the way. */
  work(): void {
    this.#lead?.work();
  }

  /**
   * Its jobs are read, or nobody knows when they will be. What a leader before us has left running
   * is not known before its ghost lets go of the lock.
   */
  get isSettled(): boolean {
    if (this.#lead) return this.#options.turn.isRead;
    if (this.#state.state === "standby" && this.#isHeldByOurs) return false;
    return this.#state.state !== "connecting" || this.#state.hasFailed;
  }

  get status(): Omit<DatabaseStatus, "waitingSinceMs"> {
    const { database, turn } = this.#options;
    this.#observe();
    return {
      name: database.name,
      ...this.#state.shown,
      generation: this.#generation?.name ?? null,
      ...{ inFlight: turn.inFlight.size, heardMs: this.#hearing.heardMs },
      ...turn.stuck,
    };
  }

  async #live(): Promise<void> {
    while (!this.#waiting.isStopped) {
      try {
        await this.#serve();
        if (this.#state.state === "ignored") await this.#waiting.for(null);
      } catch (error) {
        if (!this.#waiting.isStopped) await this.#recover(error);
      }
    }
  }

  /** One session from beginning to end. Returns early when there is nothing to lead. */
  async #serve(): Promise<void> {
    const { database, slots } = this.#options;
    const giveBack = await slots.take();
    let session: Session | null = null;
    try {
      if (this.#waiting.isStopped) return;
      session = await database.openSession({
        onNotify: (channel, payload) => this.#hearing.hear(channel, payload),
        onLost: () => {
          this.#waiting.end();
          this.#lead?.end();
        },
        onSetback: (reason) => this.#logger.warning(`sent again: ${reason}`, database.name),
      }, { signal: this.#waiting.signal, isPooled: this.#isPolled });
      let generation;
      while ((generation = await this.#prepare(session, giveBack)) !== null) {
        giveBack();
        await this.#leadOn(session, generation);
      }
    } finally {
      giveBack();
      this.#heartbeat.stop();
      await session?.end();
    }
  }

  /**
   * Waits until we lead the database: it has jobs, its lock is ours, and we hear of every change.
   * Null when it has none.
   *
   * @param onWait It may take long.
   */
  async #prepare(session: Session, onWait: () => void): Promise<KnownGeneration | null> {
    while (true) {
      const found = await this.#find(session);
      if ("columns" in found) {
        this.#generation = found;
        if (!this.#isPolled) await this.#heartbeat.start(session);
        if (await this.#lock(session, found, onWait)) {
          this.#remark = await this.#settle(session, found);
          return found;
        }
      } else if (found.state === "ignored") {
        this.#generation = null;
        this.#leave();
        this.#rounds.restart();
        this.#state.enter(found.state, found.reason);
        return null;
      } else {
        onWait();
        this.#state.enter(found.state, found.reason);
        await this.#waiting.for(PAUSED_INTERVAL_MS);
      }
      if (this.#waiting.isStopped) return null;
    }
  }

  /** An upgrade may hold the tables that say so: then it is not over. */
  async #find(session: Session) {
    try {
      return await this.#options.database.generation(session);
    } catch (error) {
      const { state, reason } = this.#state;
      const isUpgraded = state === "paused" && reason !== this.#options.turn.reason;
      if (error instanceof SessionLost || !isUpgraded) throw error;
      return { state: "paused", reason: reason! } as const;
    }
  }

  /**
   * Tries to take the lock, again and again on the same session; false when it is time to look once
   * more at what the database is.
   */
  async #lock(session: Session, generation: KnownGeneration, onWait: () => void) {
    const { database, clock, timing } = this.#options;
    // It would stay with a backend that is not ours.
    if (this.#isPolled) return true;
    if (await database.lock(session, generation)) return true;
    this.#heartbeat.stop();
    const endMs = clock.nowMs() + timing.discoveryIntervalMs;
    this.#isHeldByOurs = await database.isLockOurs(session, generation);
    do {
      onWait();
      this.#leave();
      this.#state.enter("standby", "another job runner holds its lock");
      await this.#waiting.for(STANDBY_INTERVAL_MS);
      if (this.#waiting.isStopped || clock.nowMs() >= endMs) return false;
    } while (!await database.lock(session, generation));
    await this.#heartbeat.start(session);
    return true;
  }

  /** Sees to it that every change is heard; answers what there is to remark. */
  async #settle(session: Session, generation: KnownGeneration): Promise<string | null> {
    if (this.#isPolled) return this.#remark;
    const { database } = this.#options;
    const complaint = await ensureTrigger(session, generation);
    if (complaint) this.#logger.error(complaint, database.name);
    await database.tellOldWorkers(session, generation, this.#logger);
    await session.run(`listen "${generation.notifyChannel}"`);
    return complaint;
  }

  /** Leads until the session ends, or the database is no longer what it was. */
  async #leadOn(session: Session, generation: KnownGeneration): Promise<void> {
    const { database } = this.#options;
    const lead = new Lead({
      ...{ ...this.#options, session, generation },
      ...{ heartbeat: this.#heartbeat, hearing: this.#hearing },
      pollIntervalMs: this.#isPolled ? this.#options.pollIntervalMs : null,
      onWork: () => this.#observe(),
    });
    // It may have ended meanwhile, when there was nothing to interrupt.
    if (this.#waiting.isStopped || !session.isOpen) return;
    [this.#lead, this.#leftCount] = [lead, null];
    const addon = generation.addon === "connector" ? "connector" : "queue job";
    this.#logger.info(`${addon} runner ready for db ${database.name}`, database.name);
    await lead.run();
    this.#lead = null;
    this.#state.left();
  }

  /** Waits after a failure. */
  async #recover(error: unknown): Promise<void> {
    const { database, meter, pollIntervalMs } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    const code = String((error as { code?: unknown }).code ?? "");
    if (code === DEAF && pollIntervalMs !== null && !this.#isPolled) {
      this.#isPolled = true;
      this.#remark = `its jobs are read every ${pollIntervalMs / 1000} s: ${reason}`;
      this.#logger.warning(this.#remark, database.name);
      return;
    }
    meter.reconnecting(database.name);
    const { waitMs, mayHurry } = this.#state.failed(reason, code);
    await this.#waiting.for(waitMs, mayHurry);
  }

  /** Others have the database, or nobody: what is not in our hands is no business of ours. */
  #leave(): void {
    const { turn } = this.#options;
    if (this.#leftCount === turn.inFlight.size) return;
    turn.leave();
    this.#leftCount = turn.inFlight.size;
  }

  #observe(): void {
    if (this.#lead) this.#state.led(this.#options.turn, this.#remark);
  }

  get #logger(): Logger {
    return this.#options.loggerOf(this.#generation);
  }
}
