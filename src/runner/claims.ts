import type { Clock } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Statement } from "../database/statement.ts";
import type { ForeignRunner } from "./foreign_runner.ts";
import type { InFlight, InFlightJob } from "./in_flight.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import type { RowGate } from "./row_gate.ts";
import type { Worklist } from "./worklist.ts";

export interface ClaimsOptions {
  readonly database: string;
  readonly clock: Clock;
  readonly scheduler: LiveScheduler;
  readonly inFlight: InFlight;
  readonly work: Worklist;
  readonly gate: RowGate;
  readonly foreign: ForeignRunner;
  /** Opens the one request for a claimed job. */
  readonly ask: (job: InFlightJob, generation: KnownGeneration) => void;
  /** The job's row has changed while it could not be applied. */
  readonly notified: (uuid: string) => void;
}

type Claim = Statement & { readonly kind: "claim" };

/** Jobs on their way from the core to Odoo: taken, claimed by an UPDATE, asked for. */
export class Claims {
  readonly #options: ClaimsOptions;
  #isStopping = false;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** The core has handed out a job. */
  take(uuid: string, channel: string): void {
    const { work, inFlight, clock } = this.#options;
    work.addClaim(inFlight.add(uuid, channel, clock.nowMs()));
  }

  /** A row has changed. Answers whether its job is claimed: then it is read later, if at all. */
  noteChange(uuid: string): boolean {
    const job = this.#options.inFlight.get(uuid);
    if (job?.state !== "claimed") return false;
    job.changeCount++;
    return true;
  }

  /** The UPDATE was answered with these: only they are asked for. */
  completed({ uuids }: Claim, claimed: ReadonlySet<string>, generation: KnownGeneration): void {
    const { inFlight, gate, foreign, ask, notified } = this.#options;
    for (const uuid of uuids) {
      const job = inFlight.get(uuid)!;
      // Our own change is known. Where it is notified late, it is read for nothing.
      const wantsReading = job.wantsReading || job.changeCount > 1;
      job.wantsReading = false;
      if (!claimed.has(uuid)) gate.noteSkipped(job);
      else {
        foreign.noteClaim(job);
        gate.noteClaimed(job);
        if (this.#isStopping) gate.putBackIn(job, 0);
        else {
          inFlight.noteAsked(job);
          ask(job, generation);
        }
      }
      if (wantsReading) notified(uuid);
    }
  }

  /** The UPDATE had no effect. */
  refused({ uuids }: Claim): void {
    for (const uuid of uuids) this.#giveUp(uuid, "the database refused the statement");
  }

  /** Nobody knows whether the UPDATE had an effect. */
  lost({ uuids }: Claim): void {
    const { inFlight } = this.#options;
    for (const uuid of uuids) inFlight.doubt(inFlight.get(uuid)!);
  }

  /** Those whose UPDATE is not on the way are given up. */
  drop(): void {
    for (const { uuid } of this.#options.work.dropClaims()) {
      this.#giveUp(uuid, "nothing of its database was to be taken any more");
    }
  }

  /** Nothing more is claimed; what is claimed just now is put back. */
  stop(): void {
    this.#isStopping = true;
    this.drop();
  }

  /** What was taken but not claimed stays `pending` in its row. */
  #giveUp(uuid: string, why: string): void {
    this.#options.inFlight.giveUp(uuid, why);
    this.#options.scheduler.forget(this.#options.database, uuid);
  }
}
