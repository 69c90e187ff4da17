import type { Clock, Timer } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { DatabaseTurn } from "./database_turn.ts";
import type { InFlightJob } from "./in_flight.ts";

export interface WaitingJobsOptions {
  readonly clock: Clock;
  readonly logger: Pick<Logger, "warning">;
  readonly turns: () => Iterable<DatabaseTurn>;
}

const LOOK_MS = 10_000;
/** Odoo begins with a job in far less, unless all its workers are busy. */
const LONG_MS = 30_000;
/** Capacity that is beyond Odoo's workers stays so. */
const SAY_AGAIN_MS = 3_600_000;

/**
 * The jobs that Odoo is asked for and has not begun with: they wait in its backlog for a free
 * worker. That is no fault, and each keeps its one request; but if they wait long, `root` has more
 * places than Odoo has workers, and that is said.
 */
export class WaitingJobs {
  readonly #options: WaitingJobsOptions;
  #timer: Timer | null = null;
  #saidMs = -Infinity;

  constructor(options: WaitingJobsOptions) {
    this.#options = options;
  }

  /** Looks every now and then, from now on. */
  watch(): void {
    this.#timer ??= this.#options.clock.after(LOOK_MS, () => {
      this.#timer = null;
      this.#look();
      this.watch();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  get count(): number {
    return this.#countOf((it) => it.state === "asked");
  }

  /** Of those that were taken since a moment; a claim knows its second only. */
  takenSince(ms: number): number {
    const seconds = Math.floor(ms / 1000);
    return this.#countOf(({ state, enqueuedSeconds }) =>
      state === "claimed" || (state === "asked" && enqueuedSeconds >= seconds)
    );
  }

  #look(): void {
    const { clock, logger } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#saidMs < SAY_AGAIN_MS) return;
    const longAgo = (nowMs - LONG_MS) / 1000;
    const count = this.#countOf((it) => it.state === "asked" && it.enqueuedSeconds < longAgo);
    if (count === 0) return;
    this.#saidMs = nowMs;
    logger.warning(
      `Odoo has not begun with ${count} ${count === 1 ? "job" : "jobs"} that it was asked for ` +
        `more than ${LONG_MS / 1000} s ago: the capacity of root is beyond its free workers ` +
        "(root should have fewer places than Odoo has workers)",
    );
  }

  /** Of a database that cannot be heard nobody knows what has begun. */
  #countOf(isMeant: (job: InFlightJob) => boolean): number {
    let count = 0;
    for (const turn of this.#options.turns()) {
      if (turn.phase === "lost") continue;
      for (const job of turn.inFlight.all()) if (!job.hasStarted && isMeant(job)) count++;
    }
    return count;
  }
}
