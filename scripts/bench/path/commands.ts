/*
 * What the benchmark asks of the Odoo side, a process of its own, by `GET /command?JSON`, and what
 * that answers. Times are milliseconds since the epoch.
 */

/** The path of a command. */
export const COMMAND_PATH = "/command?";

export type Command =
  | InsertCommand
  | RateCommand
  | { readonly kind: "reset"; readonly holdsRequests: boolean }
  | { readonly kind: "awaitFinished" | "awaitOpen"; readonly count: number }
  | { readonly kind: "release" };

/** Inserts jobs in one transaction. */
export interface InsertCommand {
  readonly kind: "insert";
  readonly database: string;
  readonly count: number;
}

/** Inserts jobs, one a transaction, in even steps, and waits until all are done. */
export interface RateCommand {
  readonly kind: "rate";
  /** They take turns. */
  readonly databases: readonly string[];
  readonly perSecond: number;
  readonly count: number;
}

/** When what was asked for had come true. */
export interface Moment {
  readonly atMs: number;
}

/** From the INSERT of each job, in milliseconds. */
export interface Latencies {
  /** Until a bystander heard of it: what the machine and PostgreSQL take by themselves. */
  readonly heard: readonly number[];
  /** Until its row was `enqueued`. */
  readonly decided: readonly number[];
  /** Until its request arrived. */
  readonly requested: readonly number[];
}
