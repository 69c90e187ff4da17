import type { Timer, TimerSet } from "../clock.ts";
import type { KnownGeneration } from "../database/generation.ts";
import type { Statement } from "../database/statement.ts";
import type { Logger } from "../log.ts";
import type { InFlight } from "./in_flight.ts";

export interface LostSearchOptions {
  readonly database: string;
  readonly inFlight: InFlight;
  readonly timers: TimerSet;
  readonly logger: Logger;
  /** A search may be due. */
  readonly onWork: () => void;
}

const INTERVAL_MS = 10_000;
/**
 * An enqueued job that no request of ours is about is asked for again after this, where that does
 * no harm.
 */
const UNASKED_GRACE_MS = 20_000;

/** The search, again and again, for jobs that nobody runs. */
export class LostSearch {
  readonly #options: LostSearchOptions;
  #timer: Timer | null = null;
  #isDue = false;
  #refusal: string | null = null;

  constructor(options: LostSearchOptions) {
    this.#options = options;
  }

  /** The next search is due after a while, if none is planned. */
  later(): void {
    this.#timer ??= this.#options.timers.after(INTERVAL_MS, () => {
      this.#timer = null;
      this.#isDue = true;
      this.#options.onWork();
    });
  }

  /** The search that is due, if it is, and if a job that is asked for again cannot run twice. */
  statement({ startGuard }: KnownGeneration): Statement | null {
    if (!this.#isDue || startGuard === "none") return null;
    this.#isDue = false;
    const askedUuids = [...this.#options.inFlight.all()].map((it) => it.uuid);
    return { kind: "requeueLost", askedUuids, graceMs: UNASKED_GRACE_MS };
  }

  /** The server refused it: jobs that nobody runs stay, all others go on. */
  refused(reason: string): void {
    const { logger, database } = this.#options;
    if (reason !== this.#refusal) logger.error(`cannot look for dead jobs: ${reason}`, database);
    this.#refusal = reason;
    this.later();
  }

  /** A search was answered: nobody runs these. */
  end(uuids: readonly string[]): void {
    const { logger, database } = this.#options;
    for (const uuid of uuids) logger.warning(`job ${uuid} was found dead`, database);
    this.later();
  }
}
