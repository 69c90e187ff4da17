import type { Clock } from "../clock.ts";
import { mayBeSessionLost, outcomeOf } from "./answer.ts";
import { brokenReason, isNotHttp, isTimeout } from "./broken_reason.ts";
import {
  type AskedJob,
  authorizationOf,
  type Endpoint,
  jobPath,
  originOf,
  sessionPath,
} from "./endpoint.ts";
import { HttpRequest, type HttpResult } from "./http_request.ts";
import { OpenAsk } from "./open_ask.ts";
import type { Outcome } from "./outcome.ts";
import { PROBE_PATH, type ProbeAnswer, probeAnswerOf } from "./probe.ts";
import { type Session, SessionCookies, sessionOf, type SessionResult } from "./session_cookies.ts";

export interface DispatcherOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** How long a probe waits for its answer. */
  readonly probeTimeoutMs?: number;
}

const PROBE_TIMEOUT_MS = 5_000;
const NO_SESSION: Session = { kind: "session", cookie: null };
const NEVER_SENT: Outcome = { kind: "released", sent: false };

/**
 * Asks Odoo to run jobs: one request a job, sent at most once, awaited however long. What the world
 * does wrong is part of the answer.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #host: string;
  readonly #authorization: string | null;
  readonly #sessions = new SessionCookies((database, path) => this.#fetchSession(database, path));
  readonly #asks = new Map<string, OpenAsk>();
  readonly #requests = new Set<HttpRequest>();
  /** Databases whose last session a proxy has refused for an Odoo that is not there. */
  readonly #unavailable = new Set<string>();
  #isClosed = false;

  /** @throws {RangeError} a host that no URL can hold */
  constructor(options: DispatcherOptions) {
    const { host } = options.endpoint;
    if (!URL.canParse(originOf(options.endpoint))) {
      throw new RangeError(
        `Cannot ask the host "${host}": a name or an address is wanted, as in "localhost"`,
      );
    }
    this.#options = options;
    this.#host = new URL(originOf(options.endpoint)).host;
    this.#authorization = authorizationOf(options.endpoint);
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
    const { clock, endpoint, probeTimeoutMs } = this.#options;
    const request = this.#send(PROBE_PATH, null);
    const timer = clock.after(probeTimeoutMs ?? PROBE_TIMEOUT_MS, () => request.cancel());
    const result = await request.result;
    timer.cancel();
    return probeAnswerOf(result, endpoint);
  }

  /** Forgets what is kept of a database that is gone. */
  forgetDatabase(database: string): void {
    this.#sessions.forget(database);
    this.#unavailable.delete(database);
  }

  /** Lets every request go and resolves when all connections are closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const outcomes = [...this.#asks.values()].map((it) => it.outcome);
    for (const ask of this.#asks.values()) ask.release();
    const requests = [...this.#requests];
    for (const request of requests) request.cancel();
    await Promise.all([...outcomes, ...requests.map((it) => it.closed)]);
  }

  async #askFor(job: AskedJob, open: OpenAsk): Promise<Outcome> {
    const { database, route } = job;
    // A session may have run out: then the answer proves that the job was not run, and one fresh
    // session is tried.
    for (let isFirst = true;; isFirst = false) {
      if (open.isReleased) return NEVER_SENT;
      const fetched = route.session === null ? null : this.#sessions.of(database, route.session);
      const session = fetched === null ? NO_SESSION : await open.unlessReleased(fetched);
      if (session === null || open.isReleased) return NEVER_SENT;
      if (session.kind !== "session") return session;
      const result = await open.resultOf(this.#send(jobPath(job), session.cookie, job.traceparent));
      const isSessionLost = fetched !== null && result.kind === "answered" &&
        mayBeSessionLost(result.answer);
      if (isSessionLost) this.#sessions.forget(database, fetched);
      if (!isSessionLost || !isFirst) return this.#outcomeOf(result, job);
    }
  }

  #outcomeOf(result: HttpResult, { database, route }: AskedJob): Outcome {
    const { endpoint } = this.#options;
    switch (result.kind) {
      case "answered": {
        const withAuthorization = this.#authorization !== null;
        return outcomeOf(result.answer, {
          route,
          database,
          scheme: endpoint.scheme,
          withAuthorization,
        });
      }
      case "cancelled":
        return { kind: "released", sent: result.sent };
      case "broken": {
        const reason = brokenReason(result.error, endpoint);
        if (!result.sent) return { kind: this.#unsentKind(result.error), reason };
        return isNotHttp(result.error) ? { kind: "refused", reason } : { kind: "dropped", reason };
      }
    }
  }

  /**
   * However a session is refused, the job's own request was never sent. What Odoo makes of it
   * concerns this database alone: its registry may be broken, and even kill the worker.
   */
  async #fetchSession(database: string, session: string): Promise<SessionResult> {
    const path = sessionPath(session, database);
    const result = await this.#send(path, null).result;
    const isGiven = result.kind === "answered" && result.answer.status < 400;
    const route = { path: session, session: null };
    const outcome = this.#outcomeOf(result, { database, uuid: "", route });
    const isRepeated = this.#unavailable.has(database);
    if (outcome.kind !== "unavailable") this.#unavailable.delete(database);
    if (isGiven) return sessionOf(result.answer);
    switch (outcome.kind) {
      case "unreachable":
      case "overloaded":
        return outcome;
      case "unavailable":
        // A proxy says the same of an Odoo that is away and of a worker that died of this one
        // database: that shows when it says so again after Odoo was found.
        if (isRepeated) break;
        this.#unavailable.add(database);
        return { kind: "unreachable", reason: outcome.reason };
      case "released":
        return NEVER_SENT;
    }
    const reason = outcome.kind === "failed"
      ? `${session} is answered ${outcome.status}`
      : "reason" in outcome
      ? outcome.reason
      : outcome.kind;
    return { kind: "refused", reason: `no session: ${reason}` };
  }

  /** A backlog that is full and a host that is away look the same, but for the other requests. */
  #unsentKind(error: Error): "overloaded" | "unreachable" {
    const isBusy = isTimeout(error) && [...this.#requests].some((it) => it.isAwaited);
    return isBusy ? "overloaded" : "unreachable";
  }

  #send(path: string, cookie: string | null, traceparent?: string | null): HttpRequest {
    const { endpoint, clock, connectTimeoutMs } = this.#options;
    const headers = {
      host: this.#host,
      ...(this.#authorization === null ? {} : { authorization: this.#authorization }),
      ...(cookie === null ? {} : { cookie }),
      ...(traceparent ? { traceparent } : {}),
    };
    const request = new HttpRequest({ endpoint, clock, connectTimeoutMs, path, headers });
    this.#requests.add(request);
    void request.closed.then(() => this.#requests.delete(request));
    return request;
  }
}

/** No database has a NUL in its name. */
function keyOf(database: string, uuid: string): string {
  return `${database}\0${uuid}`;
}
