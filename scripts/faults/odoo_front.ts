import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { RequestLog } from "../demo/request_log.ts";
import type { JobAddress } from "../demo/stand_in_protocol.ts";

const QUEUE_JOB_SESSION = "/queue_job/session";

/** Where an Odoo listens: one that is started again may be another object. */
export interface OdooAddress {
  readonly port: number;
}

/** What a proxy answers by itself, before or after it has passed the request on. */
export interface OwnAnswer {
  readonly status: number;
  readonly isPassedOn: boolean;
}

/**
 * A proxy with one address before several Odoo, as where databases of several versions are served:
 * it chooses by the database. For a session, which names none, it asks all of them, and keeps their
 * cookies in one.
 */
export class OdooFront {
  /** Requests for jobs, as its own clients make them. */
  readonly requests = new RequestLog();
  /** Answers requests for jobs itself where this says so. */
  answerFor: ((job: JobAddress) => OwnAnswer | null) | null = null;
  readonly #http: Server;
  readonly #odoos: readonly OdooAddress[];

  private constructor(readonly byDatabase: ReadonlyMap<string, OdooAddress>) {
    this.#odoos = [...new Set(byDatabase.values())];
    this.#http = createServer((incoming, response) => void this.#take(incoming, response));
  }

  static async start(byDatabase: ReadonlyMap<string, OdooAddress>): Promise<OdooFront> {
    const front = new OdooFront(byDatabase);
    await new Promise<void>((resolve) => front.#http.listen(0, "127.0.0.1", () => resolve()));
    return front;
  }

  get port(): number {
    return (this.#http.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeAllConnections();
    await closed;
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("Connection", "close");
    const url = new URL(incoming.url ?? "/", "http://front");
    if (url.pathname === QUEUE_JOB_SESSION) {
      const sessions = await Promise.all(this.#odoos.map((it) => sessionOf(it)));
      response.setHeader("Set-Cookie", `session_id=${sessions.join(".")}; HttpOnly; Path=/`);
      return void response.end();
    }
    const database = url.searchParams.get("db") ?? "";
    const job = { database, uuid: url.searchParams.get("job_uuid") ?? "" };
    const own = job.uuid === "" ? null : this.#count(job, response);
    if (own?.isPassedOn === false) return void response.writeHead(own.status).end();
    const odoo = this.byDatabase.get(database) ?? this.#odoos[0]!;
    const answering = ask(odoo, incoming.url!, this.#cookieFor(odoo, incoming));
    if (own !== null) {
      void answering.then((it) => it?.resume());
      return void response.writeHead(own.status).end();
    }
    const answer = await answering;
    if (answer === null) return void response.destroy();
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  }

  #count(job: JobAddress, response: ServerResponse): OwnAnswer | null {
    this.requests.arrived(job);
    response.once("close", () => this.requests.closed(job));
    return this.answerFor?.(job) ?? null;
  }

  #cookieFor(odoo: OdooAddress, { headers }: IncomingMessage): string {
    const session = /session_id=([^;]+)/.exec(headers.cookie ?? "")?.[1] ?? "";
    const own = session.includes(".") ? session.split(".")[this.#odoos.indexOf(odoo)] : session;
    return `session_id=${own}`;
  }
}

async function sessionOf(odoo: OdooAddress): Promise<string> {
  const answer = await ask(odoo, QUEUE_JOB_SESSION, "");
  answer?.resume();
  return /session_id=([^;]+)/.exec(answer?.headers["set-cookie"]?.[0] ?? "")?.[1] ?? "";
}

/** Null: no answer. */
function ask({ port }: OdooAddress, path: string, cookie: string): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path, headers: { cookie }, agent: false });
    asked.once("response", resolve);
    asked.once("error", () => resolve(null));
    asked.end();
  });
}
