import type { Outcome } from "../../../src/dispatch/outcome.ts";
import type { JobTable, TableJob } from "./job_table.ts";

/**
 * How far Odoo is with a request:
 *
 *   backlog    no worker has it
 *   starting   a worker has it, and wants to write `started`
 *   locking    `started` is written; the worker wants the job's lock row (only where there are lock
 *              rows)
 *   running    the job is being executed
 *   answering  over, but for the answer
 *   gone       Odoo has nothing more to do with it
 */
export type Stage = "backlog" | "starting" | "locking" | "running" | "answering" | "gone";

/** One request to run a job, as both sides see it. */
export class OdooRequest {
  stage: Stage = "backlog";
  /** What the worker answers. */
  answer: Outcome = { kind: "finished" };
  /** Version of the row as the worker has seen or written it last. */
  seenVersion = 0;
  /** Somebody changed the row from outside while Odoo had the request. */
  isExcused = false;
  /** The runner that is simulated has sent it, and none beside it. */
  isOurs = true;
  /** The client has given it up, and will be told so. */
  isReleased = false;
  /** The row's when it was asked for. */
  readonly channel: string | null;
  #tell: ((outcome: Outcome) => void) | null;

  constructor(readonly table: JobTable, readonly uuid: string, tell: (outcome: Outcome) => void) {
    this.#tell = tell;
    this.channel = table.get(uuid)?.channel ?? null;
  }

  get name(): string {
    return `${this.table.database}/${this.uuid}`;
  }

  get job(): TableJob | undefined {
    return this.table.get(this.uuid);
  }

  /** The client waits for an answer. */
  get isOpen(): boolean {
    return this.#tell !== null;
  }

  /** It may run the job. */
  get isUnderWay(): boolean {
    return this.stage === "backlog" || this.hasWorker;
  }

  get isExecuting(): boolean {
    return this.stage === "running";
  }

  /** Its job is not over, as far as the row says. */
  get isRowMoving(): boolean {
    return this.job !== undefined && !["done", "failed", "cancelled"].includes(this.job.state);
  }

  /** A worker is busy with it. */
  get hasWorker(): boolean {
    return this.stage === "starting" || this.stage === "locking" || this.stage === "running";
  }

  /** The client hears how it ended. */
  tell(outcome: Outcome): void {
    const tell = this.#tell;
    this.#tell = null;
    tell?.(outcome);
  }

  /** The client is gone. */
  abandon(): void {
    this.#tell = null;
  }
}
