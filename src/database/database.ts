import { randomUUID } from "node:crypto";
import { type Clock, SystemClock } from "../clock.ts";
import { type ConnectionSettings, defaultConnection } from "./connection.ts";
import {
  type DatabaseFacts,
  generationOf,
  type KnownGeneration,
  type NothingToRun,
} from "./generation.ts";
import type { Logger } from "../log.ts";
import { JobPage, type JobRow } from "./job_row.ts";
import { oldWorkers } from "./old_workers.ts";
import {
  ADDON_STATE,
  FACTS,
  IS_ODOO,
  isLockOurs,
  jobPage,
  TERMINATE_GHOST,
  TRY_GROUP_LOCK,
  tryLock,
  UNLOCK_GROUP,
} from "./queries.ts";
import { type Parameter, Session, type SessionLost } from "./session.ts";
import { PAGE_ROWS } from "./statement.ts";

export interface DatabaseOptions {
  /** How to reach the server; as libpq would, if absent. */
  readonly connection?: ConnectionSettings;
  readonly clock?: Clock;
}

/** What a session tells its owner. */
export interface SessionEvents {
  readonly onNotify?: (channel: string, payload: string) => void;
  readonly onLost?: (reason: SessionLost) => void;
  readonly onSetback?: (reason: string) => void;
}

/** How a session is opened; see `SessionOptions`. */
export interface SessionManner {
  readonly isPooled?: boolean;
  readonly signal?: AbortSignal;
}

/** A backend that was terminated takes a moment to go. */
const GHOST_PAUSE_MS = 50;
const GHOST_PAUSES = 40;

/**
 * One of Odoo's databases, by name. Makes sessions and knows what is asked of them at their start;
 * the jobs of the database are read with `selectJobs`.
 */
export class Database {
  readonly #connection: ConnectionSettings;
  readonly #clock: Clock;
  /** Tells our backends from all others, also from those of an earlier session of ours. */
  readonly #nonce = randomUUID().slice(0, 8);
  #lastPid = 0;
  #hasToldOldWorkers = false;

  constructor(readonly name: string, options: DatabaseOptions = {}) {
    this.#connection = options.connection ?? defaultConnection();
    this.#clock = options.clock ?? new SystemClock();
  }

  /** Opens a session of its own. */
  openSession(events: SessionEvents = {}, manner: SessionManner = {}): Promise<Session> {
    return Session.open({
      database: this.name,
      connection: this.#connection,
      applicationName: this.#applicationName,
      clock: this.#clock,
      ...manner,
      ...events,
    });
  }

  /** Which generation the database is, or why it has nothing to run. */
  async generation(session: Session): Promise<KnownGeneration | NothingToRun> {
    const [first] = await session.run(IS_ODOO, [], "brief");
    if (first!["odoo"] !== true) return { state: "ignored", reason: "not a database of Odoo" };
    const [row] = await session.run(FACTS, [], "brief");
    const facts: DatabaseFacts = {
      addons: JSON.parse(String(row!["addons"])),
      columns: JSON.parse(String(row!["columns"])),
      hasJobLocks: row!["hasJobLocks"] === true,
    };
    return generationOf(facts);
  }

  /** Whether the add-on is as it was found by `generation`: cheap, to be asked often. */
  async isUnchanged(session: Session, { addon }: KnownGeneration): Promise<boolean> {
    const [row] = await session.run(ADDON_STATE, [addon], "brief");
    return row?.["state"] === "installed";
  }

  /**
   * Takes the database's lock for the life of the session; answers false while another runner holds
   * it.
   */
  lock(session: Session, generation: KnownGeneration): Promise<boolean> {
    return this.#lock(session, tryLock(generation));
  }

  /** Whether it is held by a runner of our kind, which may be the ghost of one that has died. */
  async isLockOurs(session: Session, generation: KnownGeneration): Promise<boolean> {
    const [row] = await session.run(isLockOurs(generation), ["odoo\\_jobrunner\\_%"], "brief");
    return row!["ours"] === true;
  }

  /**
   * Who else enqueues jobs on 8.0, said once: the next sessions find the same.
   *
   * @throws {SessionLost}
   */
  async tellOldWorkers(
    session: Session,
    generation: KnownGeneration,
    logger: Logger,
  ): Promise<void> {
    if (this.#hasToldOldWorkers) return;
    const { warnings, unknown } = await oldWorkers(session, generation);
    this.#hasToldOldWorkers = true;
    for (const warning of warnings) logger.warning(warning, this.name);
    if (unknown) logger.debug(`cannot look for other workers: ${unknown}`, this.name);
  }

  /** The same with the lock of a group of runners, on whichever database it lives. */
  lockGroup(session: Session, group: string): Promise<boolean> {
    return this.#lock(session, TRY_GROUP_LOCK, [group]);
  }

  /** Gives the lock of a group back before the session ends. */
  async unlockGroup(session: Session, group: string): Promise<void> {
    await session.run(UNLOCK_GROUP, [group], "brief");
  }

  /**
   * The jobs that a condition chooses, by id, read in pages over a connection of their own, which
   * ends with the iteration.
   *
   * @param where SQL over the columns of `queue_job` with `$1` placeholders: never a text from
   *   outside.
   * @param args Values of the placeholders.
   * @throws {Error} When the database cannot be reached, or its `queue_job` read.
   *
   * @example ```ts ignore for await (const job of new Database("shop").selectJobs("state = $1",
   *   ["failed"])) console.log(job.uuid); ```
   */
  async *selectJobs(
    where = "true",
    args: readonly Parameter[] = [],
  ): AsyncGenerator<JobRow, void, undefined> {
    const session = await this.openSession();
    try {
      const generation = await this.generation(session);
      if ("reason" in generation) {
        throw new Error(`Cannot read jobs of database "${this.name}": ${generation.reason}`);
      }
      const { columns } = generation;
      const text = jobPage({ columns, where, placeholders: args.length, isWalk: false });
      let afterId: number | null = 0;
      while (afterId !== null) {
        const page: JobPage = new JobPage(await session.run(text, [...args, afterId, PAGE_ROWS]));
        yield* page;
        afterId = page.nextId;
      }
    } finally {
      await session.end();
    }
  }

  async #lock(session: Session, text: string, parameters: readonly Parameter[] = []) {
    const tryOnce = async () =>
      (await session.run(text, parameters, "brief"))[0]!["locked"] === true;
    let isOurs = await tryOnce();
    if (!isOurs && this.#lastPid !== 0 && this.#lastPid !== session.pid) {
      // Our own backend before this one may live on, its connection cut without a word.
      const ghost = [this.#lastPid, this.#applicationName];
      const ghosts = await session.run(TERMINATE_GHOST, ghost, "brief");
      for (let pause = 0; !isOurs && ghosts.length > 0 && pause < GHOST_PAUSES; pause++) {
        await new Promise<void>((resolve) => this.#clock.after(GHOST_PAUSE_MS, resolve));
        isOurs = await tryOnce();
      }
    }
    if (isOurs) this.#lastPid = session.pid;
    return isOurs;
  }

  get #applicationName(): string {
    return `odoo_jobrunner_${this.#nonce}`;
  }
}
