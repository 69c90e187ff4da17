import type { OdooGeneration } from "../demo/odoo_generations.ts";
import type { PostgresServer } from "../demo/postgres_server.ts";
import { RequestLog } from "../demo/request_log.ts";
import { StandInOdoo } from "../demo/stand_in_odoo.ts";
import type { StandInWorkers } from "../demo/stand_in_workers.ts";

const WORKERS = 2;

/** A stand-in for Odoo of one generation that can be stopped and started again, on one port. */
export class ChaosOdoo {
  readonly generation: OdooGeneration;
  /** Over all its lives. */
  readonly requests = new RequestLog();
  readonly #server: PostgresServer;
  #odoo: StandInOdoo | null = null;
  #port = 0;

  private constructor(generation: OdooGeneration, server: PostgresServer) {
    this.generation = generation;
    this.#server = server;
  }

  static async start(generation: OdooGeneration, server: PostgresServer): Promise<ChaosOdoo> {
    const odoo = new ChaosOdoo(generation, server);
    await odoo.start();
    return odoo;
  }

  get port(): number {
    return this.#port;
  }

  /** Null while it is stopped. */
  get workers(): StandInWorkers | null {
    return this.#odoo?.workers ?? null;
  }

  async start(): Promise<void> {
    this.#odoo ??= await StandInOdoo.start({
      generation: this.generation,
      server: this.#server,
      workers: WORKERS,
      requests: this.requests,
      // Databases that go away are what is wanted here.
      onErrorLine: () => undefined,
      ...(this.#port === 0 ? {} : { port: this.#port }),
    });
    this.#port = this.#odoo.port;
  }

  /** Ends at once: jobs in the middle die with their workers. */
  async stop(): Promise<void> {
    const odoo = this.#odoo;
    this.#odoo = null;
    await odoo?.stop();
  }
}
