import type { Socket } from "node:net";
import postgres from "postgres";
import type { Clock, Timer } from "../clock.ts";
import { type ConnectionSettings, driverOptions } from "./connection.ts";
import { OPENING, POOLED_OPENING } from "./queries.ts";
import { withPoolerCure } from "./deaf.ts";
import { openSocket } from "./socket.ts";

export type Row = Record<string, unknown>;
export type Parameter = string | number | boolean | null | readonly string[];

export interface SessionOptions {
  readonly database: string;
  readonly connection: ConnectionSettings;
  readonly applicationName: string;
  readonly clock: Clock;
  /**
   * A pooler may give each statement another backend: nothing is left behind on any, and nothing of
   * what `run` does counts on one. Default false.
   */
  readonly isPooled?: boolean;
  /** Ends the session, also while it is being opened. */
  readonly signal?: AbortSignal;
  /** A NOTIFY arrived on a channel this session listens to. */
  readonly onNotify?: (channel: string, payload: string) => void;
  /** The backend is gone: called once, unless `end` was called before. */
  readonly onLost?: (reason: SessionLost) => void;
}

/** Why a session ended that nobody had ended. */
export class SessionLost extends Error {
  override readonly name = "SessionLost";

  /**
   * `code` is PostgreSQL's SQLSTATE or the socket's, as far as known: of a backend that was
   * terminated the driver only says CONNECTION_CLOSED.
   */
  constructor(readonly code: string, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Arrays as PostgreSQL writes them: the driver would have to learn the types of arrays from the
 * server first, and a backend that is terminated while it does so ends the whole process.
 */
function asDriverTakesIt(parameter: Parameter): Parameter {
  if (!Array.isArray(parameter)) return parameter;
  const texts = parameter.map((it: string) => `"${it.replace(/["\\]/g, "\\$&")}"`);
  return `{${texts.join(",")}}`;
}

/**
 * Beyond the server's own statement timeout: then not the statement is slow but the link is dead.
 */
const LINK_GRACE_MS = 5_000;

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
  /** Open or being opened: the backend's, and those of hosts that were tried before. */
  readonly #sockets = new Set<Socket>();
  /** None of them is open any more. */
  #onHungUp: () => void = () => {};
  #ending: Promise<void> | null = null;
  #pid = 0;
  #isBehindPooler = false;
  readonly #onAbort = () => void this.end();

  /**
   * @throws {Error} As the driver says, when the server cannot be reached or does not let us in.
   */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    options.signal?.addEventListener("abort", session.#onAbort);
    try {
      const sentMs = options.clock.nowMs();
      const rows = await session.run(options.isPooled ? POOLED_OPENING : OPENING);
      const [row] = rows;
      session.#pid = Number(row!["pid"]);
      session.#isBehindPooler = keyOf(rows) !== session.#pid;
      options.clock.align?.(Number(row!["nowMs"]), sentMs);
      return session;
    } catch (error) {
      await session.end();
      throw withPoolerCure(error);
    }
  }

  private constructor(options: SessionOptions) {
    this.#options = options;
    const driver = driverOptions(
      ...[options.connection, options.database, options.applicationName, options.isPooled] as const,
    );
    // `onnotify` is missing in the driver's types; its own `listen` would open a second connection.
    const onnotify = (channel: string, payload: string) => {
      if (this.#state === "open") options.onNotify?.(channel, payload);
    };
    const onclose = () => {
      this.#lose(new SessionLost("CONNECTION_CLOSED", "the connection was closed"));
    };
    // Missing in the types as well.
    const socket = () => openSocket(options.connection, options.clock, (it) => this.#keep(it));
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

  /**
   * Runs one statement. The next may start when this one is over.
   *
   * @throws {SessionLost} When the session ends before the answer: nobody knows then whether it had
   *   effect.
   * @throws {postgres.PostgresError} When the server refuses the statement; the session goes on.
   */
  async run(
    text: string,
    parameters: readonly Parameter[] = [],
    timeoutMs?: number,
  ): Promise<readonly Row[]> {
    if (this.#lost) throw this.#lost;
    if (this.#state === "ended") throw new SessionLost("ENDED", "the session was ended");
    let timer: Timer | undefined;
    const lost = new Promise<never>((_, reject) => {
      this.#rejectRunning = reject;
      const deadlineMs = timeoutMs ?? this.#options.connection.statementTimeoutMs + LINK_GRACE_MS;
      timer = this.#options.clock.after(deadlineMs, () => {
        this.#lose(new SessionLost("TIMEOUT", `no answer for ${Math.round(deadlineMs / 1000)} s`));
      });
    });
    try {
      const query = this.#sql.unsafe(text, parameters.map(asDriverTakesIt) as never[], {
        prepare: parameters.length > 0 && !this.#options.isPooled,
      });
      return await Promise.race([query as unknown as Promise<readonly Row[]>, lost]);
    } catch (error) {
      throw this.#asLost(error);
    } finally {
      timer?.cancel();
      this.#rejectRunning = null;
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

  /** What the driver throws when the connection is gone becomes the loss of the session. */
  #asLost(error: unknown): unknown {
    if (this.#lost) return this.#lost;
    if (error instanceof SessionLost) return error;
    const code = String((error as { code?: unknown }).code ?? "");
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
    if (this.#sockets.size === 0) return;
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#onHungUp = resolve;
      timer = this.#options.clock.after(HANG_UP_MS, resolve);
    });
    timer?.cancel();
    this.#cut();
  }

  #lose(reason: SessionLost): void {
    if (this.#state !== "open") return;
    this.#state = "lost";
    this.#lost = reason;
    this.#rejectRunning?.(reason);
    // Ends the driver's client too: it must not connect again and send what is queued to another
    // backend.
    void this.#sql.end({ timeout: 0 });
    this.#cut();
    // Before it is open, `open` itself throws.
    if (this.#pid !== 0) this.#options.onLost?.(reason);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#onHungUp();
    });
    if (this.#state !== "open") socket.destroy();
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The process id that was told at the connection's start: a pooler's own, where there is one. */
function keyOf(rows: readonly Row[]): number | undefined {
  return (rows as { state?: { pid?: number } }).state?.pid;
}
