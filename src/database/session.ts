import type { Socket } from "node:net";
import postgres from "postgres";
import { type Backoff, backoffMs } from "../backoff.ts";
import type { Timer } from "../clock.ts";
import { driverOptions, type OneServer } from "./connection.ts";
import { withPoolerCure } from "./deaf.ts";
import { type Parameter, toDriver } from "./parameter.ts";
import { allowStatements, OPENING, POOLED_OPENING } from "./queries.ts";
import { openOnWritable } from "./server_choice.ts";
import { codeOf, SessionLost } from "./session_lost.ts";
import type { SessionOptions } from "./session_options.ts";
import { openSocket } from "./socket.ts";

export { type Parameter, SessionLost };
export type Row = Record<string, unknown>;

/**
 * `keyed`: finds a few rows by their keys, again and again. `brief`: soon over. `long`: may read a
 * whole table. `onward`: reads it on, in the order of its ids.
 */
export type Length = "keyed" | "brief" | "long" | "onward";

const FINDINGS = { keyed: "keys", brief: "any", long: "any", onward: "order" } as const;

/** How long the server may take for a brief statement, so that a dead link is soon noticed. */
const BRIEF_MS = 10_000;
/**
 * Beyond the server's own statement timeout: then not the statement is slow but the link is dead.
 */
const LINK_GRACE_MS = 5_000;

/** Serialization failure and deadlock: the same statement may well get through the next time. */
const GAVE_WAY = /^40(001|P01)$/;
const GAVE_WAY_TRIES = 5;
const GAVE_WAY_BACKOFF: Backoff = { firstMs: 50, longestMs: 800 };

/** How long a server may take to hang up when told that we go. */
const HANG_UP_MS = 1_000;

/** Codes with which the backend itself says that it ends. */
const TERMINATED = /^(57P0[1-5]|08\w{3}|53300)$/;

/**
 * The life of one PostgreSQL backend. States:
 *
 *   open    `run` sends statements, one at a time; notifications arrive at any moment
 *   lost    the socket closed, the server ended it, or a statement had no answer in time:
 *           `onLost` is told
 *   ended   by `end`
 *
 * It never goes back to open: the driver would silently take a new backend, without our locks and
 * LISTEN. Whoever wants to go on makes a new session.
 */
export class Session {
  readonly #sql: postgres.Sql;
  readonly #options: SessionOptions;
  #state: "open" | "lost" | "ended" = "open";
  #lost: SessionLost | null = null;
  #rejectRunning: ((reason: SessionLost) => void) | null = null;
  /** Open or being opened. */
  #socket: Socket | null = null;
  /** It is closed. */
  #onHungUp: () => void = () => {};
  #ending: Promise<void> | null = null;
  #pid = 0;
  #isReadOnly = false;
  #isBehindPooler = false;
  readonly #onAbort = () => void this.end();
  /** What the backend allows statements; null where it is not ours to say. */
  #allowed: Length | null = null;
  /** The last reason why a statement gave way. */
  #setback: string | null = null;

  /**
   * On the first of the servers that may be written to.
   *
   * @throws {Error} As the driver says, when no server can be reached or lets us in.
   */
  static open(options: SessionOptions): Promise<Session> {
    return openOnWritable(options.connection, (server) => Session.#openOn(server, options));
  }

  static async #openOn(server: OneServer, options: SessionOptions): Promise<Session> {
    if (options.signal?.aborted) throw new SessionLost("ENDED", "the session was ended");
    const session = new Session(server, options);
    options.signal?.addEventListener("abort", session.#onAbort);
    try {
      const sentMs = options.clock.nowMs();
      const rows = await session.run(options.isPooled ? POOLED_OPENING : OPENING);
      const row = rows[0];
      session.#pid = Number(row!["pid"]);
      session.#isBehindPooler = keyOf(rows) !== session.#pid;
      session.#isReadOnly = row!["isReadOnly"] === true;
      if (row!["isOurs"] === true) session.#allowed = "long";
      options.clock.align?.(Number(row!["nowMs"]), sentMs);
      return session;
    } catch (error) {
      await session.end();
      throw withPoolerCure(error);
    }
  }

  private constructor(server: OneServer, options: SessionOptions) {
    this.#options = options;
    const { database, applicationName, isPooled } = options;
    const driver = driverOptions(server, database, applicationName, isPooled);
    // `onnotify` is missing in the driver's types; its own `listen` would open a second connection.
    const onnotify = (channel: string, payload: string) => {
      if (this.#state === "open") options.onNotify?.(channel, payload);
    };
    const onclose = () => {
      this.#lose(new SessionLost("CONNECTION_CLOSED", "the connection was closed"));
    };
    // Missing in the types as well.
    const socket = () => openSocket(server, options.clock, (it) => this.#keep(it));
    this.#sql = postgres({ ...driver, ...{ onnotify, socket }, onclose });
  }

  /** Process id of the backend: writes carry it, so that they have no effect on any other. */
  get pid(): number {
    return this.#pid;
  }

  /** The backend that writes must run on; null is any. */
  get fence(): number | null {
    return this.#options.isPooled ? null : this.#pid;
  }

  /** Who answers has another process id than the backend: some pooler stands between. */
  get isBehindPooler(): boolean {
    return this.#isBehindPooler;
  }

  /** Opens another one that hears and tells nothing. */
  openAnother(): Promise<Session> {
    const { onNotify: _, onLost: __, ...options } = this.#options;
    return Session.open(options);
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** The server can only be read, in this database at least. */
  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /**
   * Runs one statement. The next may start when this one is over. One that gave way to another
   * transaction had no effect, and is sent again a few times.
   *
   * @throws {SessionLost} When the session ends before the answer: nobody knows then whether it had
   *   effect.
   * @throws {postgres.PostgresError} When the server refuses the statement; the session goes on.
   */
  async run(
    text: string,
    parameters: readonly Parameter[] = [],
    length: Length = "long",
  ): Promise<readonly Row[]> {
    for (let tries = 1;; tries++) {
      try {
        return await this.#send(text, parameters, length);
      } catch (error) {
        if (tries === GAVE_WAY_TRIES || !GAVE_WAY.test(codeOf(error))) throw error;
        const reason = (error as Error).message;
        if (reason !== this.#setback) this.#options.onSetback?.(reason);
        this.#setback = reason;
        await this.#orLost<void>((resolve) => {
          return this.#options.clock.after(backoffMs(GAVE_WAY_BACKOFF, tries, 1), resolve);
        });
      }
    }
  }

  /** The owner has found that the session is of no use any more. */
  abandon(reason: string, code = "ABANDONED"): void {
    this.#lose(new SessionLost(code, reason));
  }

  /**
   * Ends the session. When this resolves, its backend is gone and its locks are free, unless the
   * server cannot be reached or is busy with a statement for longer than a second. May be called in
   * any state, and twice.
   */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #send(
    text: string,
    parameters: readonly Parameter[],
    length: Length,
  ): Promise<readonly Row[]> {
    if (this.#lost) throw this.#lost;
    if (this.#state === "ended") throw new SessionLost("ENDED", "the session was ended");
    const { statementTimeoutMs } = this.#options.connection;
    const timeoutMs = length === "long" || length === "onward"
      ? statementTimeoutMs
      : Math.min(statementTimeoutMs, BRIEF_MS);
    this.#allow(length, timeoutMs);
    const query = this.#sql.unsafe(text, parameters.map(toDriver) as never[], {
      prepare: parameters.length > 0 && !this.#options.isPooled,
    }) as unknown as Promise<readonly Row[]>;
    const deadlineMs = timeoutMs + LINK_GRACE_MS;
    try {
      return await this.#orLost((resolve, reject) => {
        query.then(resolve, reject);
        return this.#options.clock.after(deadlineMs, () => {
          const seconds = Math.round(deadlineMs / 1000);
          this.#lose(new SessionLost("TIMEOUT", `no answer for ${seconds} s`));
        });
      });
    } catch (error) {
      throw this.#asLost(error);
    }
  }

  /** Has the server plan what comes next, and give up on it, accordingly; sent together with it. */
  #allow(length: Length, timeoutMs: number): void {
    if (this.#allowed === null || length === this.#allowed) return;
    this.#allowed = length;
    // The statement behind it meets the same end.
    this.#sql.unsafe(allowStatements(timeoutMs, FINDINGS[length])).catch(() => {});
  }

  /** What `begin` comes to, unless the session is over before. Its timer ends with it. */
  async #orLost<T>(
    begin: (resolve: (value: T) => void, reject: (reason: unknown) => void) => Timer,
  ): Promise<T> {
    let timer: Timer | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#rejectRunning = reject;
        timer = begin(resolve, reject);
      });
    } finally {
      timer?.cancel();
      this.#rejectRunning = null;
    }
  }

  /** What the driver throws when the connection is gone becomes the loss of the session. */
  #asLost(error: unknown): unknown {
    if (this.#lost) return this.#lost;
    if (error instanceof SessionLost) return error;
    const code = codeOf(error);
    if (error instanceof postgres.PostgresError && !TERMINATED.test(code)) return error;
    const message = error instanceof Error ? error.message : String(error);
    const lost = new SessionLost(code || "CONNECTION_CLOSED", message, { cause: error });
    this.#lose(lost);
    return lost;
  }

  async #end(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    if (this.#state === "open") this.#state = "ended";
    this.#rejectRunning?.(new SessionLost("ENDED", "the session was ended"));
    await this.#sql.end({ timeout: 0 });
    if (!this.#socket) return;
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#onHungUp = resolve;
      timer = this.#options.clock.after(HANG_UP_MS, resolve);
    });
    timer?.cancel();
    this.#socket?.destroy();
  }

  #lose(reason: SessionLost): void {
    if (this.#state !== "open") return;
    this.#state = "lost";
    this.#lost = reason;
    this.#rejectRunning?.(reason);
    // Ends the driver's client too: it must not connect again and send what is queued to another
    // backend.
    void this.#sql.end({ timeout: 0 });
    this.#socket?.destroy();
    // Before it is open, `open` itself throws.
    if (this.#pid !== 0) this.#options.onLost?.(reason);
  }

  #keep(socket: Socket): void {
    this.#socket = socket;
    socket.once("close", () => {
      this.#socket = null;
      this.#onHungUp();
    });
    if (this.#state !== "open") socket.destroy();
  }
}

/** The process id that was told at the connection's start: a pooler's own, where there is one. */
function keyOf(rows: readonly Row[]): number | undefined {
  return (rows as { state?: { pid?: number } }).state?.pid;
}
