import type { Logger } from "../log.ts";
import { stackOf } from "../runner/containment.ts";
import { EXIT_FAILURE } from "./exit.ts";
import type { Surroundings } from "./surroundings.ts";

/** Who asks the process to end: signals, and errors that nobody has caught. */
export class EndOfProcess {
  /** Resolves when it is to end gracefully. */
  readonly asked: Promise<void>;
  readonly #surroundings: Surroundings;
  readonly #listening: readonly (() => void)[];
  #signalCount = 0;
  #errorCount = 0;

  constructor(surroundings: Surroundings, logger: Logger) {
    let ask = () => {};
    this.asked = new Promise((resolve) => ask = resolve);
    this.#surroundings = surroundings;
    this.#listening = [
      surroundings.onSignal(() => {
        if (++this.#signalCount > 1) this.atOnce();
        ask();
      }),
      surroundings.onUncaught((error) => {
        const isFirst = ++this.#errorCount === 1;
        const whatFollows = isFirst ? "the process ends" : "while it ends";
        logger.critical(`a bug to report, ${whatFollows}: ${stackOf(error)}`);
        ask();
      }),
    ];
  }

  /** An error is the reason, or one came on the way. */
  get isFailure(): boolean {
    return this.#errorCount > 0;
  }

  atOnce(): void {
    this.#surroundings.exit(EXIT_FAILURE);
  }

  stopListening(): void {
    for (const stop of this.#listening) stop();
  }
}
