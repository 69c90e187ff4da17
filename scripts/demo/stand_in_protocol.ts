import type { OdooGeneration } from "./odoo_generations.ts";

/** What the stand-in tells a worker: one JSON line each. */
export type ToWorker =
  | { readonly kind: "run"; readonly job: JobAddress; readonly generation: OdooGeneration }
  /** End the work of the present job now. */
  | { readonly kind: "finish" };

/** What a worker tells the stand-in. */
export type FromWorker =
  | { readonly kind: "ready" }
  /** The job is `started`, committed, and works from now on. */
  | { readonly kind: "working" }
  /** The job is over, postponed or was not run; answer this status. */
  | { readonly kind: "answer"; readonly status: number };

export interface JobAddress {
  readonly database: string;
  readonly uuid: string;
}

/** Where the workers find PostgreSQL: a JSON text in this variable. */
export const SERVER_VARIABLE = "STAND_IN_SERVER";
