import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { OdooGeneration } from "./odoo_generations.ts";
import { RequestLog } from "./request_log.ts";
import type { ConnectionAddress } from "./single_connection.ts";
import type { JobAddress } from "./stand_in_protocol.ts";
import { StandInWorkers } from "./stand_in_workers.ts";

export interface StandInOptions {
  readonly generation: OdooGeneration;
  /** Where the databases are: a `PostgresServer`, or an address and a role. */
  readonly server: ConnectionAddress;
  /** Default 4. */
  readonly workers?: number;
  /** Default: a free one. A stand-in that comes back takes its old port. */
  readonly port?: number;
  /**
   * Whether Odoo serves several databases, and so needs a session before the first job. Default
   * true.
   */
  readonly hasManyDatabases?: boolean;
  /** Odoo's `dbfilter`: for a database it excludes Odoo answers 200 and does nothing. */
  readonly servesDatabase?: (database: string) => boolean;
  /** Whether the add-on is loaded server-wide; without it `runjob` is not found. Default true. */
  readonly isServerWide?: boolean;
  /** What a proxy in front of Odoo asks for. */
  readonly basicAuth?: { readonly user: string; readonly password: string };
  /** Counts on where a stand-in before it has ended. Default: a new one. */
  readonly requests?: RequestLog;
  readonly onArrival?: (job: JobAddress) => void;
  readonly onWorking?: (job: JobAddress) => void;
  /** A worker process has died, with the job it had in hand. */
  readonly onWorkerDeath?: (processId: number, job: JobAddress | null) => void;
  /** What workers complain of, as a database that is gone. Default: to standard error. */
  readonly onErrorLine?: (line: string) => void;
}

/**
 * An HTTP server that takes jobs as Odoo of one generation does, with real worker processes and
 * real transactions, and counts what it is asked for.
 */
export class StandInOdoo {
  readonly requests: RequestLog;
  readonly workers: StandInWorkers;
  readonly #options: StandInOptions;
  readonly #http: Server;
  /** Session cookie → the database it was made for; null: for any. */
  readonly #sessions = new Map<string, string | null>();

  private constructor(options: StandInOptions, workers: StandInWorkers) {
    this.#options = options;
    this.requests = options.requests ?? new RequestLog();
    this.workers = workers;
    this.#http = createServer((request, response) => this.#take(request, response));
    // A job may take hours, and its client waits.
    this.#http.requestTimeout = 0;
    this.#http.timeout = 0;
  }

  static async start(options: StandInOptions): Promise<StandInOdoo> {
    const workers = await StandInWorkers.start({
      count: options.workers ?? 4,
      server: address(options.server),
      onDeath: options.onWorkerDeath ?? (() => undefined),
      ...(options.onErrorLine && { onErrorLine: options.onErrorLine }),
    });
    const odoo = new StandInOdoo(options, workers);
    await new Promise<void>((resolve, reject) => {
      odoo.#http.once("error", reject);
      odoo.#http.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    return odoo;
  }

  get port(): number {
    const bound = this.#http.address();
    return typeof bound === "object" && bound !== null ? bound.port : 0;
  }

  /** Ends at once: open requests are cut off, jobs in the middle die with their workers. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    await this.workers.stop();
    this.#http.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const { generation, isServerWide = true } = this.#options;
    request.resume();
    response.setHeader("Connection", "close");
    if (!this.#isAuthorized(request)) {
      response.setHeader("WWW-Authenticate", 'Basic realm="proxy"');
      return answer(response, 401, "<h1>401 Authorization Required</h1>");
    }
    if (url.pathname === "/") {
      response.setHeader("Location", "/web");
      return answer(response, 303, "");
    }
    if (url.pathname === generation.sessionPath) return this.#openSession(url, response);
    if (url.pathname !== generation.runPath || !isServerWide) return notFound(response);
    const job = {
      database: url.searchParams.get("db") ?? "",
      uuid: url.searchParams.get("job_uuid") ?? "",
    };
    if (job.database === "" || job.uuid === "") {
      return answer(response, 400, "<h1>Bad Request</h1>");
    }
    if (!this.#hasSession(request, job.database)) return notFound(response);
    this.requests.arrived(job, request.headers["traceparent"]?.toString());
    this.#runJob(job, response);
  }

  #runJob(job: JobAddress, response: ServerResponse): void {
    const { requests } = this;
    const { generation, onArrival, onWorking, servesDatabase } = this.#options;
    response.once("close", () => requests.closed(job));
    onArrival?.(job);
    if (servesDatabase?.(job.database) === false) return answer(response, 200, "");
    this.workers.take({
      job,
      generation,
      onWorking: () => {
        requests.workBegan(job);
        onWorking?.(job);
      },
      onWorked: () => requests.workEnded(job),
      onAnswer: (status) => {
        if (status === null) response.destroy();
        else answer(response, status, status === 200 ? "" : "<h1>Internal Server Error</h1>");
      },
    });
  }

  #openSession(url: URL, response: ServerResponse): void {
    const session = randomUUID();
    const isForOneDatabase = this.#options.generation.sessionPath === "/web/login";
    this.#sessions.set(session, isForOneDatabase ? url.searchParams.get("db") : null);
    response.setHeader("Set-Cookie", `session_id=${session}; HttpOnly; Path=/`);
    answer(response, 200, isForOneDatabase ? "<form>Log in</form>" : "");
  }

  #hasSession(request: IncomingMessage, database: string): boolean {
    const { generation, hasManyDatabases = true } = this.#options;
    if (generation.sessionPath === null || !hasManyDatabases) return true;
    const session = /(?:^|;\s*)session_id=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    if (!this.#sessions.has(session)) return false;
    const madeFor = this.#sessions.get(session);
    return madeFor === null || madeFor === database;
  }

  #isAuthorized(request: IncomingMessage): boolean {
    const wanted = this.#options.basicAuth;
    if (wanted === undefined) return true;
    const pair = Buffer.from(`${wanted.user}:${wanted.password}`).toString("base64");
    return request.headers.authorization === `Basic ${pair}`;
  }
}

function address(server: ConnectionAddress): ConnectionAddress {
  return { host: server.host, port: server.port, user: server.user, password: server.password };
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(body);
}

function notFound(response: ServerResponse): void {
  answer(response, 404, "<h1>Not Found</h1>");
}
