import type { TestDatabase } from "../support/test_postgres.ts";
import { type Arrival, TestServer } from "../support/http_server.ts";

/** What becomes of the first requests for a job. */
export interface Fault {
  /** What a worker has made of the row before the answer; it stays `enqueued` unless given. */
  readonly row?: "started" | "done" | "failed";
  readonly answer: (arrival: Arrival) => void;
  /** How many requests meet it. Default 1. */
  readonly times?: number;
}

/** An HTTP server in Odoo's place: each job meets its fault, and is done when it is over. */
export class ScriptedOdoo {
  readonly #server: TestServer;
  readonly #faults = new Map<string, { readonly fault: Fault; readonly database: TestDatabase }>();
  readonly #counts = new Map<string, number>();

  private constructor(server: TestServer) {
    this.#server = server;
  }

  static async start(): Promise<ScriptedOdoo> {
    const server = await TestServer.onRequest((arrival) => void odoo.#take(arrival));
    const odoo = new ScriptedOdoo(server);
    return odoo;
  }

  get port(): number {
    return this.#server.port;
  }

  expect(database: TestDatabase, uuid: string, fault: Fault): void {
    this.#faults.set(uuid, { database, fault });
  }

  /** How many requests for a job have arrived. */
  countOf(uuid: string): number {
    return this.#counts.get(uuid) ?? 0;
  }

  stop(): Promise<void> {
    return this.#server.close();
  }

  async #take(arrival: Arrival): Promise<void> {
    const uuid = new URL(arrival.url, "http://odoo").searchParams.get("job_uuid");
    if (uuid === null) {
      return void arrival.response.writeHead(200, { "set-cookie": "session_id=1" }).end();
    }
    const count = this.countOf(uuid) + 1;
    this.#counts.set(uuid, count);
    const { database, fault } = this.#faults.get(uuid)!;
    const isFaulty = count <= (fault.times ?? 1);
    const state = isFaulty ? fault.row : "done";
    // A row that was enqueued long ago, so that a search for dead jobs need not wait.
    if (state) {
      await database.sql`
        update queue_job set state = ${state}, date_enqueued = date_enqueued - interval '1 minute'
        where uuid = ${uuid}`;
    }
    if (isFaulty) fault.answer(arrival);
    else arrival.response.end();
  }
}

/** Answers with a status, and a page or where to go. */
export function answers(status: number, body = "", location?: string): Fault["answer"] {
  return ({ response }) => {
    response.writeHead(status, location === undefined ? {} : { location }).end(body);
  };
}

/** The worker is gone: nothing is answered. */
export function closes({ response }: Arrival): void {
  response.socket?.destroy();
}

export function resets({ response }: Arrival): void {
  response.socket?.resetAndDestroy();
}
