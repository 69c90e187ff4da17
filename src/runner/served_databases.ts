import { type Backoff, backoffMs } from "../backoff.ts";
import { type Clock, type Timer, TimerSet } from "../clock.ts";
import type { DatabaseList } from "../database/discovery.ts";
import type { Logger } from "../log.ts";
import type { DatabaseLink } from "./database_link.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import { Drain } from "./drain.ts";
import type { Served } from "./serve_database.ts";
import { Slots } from "./slots.ts";
import type { Timing } from "./timing.ts";

export type { Served };

export interface ServedDatabasesOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly timing: Readonly<Timing>;
  /** The databases to serve. */
  readonly discover: (signal: AbortSignal) => Promise<DatabaseList>;
  readonly serve: (name: string, slots: Slots) => Served;
  /** The list has been read. */
  readonly onListed: () => void;
  /** Nothing more is to be taken of a database: its turn has stopped. */
  readonly onLeave: (name: string) => void;
  /** A database, dropped or not chosen, is served no more; its turn takes nothing more. */
  readonly onGone: (name: string, turn: DatabaseTurn, isDropped: boolean) => void;
}

const DISCOVERY_BACKOFF: Backoff = { firstMs: 1_000, longestMs: 30_000 };

/**
 * The databases that are served: looked for again and again, so that they come and go without a
 * restart.
 */
export class ServedDatabases {
  readonly #options: ServedDatabasesOptions;
  readonly #timers: TimerSet;
  readonly #slots: Slots;
  readonly #served = new Map<string, Served>();
  /** What is still in our hands of databases that are not to be served any more. */
  readonly #drains = new Map<string, Drain>();
  /** Databases that are gone and whose sessions are still ending. */
  readonly #leaving = new Set<Promise<void>>();
  #looking: Promise<void> | null = null;
  /** Until the next look, if none is on the way. */
  #next: Timer | null = null;
  #mustLookAgain = false;
  #stopping = new AbortController();
  #failureCount = 0;
  #failure: string | null = null;
  #isDiscovered = false;
  #isStopped = false;
  #isEnded = false;

  constructor(options: ServedDatabasesOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
    this.#slots = new Slots(options.clock);
  }

  /** Serves the databases known so far, and looks for others now and from now on. */
  start(): void {
    this.#isStopped = false;
    this.#stopping = new AbortController();
    this.resume();
    this.#looking = this.#look();
  }

  /** Serves the databases known so far, and looks for no others. */
  resume(): void {
    if (!this.#isEnded) this.all().forEach(({ link }) => link.start());
  }

  /** Looks now for databases that came or went, and at what each of them is. */
  lookNow(): void {
    if (this.#isStopped || !this.#looking) return;
    for (const { link } of this.all()) link.lookNow();
    // A list that is being read may be older than what the caller knows of.
    if (this.#next) this.#lookAgain();
    else this.#mustLookAgain = true;
  }

  /** Something has changed in a database that is served. */
  noteChange(): void {
    for (const drain of this.#drains.values()) drain.look();
  }

  /**
   * Ends all sessions until the next start; jobs in our hands stay there. Their locks are free when
   * this resolves.
   */
  pause(): Promise<void> {
    return this.#end((link) => link.pause());
  }

  get(name: string): Served | undefined {
    return this.#served.get(name);
  }

  names(): string[] {
    return [...this.#served.keys()];
  }

  all(): Served[] {
    return [...this.#served.values()];
  }

  /** The list has been read, and the jobs of all that are on it, as far as they can be. */
  get areRead(): boolean {
    return this.#isDiscovered && this.all().every(({ link }) => link.isSettled);
  }

  /** Ends all sessions for good. */
  stop(): Promise<void> {
    this.#isEnded = true;
    return this.#end((link) => link.stop());
  }

  async #end(endLink: (link: DatabaseLink) => Promise<void>): Promise<void> {
    this.#isStopped = true;
    this.#stopping.abort();
    this.#timers.cancelAll();
    this.#next = null;
    this.noteChange();
    const links = this.all().map(({ link }) => endLink(link));
    await Promise.all([this.#looking, ...links, ...this.#leaving]);
  }

  #lookAgain(): void {
    this.#next?.cancel();
    this.#next = null;
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    const { discover, logger, random, timing } = this.#options;
    this.#mustLookAgain = false;
    let delayMs = 0;
    try {
      const listed = await discover(this.#stopping.signal);
      if (this.#isStopped) return;
      this.#adopt(listed);
      this.#failureCount = 0;
      this.#failure = null;
      delayMs = timing.discoveryIntervalMs;
    } catch (error) {
      if (this.#isStopped) return;
      const failure = (error as Error).message;
      delayMs = backoffMs(DISCOVERY_BACKOFF, ++this.#failureCount, random());
      if (failure !== this.#failure) {
        logger.error(`cannot list the databases: ${failure}; trying again`);
      }
      this.#failure = failure;
    }
    if (this.#mustLookAgain) delayMs = 0;
    this.#next = this.#timers.after(delayMs, () => this.#lookAgain());
  }

  #adopt({ chosen, others }: DatabaseList): void {
    const { logger, serve, onListed } = this.#options;
    const names = new Set(chosen.map((it) => it.name));
    for (const [name, served] of this.#served) {
      if (names.has(name) || this.#drains.has(name)) continue;
      const isConnected = served.turn.phase !== "lost";
      if (isConnected || (others?.includes(name) ?? true)) {
        void this.#release(name, served);
        continue;
      }
      logger.info("database is gone", name);
      void this.#forget(name, served, true);
    }
    if (names.size === 0 && !this.#isDiscovered) {
      logger.warning(
        "no database to serve: the role owns none; " +
          "name them with --database, ODOO_JOBRUNNER_DB_NAME or db_name",
      );
    }
    for (const { name, written } of chosen) {
      if (this.#drains.has(name)) continue;
      let served = this.#served.get(name);
      if (!served) {
        served = serve(name, this.#slots);
        this.#served.set(name, served);
        served.link.start();
      }
      served.link.noteListed(written);
    }
    this.#isDiscovered = true;
    onListed();
  }

  /**
   * It is not to be served any more: jobs that Odoo was asked for get the time of a stop to begin,
   * and the others are put back, on a new session where the old one is lost.
   */
  async #release(name: string, served: Served): Promise<void> {
    const { clock, logger, timing, onLeave } = this.#options;
    logger.info("database is no longer served", name);
    // The runner's own stop waits for all of them.
    const drain = new Drain({ clock, logger, served: () => this.#isStopped ? [] : [served] });
    this.#drains.set(name, drain);
    drain.begin();
    onLeave(name);
    await drain.wait(timing.drainTimeoutMs);
    if (this.#isEnded) return;
    drain.tellLeft();
    await this.#forget(name, served, false);
    this.#drains.delete(name);
    // It may be wanted again meanwhile.
    this.lookNow();
  }

  /** Resolves when its session has ended. */
  #forget(name: string, { link, turn }: Served, isDropped: boolean): Promise<void> {
    this.#served.delete(name);
    const leaving: Promise<void> = link.stop().finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
    this.#options.onGone(name, turn, isDropped);
    return leaving;
  }
}
