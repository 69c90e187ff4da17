import { randomUUID } from "node:crypto";
import type { Clock, Timer } from "../clock.ts";
import { CANNOT_LISTEN, DEAF } from "./deaf.ts";
import { NOTIFY } from "./queries.ts";
import { type Session, SessionLost } from "./session.ts";

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Read at every use. */
  readonly timing: {
    /** Between two heartbeats. */
    readonly heartbeatIntervalMs: number;
    /** A heartbeat must have come back by then, else the session is abandoned. */
    readonly heartbeatDeadlineMs: number;
  };
  /** Time to `send`. */
  readonly onDue: () => void;
}

/** PostgreSQL's code for what a server in recovery refuses. */
const READ_ONLY = "25006";
const IN_RECOVERY = "the server is in recovery, as a standby or before it is promoted; " +
  "connect to the one that is written to (--db-host, --db-port)";

/**
 * Proves that a session is alive and hears: a NOTIFY to ourselves must come back on the same
 * connection. A process whose connection was dropped without a word would wait for ever otherwise.
 */
export class Heartbeat {
  /** Its own NOTIFY channel. */
  readonly channel = `odoo_jobrunner_${randomUUID().replaceAll("-", "")}`;
  readonly #options: HeartbeatOptions;
  #interval: Timer | null = null;
  #deadline: Timer | null = null;
  #isDue = false;
  /** Who waits for the first one. */
  #first: { heard(): void; failed(reason: SessionLost): void } | null = null;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /**
   * The session listens, and has proven it when this resolves.
   *
   * @throws {SessionLost} When it does not hear.
   * @throws {Error} When the server takes no LISTEN.
   */
  async start(session: Session): Promise<void> {
    await listen(session, this.channel);
    const heard = new Promise<void>((resolve, reject) => {
      this.#first = { heard: resolve, failed: reject };
    });
    // A loss is thrown below.
    heard.catch(() => {});
    // In one transaction with its NOTIFY a pooler lets it through: only another's tells.
    if (session.isBehindPooler) await this.#sendFromOutside(session);
    else await this.send(session);
    if (!session.isOpen) await session.run(NOTIFY, [this.channel, ""], "brief");
    await heard;
  }

  /** It is time to `send`, as soon as the session is idle. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Sends one. Resolves when the statement is over; whether it is heard shows later. */
  async send(session: Session): Promise<void> {
    const { clock } = this.#options;
    this.#isDue = false;
    let isAnswered = false;
    this.#expect(session, () => isAnswered);
    try {
      const sentMs = clock.nowMs();
      // Its deadline is watched here. With another timeout than that of what else an idle session
      // sends, the server would have to be told of both, again and again.
      const [row] = await session.run(NOTIFY, [this.channel, ""]);
      isAnswered = true;
      clock.align?.(Number(row!["nowMs"]), sentMs);
    } catch (error) {
      if (!(error instanceof SessionLost)) session.abandon((error as Error).message);
    }
  }

  /** It came back. */
  heard(): void {
    this.#deadline?.cancel();
    this.#deadline = null;
    this.#first?.heard();
    this.#first = null;
    this.#sendLater();
  }

  /** The session is over. */
  stop(): void {
    this.#interval?.cancel();
    this.#deadline?.cancel();
    this.#interval = null;
    this.#deadline = null;
    this.#first = null;
    this.#isDue = false;
  }

  async #sendFromOutside(session: Session): Promise<void> {
    const other = await session.openAnother();
    try {
      this.#expect(session, () => true);
      await other.run(NOTIFY, [this.channel, ""], "brief");
    } finally {
      await other.end();
    }
  }

  /** One is on its way, and comes back within the deadline, or the session is of no use. */
  #expect(session: Session, isAnswered: () => boolean): void {
    const { clock, timing } = this.#options;
    const deadlineMs = timing.heartbeatDeadlineMs;
    this.#deadline = clock.after(deadlineMs, () => {
      const [reason, code] = silence(deadlineMs / 1000, isAnswered());
      session.abandon(reason, code);
      this.#first?.failed(new SessionLost(code, reason));
    });
  }

  #sendLater(): void {
    this.#interval?.cancel();
    const { clock, timing } = this.#options;
    this.#interval = clock.after(timing.heartbeatIntervalMs, () => {
      this.#interval = null;
      this.#isDue = true;
      this.#options.onDue();
    });
  }
}

async function listen(session: Session, channel: string): Promise<void> {
  try {
    await session.run(`listen "${channel}"`, [], "brief");
  } catch (error) {
    if ((error as { code?: unknown }).code !== READ_ONLY) throw error;
    throw new Error(`${(error as Error).message}: ${IN_RECOVERY}`, { cause: error });
  }
}

/** Why no notification came back, by whether the statement that sent it was answered. */
function silence(seconds: number, isAnswered: boolean): [reason: string, code: string] {
  const silence = `a notification to ourselves did not come back within ${seconds} s`;
  return isAnswered
    ? [`${silence}: ${CANNOT_LISTEN}`, DEAF]
    : [`${silence}: the link is dead`, "TIMEOUT"];
}
