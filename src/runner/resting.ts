import { ForeignRunner, type ForeignRunnerOptions } from "./foreign_runner.ts";
import { Hold, type HoldOptions } from "./hold.ts";
import type { TurnPhase } from "./turn_options.ts";

type RestingOptions = Omit<HoldOptions & ForeignRunnerOptions, "onOver" | "onGone"> & {
  /** Why nothing is to be taken, by an operator's wish; null while there is none. */
  readonly pause: () => string | null;
  /** A hold is over, or the other runner is gone. */
  readonly onOver: () => void;
};

/** What keeps the jobs of one database from being taken, each for as long as it lasts. */
export class Resting {
  readonly hold: Hold;
  readonly foreign: ForeignRunner;
  /** The runner stops, or the database is not to be served any more. */
  isStopping = false;
  readonly #pause: () => string | null;

  constructor(options: RestingOptions) {
    this.hold = new Hold(options);
    this.foreign = new ForeignRunner({ ...options, onGone: options.onOver });
    this.#pause = options.pause;
  }

  /** That of a database all of whose jobs are known; null if they may be taken. */
  get phase(): "foreign" | "paused" | null {
    if (this.foreign.isAtWork) return "foreign";
    return this.isPaused ? "paused" : null;
  }

  /** Whether waiting jobs stay out of the core. */
  isIn(phase: TurnPhase): boolean {
    return this.isStopping || phase === "held" || this.phase !== null;
  }

  get isPaused(): boolean {
    return this.#pause() !== null;
  }

  /** Why nothing is taken, in whatever phase. */
  reasonIn(phase: TurnPhase): string | null {
    return phase === "held" ? this.hold.reason : this.foreign.reason ?? this.#pause();
  }
}
