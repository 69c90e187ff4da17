import { mayBeSessionLost } from "./answer.ts";
import { type AskedJob, type Endpoint, jobPath } from "./endpoint.ts";
import { OdooServer, type OdooServerOptions } from "./odoo_server.ts";
import { OpenAsk } from "./open_ask.ts";
import { NEVER_SENT, type Outcome } from "./outcome.ts";
import type { ProbeAnswer } from "./probe.ts";
import type { Session } from "./session_cookies.ts";

const NO_SESSION: Session = { kind: "session", cookie: null };

/**
 * Asks Odoo to run jobs: one request a job, sent at most once, awaited however long. What the world
 * does wrong is part of the answer.
 */
export class Dispatcher {
  readonly #options: OdooServerOptions;
  readonly #asks = new Map<string, OpenAsk>();
  #odoo: OdooServer;
  /** Where Odoo was, as long as requests are open there. */
  #former: readonly OdooServer[] = [];
  #isClosed = false;

  /** @throws {RangeError} A host that no URL can hold. */
  constructor(options: OdooServerOptions) {
    this.#options = options;
    this.#odoo = new OdooServer(options);
  }

  /**
   * From now on Odoo is asked there. Requests that are open go on where they are; what the old one
   * has given, such as sessions, is forgotten.
   *
   * @throws {RangeError} A host that no URL can hold; nothing has changed then.
   */
  moveTo(endpoint: Endpoint): void {
    const odoo = new OdooServer({ ...this.#options, endpoint });
    this.#former = [...this.#former, this.#odoo].filter((it) => !it.isIdle);
    this.#odoo = odoo;
  }

  /**
   * Asks Odoo to run one job and waits until it is over. Never throws. A job that is being asked
   * for already is not asked for again: both callers get the one outcome.
   */
  ask(job: AskedJob): Promise<Outcome> {
    if (this.#isClosed) return Promise.resolve(NEVER_SENT);
    const key = keyOf(job.database, job.uuid);
    const known = this.#asks.get(key);
    if (known) return known.outcome;
    const ask = new OpenAsk(async (open) => {
      try {
        return await this.#askFor(job, open);
      } finally {
        this.#asks.delete(key);
      }
    });
    this.#asks.set(key, ask);
    return ask.outcome;
  }

  /** Lets an open request go: its outcome is `released`, and what was sent goes on in Odoo. */
  release(database: string, uuid: string): void {
    this.#asks.get(keyOf(database, uuid))?.release();
  }

  /** How many jobs are being asked for. */
  get openCount(): number {
    return this.#asks.size;
  }

  /** Whether Odoo is there: a request that runs nothing. */
  async probe(): Promise<ProbeAnswer> {
    if (this.#isClosed) return { kind: "down", reason: "the runner is stopping", byProxy: false };
    return await this.#odoo.probe();
  }

  /** Forgets what is kept of a database that is gone. */
  forgetDatabase(database: string): void {
    this.#odoo.forgetDatabase(database);
  }

  /** Lets every request go and resolves when all connections are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const outcomes = [...this.#asks.values()].map((it) => it.outcome);
    for (const ask of this.#asks.values()) ask.release();
    const closed = [...this.#former, this.#odoo].map((it) => it.close());
    await Promise.all([...outcomes, ...closed]);
  }

  async #askFor(job: AskedJob, open: OpenAsk): Promise<Outcome> {
    const { database, route } = job;
    // A session may have run out: then the answer proves that the job was not run, and one fresh
    // session is tried.
    for (let isFirst = true; !open.isReleased;) {
      const odoo = this.#odoo;
      const fetched = route.session === null ? null : odoo.sessions.of(database, route.session);
      const session = fetched === null ? NO_SESSION : await open.unlessReleased(fetched);
      if (session === null || open.isReleased) return NEVER_SENT;
      // Odoo has moved meanwhile, and nothing was sent.
      if (odoo !== this.#odoo) continue;
      if (session.kind !== "session") return session;
      const result = await open.resultOf(odoo.send(jobPath(job), session.cookie, job.traceparent));
      const isSessionLost = fetched !== null && result.kind === "answered" &&
        mayBeSessionLost(result.answer);
      if (isSessionLost) odoo.sessions.forget(database, fetched);
      if (!isSessionLost || !isFirst) return odoo.outcomeOf(result, job);
      isFirst = false;
    }
    return NEVER_SENT;
  }
}

/** No database has a NUL in its name. */
function keyOf(database: string, uuid: string): string {
  return `${database}\0${uuid}`;
}
