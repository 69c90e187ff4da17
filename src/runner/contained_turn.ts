import type { KnownGeneration } from "../database/generation.ts";
import type { Answer, Statement } from "../database/statement.ts";
import type { Outcome } from "../dispatch/outcome.ts";
import { brokenAsk, contained } from "./containment.ts";
import { DatabaseTurn } from "./database_turn.ts";
import type { TurnOptions } from "./turn_options.ts";

/**
 * The turn of one database whose errors stay there: whoever tells it something goes on, and its
 * owner ends the session. What the error has left half-done, the next session finds out by reading.
 */
export class ContainedTurn extends DatabaseTurn {
  readonly #onError: (error: unknown) => void;

  constructor(options: TurnOptions, onError: (error: unknown) => void) {
    super({
      ...options,
      ask: (job, generation) => {
        contained(() => options.ask(job, generation), undefined, (error) => {
          onError(error);
          // In a later turn of the event loop, as any answer.
          queueMicrotask(() => this.answered(job.uuid, brokenAsk(error)));
        });
      },
    });
    this.#onError = onError;
  }

  override opened(generation: KnownGeneration): void {
    this.#contain(() => super.opened(generation));
  }

  override lost(): void {
    this.#contain(() => super.lost());
    // Their claim was on the way when an error came between: their rows say whether it took effect.
    for (const job of this.inFlight.all()) if (job.state === "claimed") this.inFlight.doubt(job);
  }

  override leave(): void {
    this.#contain(() => super.leave());
  }

  override take(uuid: string, channel: string): void {
    this.#contain(() => super.take(uuid, channel));
  }

  override notified(uuid: string): void {
    this.#contain(() => super.notified(uuid));
  }

  override answered(uuid: string, outcome: Outcome): void {
    this.#contain(() => super.answered(uuid, outcome));
  }

  override nextStatement(): Statement | null {
    return contained(() => super.nextStatement(), null, this.#onError);
  }

  override completed(answer: Answer): void {
    this.#contain(() => super.completed(answer));
  }

  override refused(reason: string): void {
    this.#contain(() => super.refused(reason));
  }

  override refill(): void {
    this.#contain(() => super.refill());
  }

  override steered(): void {
    this.#contain(() => super.steered());
  }

  override stop(): void {
    this.#contain(() => super.stop());
  }

  #contain(action: () => void): void {
    contained(action, undefined, this.#onError);
  }
}
