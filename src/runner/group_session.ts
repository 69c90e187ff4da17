import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { Heartbeat } from "../database/heartbeat.ts";
import { type Session, SessionLost } from "../database/session.ts";
import type { Timing } from "./timing.ts";

export interface GroupSessionOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly timing: Readonly<Pick<Timing, "heartbeatIntervalMs" | "heartbeatDeadlineMs">>;
  readonly signal: AbortSignal;
}

/** The session that holds the lock of a group, kept honest by a heartbeat. */
export class GroupSession {
  /** Why it has ended. */
  readonly lost: Promise<SessionLost>;
  readonly #database: Database;
  readonly #heartbeat: Heartbeat;
  #session!: Session;
  #lose: (reason: SessionLost) => void = () => {};
  /** The group whose lock it holds. */
  #group: string | null = null;
  /** One statement after the other. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @throws {SessionLost} When it does not hear.
   * @throws {Error} When the database lets nobody in.
   */
  static async open(options: GroupSessionOptions): Promise<GroupSession> {
    const { database, signal } = options;
    const group = new GroupSession(options);
    group.#session = await database.openSession({
      onNotify: () => group.#heartbeat.heard(),
      onLost: (reason) => group.#lose(reason),
    }, { signal });
    return group;
  }

  private constructor({ database, clock, timing }: GroupSessionOptions) {
    this.#database = database;
    this.lost = new Promise((resolve) => this.#lose = resolve);
    this.#heartbeat = new Heartbeat({
      ...{ clock, timing },
      onDue: () => void this.#inTurn(() => this.#heartbeat.send(this.#session)),
    });
  }

  /** Proves that it hears: before the lock, which would stay with a pooler's backend. */
  async prove(): Promise<void> {
    await this.#heartbeat.start(this.#session);
    this.#heartbeat.stop();
  }

  /** Takes the lock of a group, in place of the one that it has; false while another has it. */
  lock(group: string): Promise<boolean> {
    return this.#inTurn(async () => {
      if (group === this.#group) return true;
      if (!await this.#database.lockGroup(this.#session, group)) return false;
      if (this.#group !== null) await this.#database.unlockGroup(this.#session, this.#group);
      this.#group = group;
      return true;
    });
  }

  /** Proves from now on, again and again, that it hears. */
  keepAlive(): Promise<void> {
    return this.#heartbeat.start(this.#session);
  }

  /** It is of no use any more. */
  abandon(code: string, reason: string): void {
    this.#lose(new SessionLost(code, reason));
  }

  async end(): Promise<void> {
    this.#heartbeat.stop();
    await this.#session.end();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
