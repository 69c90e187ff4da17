import { type Backoff, backoffMs } from "../backoff.ts";
import { type Clock, TimerSet } from "../clock.ts";
import { withCure } from "../database/connection_cure.ts";
import { Database } from "../database/database.ts";
import type { Logger } from "../log.ts";
import { GroupSession } from "./group_session.ts";
import type { RunnerOptions } from "./runner_options.ts";
import type { Timing } from "./timing.ts";
import { mayBeTerminated, TERMINATED_PAUSE_MS } from "./termination.ts";

/** Runners that serve the same databases with the same role. */
export interface Group {
  readonly name: string;
  /** Where its lock lives: the first of these that lets us in. */
  readonly databases: readonly Database[];
}

/** @param former Its lock may live in the same database. */
export function groupOf(options: RunnerOptions, former?: Group): Group {
  const { connection, databases, databaseFilter } = options;
  const filter = databaseFilter?.source ?? null;
  const [maintenance = new Database(options.maintenanceDatabase, options)] = former?.databases ??
    [];
  const chosen = databases && [...databases].sort();
  return {
    name: JSON.stringify([connection.user, chosen, filter]),
    databases: [maintenance, ...(databases ?? []).map((it) => new Database(it, options))],
  };
}

export interface LeadershipOptions {
  readonly group: Group;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly timing: Readonly<Pick<Timing, "heartbeatIntervalMs" | "heartbeatDeadlineMs">>;
  /** We lead from now on. */
  readonly onLead: () => void;
  /** Another does. */
  readonly onStandBy: () => void;
  /** We no longer do, or cannot know. Resolves when all that only a leader may do has ended. */
  readonly onLose: (reason: string) => Promise<void>;
}

/** A leader that dies is followed within this and the server's notice of its death. */
const STANDBY_INTERVAL_MS = 1_000;
const RECONNECT_BACKOFF: Backoff = { firstMs: 250, longestMs: 5_000 };
/**
 * A session that lasted for so long was well: the next attempt follows its loss at once. Well above
 * the longest pause, so that one that ends again and again spares the server whoever ends it.
 */
const STEADY_MS = 3 * RECONNECT_BACKOFF.longestMs;
/** A code of our own: the session is well, but of no use to the group that we are in now. */
const REGROUPED = "REGROUPED";
/** There is no such database, or the role may not use it. */
const NOT_FOR_US = /^(3D000|42501|28\w{3})$/;

/**
 * Whether this runner leads its group. Any number of runners may be started for the same databases:
 * the one that holds the group's lock leads them all, so that a capacity of 4 means 4, and the
 * others stand by. The lock lives and dies with a session of its own, kept honest by a heartbeat.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #timers: TimerSet;
  #group: Group;
  #candidate = 0;
  #failureCount = 0;
  #failure: string | null = null;
  #isStandby = false;
  readonly #stopping = new AbortController();
  #interrupt: () => void = () => {};
  /** Whoever leads takes the lock of a group that is new. */
  #follow: () => void = () => {};
  #life: Promise<void> | null = null;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#group = options.group;
    this.#timers = new TimerSet(options.clock);
  }

  get group(): Group {
    return this.#group;
  }

  start(): void {
    this.#life ??= this.#live();
  }

  /**
   * Other databases are to be served. A leader goes on leading, unless another runner leads those
   * already, or their lock lives in another database.
   *
   * @returns Whether they are others.
   */
  regroup(group: Group): boolean {
    if (group.name === this.#group.name) return false;
    this.#group = group;
    this.#candidate = 0;
    this.#follow();
    return true;
  }

  /** Gives the lead to another. Resolves when the lock is free. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#interrupt();
    await this.#life;
    this.#timers.cancelAll();
  }

  async #live(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#compete();
      } catch (error) {
        if (this.#isStopped) return;
        await this.#wait(this.#fail(error));
      }
    }
  }

  /** One session: stands by until the lock is ours, then leads until the session ends. */
  async #compete(): Promise<void> {
    const { clock, timing, onLead, onStandBy, onLose, logger } = this.#options;
    const { signal } = this.#stopping;
    const database = this.#database;
    const session = await GroupSession.open({ database, clock, timing, signal });
    const openedMs = clock.nowMs();
    try {
      await session.prove();
      while (!await session.lock(this.#group.name)) {
        if (!this.#isStandby) logger.info("another job runner leads; standing by");
        this.#isStandby = true;
        onStandBy();
        await this.#wait(STANDBY_INTERVAL_MS);
        if (this.#isStopped || database !== this.#database) return;
      }
      this.#interrupt = () => session.abandon("STOPPED", "stopped");
      if (this.#isStandby) logger.info("this job runner leads now");
      this.#isStandby = false;
      await session.keepAlive();
      if (this.#isStopped) return;
      onLead();
      this.#follow = () => void this.#followGroup(session, database);
      // It may have changed since.
      this.#follow();
      const reason = await session.lost;
      if (this.#isStopped) return;
      await onLose(reason.message);
      if (reason.code !== REGROUPED) throw reason;
    } finally {
      if (clock.nowMs() - openedMs >= STEADY_MS) [this.#failureCount, this.#failure] = [0, null];
      this.#follow = () => {};
      await session.end();
    }
  }

  /** A leader leads the group that it is in now. */
  async #followGroup(session: GroupSession, database: Database): Promise<void> {
    if (database !== this.#database) {
      return session.abandon(REGROUPED, "other databases are chosen");
    }
    try {
      if (await session.lock(this.#group.name)) return;
      session.abandon(REGROUPED, "another one leads the databases that are chosen now");
    } catch (error) {
      session.abandon("ABANDONED", (error as Error).message);
    }
  }

  /** Where the lock of the group lives, as far as is known. */
  get #database(): Database {
    return this.#group.databases[this.#candidate]!;
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Answers how long to wait. One line when the situation changes, not each time. */
  #fail(error: unknown): number {
    const { logger, random } = this.#options;
    const { databases } = this.#group;
    const code = String((error as { code?: unknown }).code ?? "");
    const { name } = this.#database;
    const isServed = databases.slice(1).some((it) => it.name === name);
    this.#candidate = NOT_FOR_US.test(code) ? (this.#candidate + 1) % databases.length : 0;
    if (this.#candidate > 0) return 0;
    const reason = (error as Error).message;
    if (reason !== this.#failure) {
      logger.error(`database connection failed: ${withCure(reason, code)}; trying again`, name);
    }
    this.#failure = reason;
    const pauseMs = isServed && mayBeTerminated(code) ? TERMINATED_PAUSE_MS : 0;
    return pauseMs + backoffMs(RECONNECT_BACKOFF, ++this.#failureCount, random());
  }

  async #wait(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#interrupt = resolve;
      this.#timers.after(delayMs, resolve);
    });
  }
}
