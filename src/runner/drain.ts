import type { Clock, Timer } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { InFlightJob } from "./in_flight.ts";
import type { Served } from "./serve_database.ts";

export interface DrainOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly served: () => readonly Served[];
}

const NAMES_MAX = 5;

/**
 * What a runner that stops waits for: requests arrive in Odoo, and what was never sent is put back,
 * by a new session where the old one is lost.
 */
export class Drain {
  readonly #options: DrainOptions;
  #isLedByOthers = false;
  #onDrained: () => void = () => {};

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Nothing more is claimed. */
  begin(): void {
    for (const { turn, link } of this.#options.served()) {
      turn.stop();
      if (turn.phase === "lost" && !turn.isDrained) link.lookNow();
    }
  }

  /** Another runner leads: it will find what we can no longer put back. */
  noteOthers(): void {
    this.#isLedByOthers = true;
    this.look();
  }

  /** Something has changed. */
  look(): void {
    if (this.#isDrained) this.#onDrained();
  }

  /** Resolves when nothing is in our hands that could leave them, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (this.#isDrained) return;
    let timer: Timer | undefined;
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
      timer = this.#options.clock.after(timeoutMs, resolve);
    });
    timer?.cancel();
  }

  /** Says which jobs are left enqueued, as far as can be known. */
  tellLeft(): void {
    for (const { turn, link } of this.#options.served()) {
      const left = [...turn.inFlight.all()].filter((it) => !it.hasStarted);
      const { name } = link.status;
      this.#tell("jobs asked for and not begun, left enqueued", left.filter(mayBeInOdoo), name);
      const unsent = left.filter((it) => !mayBeInOdoo(it));
      this.#tell("jobs not put back in time, maybe left enqueued", unsent, name);
    }
  }

  #tell(what: string, jobs: readonly InFlightJob[], database: string): void {
    if (jobs.length === 0) return;
    const names = jobs.slice(0, NAMES_MAX).map((it) => it.uuid).join(", ");
    const text = names + (jobs.length > NAMES_MAX ? ", …" : "");
    this.#options.logger.warning(`${what}: ${jobs.length} (${text})`, database);
  }

  get #isDrained(): boolean {
    return this.#options.served().every(({ turn }) =>
      turn.isDrained || (this.#isLedByOthers && turn.phase === "lost")
    );
  }
}

function mayBeInOdoo({ state, mayRun }: InFlightJob): boolean {
  return state === "asked" || mayRun;
}
