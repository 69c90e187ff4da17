import type { Clock } from "../clock.ts";
import { type Asked, outcomeOf } from "./answer.ts";
import { brokenReason, isNotHttp, isTimeout } from "./broken_reason.ts";
import {
  authorizationOf,
  checkEndpoint,
  type Endpoint,
  originOf,
  sessionPath,
} from "./endpoint.ts";
import { HttpRequest, type HttpResult } from "./http_request.ts";
import { NEVER_SENT, type Outcome } from "./outcome.ts";
import { PROBE_PATH, type ProbeAnswer, probeAnswerOf } from "./probe.ts";
import { SessionCookies, sessionOf, type SessionResult } from "./session_cookies.ts";

export interface OdooServerOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  /** How long a probe waits for its answer. */
  readonly probeTimeoutMs?: number;
}

const PROBE_TIMEOUT_MS = 5_000;

/** Odoo at one endpoint: the requests that are open there, and the sessions it has given. */
export class OdooServer {
  readonly sessions = new SessionCookies((database, path) => this.#fetchSession(database, path));
  readonly #options: OdooServerOptions;
  /** Of every request. */
  readonly #headers: string;
  readonly #requests = new Set<HttpRequest>();
  #onIdle: () => void = () => {};
  /** Databases whose last session a proxy has refused for an Odoo that is not there. */
  readonly #unavailable = new Set<string>();

  /** @throws {RangeError} A host that no URL can hold. */
  constructor(options: OdooServerOptions) {
    const { endpoint } = this.#options = options;
    checkEndpoint(endpoint);
    const authorization = authorizationOf(endpoint);
    this.#headers = header("host", new URL(originOf(endpoint)).host) +
      (authorization === null ? "" : header("authorization", authorization));
  }

  /** No request is open. */
  get isIdle(): boolean {
    return this.#requests.size === 0;
  }

  /** Sends a request, once. */
  send(path: string, cookie: string | null, traceparent?: string | null): HttpRequest {
    let headers = this.#headers;
    if (cookie !== null) headers += header("cookie", cookie);
    if (traceparent) headers += header("traceparent", traceparent);
    const { endpoint, clock, connectTimeoutMs } = this.#options;
    const onClosed = this.#forget;
    const request = new HttpRequest(path, headers, { endpoint, clock, connectTimeoutMs, onClosed });
    this.#requests.add(request);
    return request;
  }

  /** What the end of a request means for its job. */
  outcomeOf(result: HttpResult, { route, database }: Pick<Asked, "route" | "database">): Outcome {
    const { endpoint } = this.#options;
    switch (result.kind) {
      case "answered": {
        const { scheme, user } = endpoint;
        const withAuthorization = user !== null;
        return outcomeOf(result.answer, { route, database, scheme, withAuthorization });
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

  /** Whether Odoo is there: a request that runs nothing. */
  async probe(): Promise<ProbeAnswer> {
    const { clock, endpoint, probeTimeoutMs } = this.#options;
    const request = this.send(PROBE_PATH, null);
    const timer = clock.after(probeTimeoutMs ?? PROBE_TIMEOUT_MS, () => request.cancel());
    const result = await request.result;
    timer.cancel();
    return probeAnswerOf(result, endpoint);
  }

  /** Forgets what is kept of a database that is gone. */
  forgetDatabase(database: string): void {
    this.sessions.forget(database);
    this.#unavailable.delete(database);
  }

  /** Cancels every request; resolves when their connections are closed. */
  async close(): Promise<void> {
    for (const request of this.#requests) request.cancel();
    if (!this.isIdle) await new Promise<void>((resolve) => this.#onIdle = resolve);
  }

  /**
   * However a session is refused, the job's own request was never sent. What Odoo makes of it
   * concerns this database alone: its registry may be broken, and even kill the worker.
   */
  async #fetchSession(database: string, session: string): Promise<SessionResult> {
    const path = sessionPath(session, database);
    const result = await this.send(path, null).result;
    const isGiven = result.kind === "answered" && result.answer.status < 400;
    const route = { path: session, session: null };
    const outcome = this.outcomeOf(result, { database, route });
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

  readonly #forget = (request: HttpRequest): void => {
    this.#requests.delete(request);
    if (this.isIdle) this.#onIdle();
  };

  /** A backlog that is full and a host that is away look the same, but for the other requests. */
  #unsentKind(error: Error): "overloaded" | "unreachable" {
    const isBusy = isTimeout(error) && [...this.#requests].some((it) => it.isAwaited);
    return isBusy ? "overloaded" : "unreachable";
  }
}

/** A line of a request. */
function header(name: string, value: string): string {
  return `${name}: ${value}\r\n`;
}
