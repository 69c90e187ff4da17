import type { HttpRequest, HttpResult } from "./http_request.ts";
import type { Outcome } from "./outcome.ts";

/** A job that is being asked for, until its outcome is known. */
export class OpenAsk {
  readonly outcome: Promise<Outcome>;
  #isReleased = false;
  #request: HttpRequest | null = null;
  #giveUp: (() => void) | null = null;

  /** @param ask asks for the job, told by this ask when it is let go */
  constructor(ask: (open: OpenAsk) => Promise<Outcome>) {
    this.outcome = ask(this);
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Lets it go: whatever it waits for. */
  release(): void {
    this.#isReleased = true;
    this.#request?.cancel();
    this.#giveUp?.();
  }

  /** What becomes of a request, which is cancelled when it is let go. */
  async resultOf(request: HttpRequest): Promise<HttpResult> {
    this.#request = request;
    const result = await request.result;
    this.#request = null;
    return result;
  }

  /** What a promise resolves to, or null if it is let go before. */
  unlessReleased<T>(promise: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => resolve(null);
      promise.then(resolve, reject);
    });
  }
}
