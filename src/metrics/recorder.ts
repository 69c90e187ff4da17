import type { Meter } from "../meter.ts";
import { CountsByName } from "./counts_by_name.ts";
import { Histogram } from "./histogram.ts";

/** From a notification to a decision: milliseconds as a rule. */
const DECISION_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 250, 500, 1_000, 2_500, 10_000, 60_000];
/** From a decision to an answer of Odoo: as long as a job takes. */
const ANSWER_BOUNDS_MS = [
  ...[10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
  ...[30_000, 60_000, 120_000, 300_000, 900_000, 3_600_000],
];

/** Counts what the runner tells of its work. */
export class Recorder implements Meter {
  notificationCount = 0;
  decisionCount = 0;
  /** Of each kind, and of the jobs that they were about. */
  readonly statements = new CountsByName();
  readonly statementJobs = new CountsByName();
  readonly outcomes = new CountsByName();
  /** By database. */
  readonly askedJobs = new CountsByName();
  readonly deadJobs = new CountsByName();
  readonly reconnects = new CountsByName();
  readonly toDecision = new Histogram(DECISION_BOUNDS_MS);
  readonly toAnswer = new Histogram(ANSWER_BOUNDS_MS);
  /** Of all databases. */
  askedCount = 0;
  answeredCount = 0;
  /** When the first change of each batch was notified that waits for the next decision. */
  readonly #undecidedMs: number[] = [];

  notified(): void {
    this.notificationCount++;
  }

  ran(statement: string, jobCount: number): void {
    this.statements.add(statement);
    this.statementJobs.add(statement, jobCount);
  }

  read(notifiedMs: number): void {
    this.#undecidedMs.push(notifiedMs);
  }

  decided(nowMs: number): void {
    this.decisionCount++;
    if (this.#undecidedMs.length === 0) return;
    for (const notifiedMs of this.#undecidedMs) this.toDecision.observe(nowMs - notifiedMs);
    this.#undecidedMs.length = 0;
  }

  asked(database: string): void {
    this.askedCount++;
    this.askedJobs.add(database);
  }

  answered(outcome: string, tookMs: number): void {
    this.answeredCount++;
    this.outcomes.add(outcome);
    this.toAnswer.observe(tookMs);
  }

  foundDead(database: string, count: number): void {
    this.deadJobs.add(database, count);
  }

  reconnecting(database: string): void {
    this.reconnects.add(database);
  }

  forget(database: string): void {
    for (const counts of [this.askedJobs, this.deadJobs, this.reconnects]) counts.forget(database);
  }
}
