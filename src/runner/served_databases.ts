import { type Backoff, backoffMs } from "../backoff.ts";
import { type Clock, TimerSet } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { DatabaseLink } from "./database_link.ts";
import type { DatabaseTurn } from "./database_turn.ts";

/** A database that the runner serves. */
export interface Served {
  readonly turn: DatabaseTurn;
  readonly link: DatabaseLink;
}

export interface ServedDatabasesOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** The names of the databases to serve. */
  readonly discover: () => Promise<readonly string[]>;
  readonly serve: (name: string) => Served;
  /** The list has been read. */
  readonly onListed: () => void;
  /** A database is no longer served. */
  readonly onGone: (name: string) => void;
}

const DISCOVERY_BACKOFF: Backoff = { firstMs: 1_000, longestMs: 30_000 };

/**
 * The databases that are served: looked for again and again, so that they come and go without a
 * restart.
 */
export class ServedDatabases {
  readonly #options: ServedDatabasesOptions;
  readonly #timers: TimerSet;
  readonly #served = new Map<string, Served>();
  /** Databases that are gone and whose sessions are still ending. */
  readonly #leaving = new Set<Promise<void>>();
  #looking: Promise<void> | null = null;
  #failureCount = 0;
  #failure: string | null = null;
  #isDiscovered = false;
  #isStopped = false;

  constructor(options: ServedDatabasesOptions) {
    this.#options = options;
    this.#timers = new TimerSet(options.clock);
  }

  /** Serves the databases known so far, and looks for others now and from now on. */
  start(): void {
    this.#isStopped = false;
    for (const { link } of this.all()) link.start();
    this.#looking = this.#look();
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

  all(): Served[] {
    return [...this.#served.values()];
  }

  /** The list has been read once. */
  get isDiscovered(): boolean {
    return this.#isDiscovered;
  }

  /** Ends all sessions for good. */
  stop(): Promise<void> {
    return this.#end((link) => link.stop());
  }

  async #end(endLink: (link: DatabaseLink) => Promise<void>): Promise<void> {
    this.#isStopped = true;
    this.#timers.cancelAll();
    const links = this.all().map(({ link }) => endLink(link));
    await Promise.all([this.#looking, ...links, ...this.#leaving]);
  }

  #lookAgain(): void {
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    const { clock: _, logger, random, intervalMs } = this.#options;
    let delayMs = intervalMs;
    try {
      const names = new Set(await this.#options.discover());
      if (this.#isStopped) return;
      this.#adopt(names);
      this.#failureCount = 0;
      this.#failure = null;
    } catch (error) {
      const failure = (error as Error).message;
      delayMs = backoffMs(DISCOVERY_BACKOFF, ++this.#failureCount, random());
      if (failure !== this.#failure) {
        logger.error(`cannot list the databases: ${failure}; trying again`);
      }
      this.#failure = failure;
    }
    if (!this.#isStopped) this.#timers.after(delayMs, () => this.#lookAgain());
  }

  #adopt(names: ReadonlySet<string>): void {
    const { logger, serve, onGone, onListed } = this.#options;
    for (const [name, { link }] of this.#served) {
      if (names.has(name)) continue;
      this.#served.delete(name);
      logger.info("database is gone", name);
      const leaving: Promise<void> = link.stop().finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
      onGone(name);
    }
    if (names.size === 0 && !this.#isDiscovered) {
      logger.warning(
        "no database to serve: the role owns none; " +
          "name them with --database, ODOO_JOBRUNNER_DB_NAME or db_name",
      );
    }
    for (const name of names) {
      if (this.#served.has(name)) continue;
      const served = serve(name);
      this.#served.set(name, served);
      served.link.start();
    }
    this.#isDiscovered = true;
    onListed();
  }
}
