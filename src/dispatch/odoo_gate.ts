import { type Backoff, backoffMs } from "../backoff.ts";
import type { Clock, Timer } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Outcome } from "./outcome.ts";
import type { ProbeAnswer } from "./probe.ts";

export interface OdooGateOptions {
  readonly clock: Clock;
  /** Never rejects. */
  readonly probe: () => Promise<ProbeAnswer>;
  /** Jobs may be taken again. */
  readonly onOpen: () => void;
  readonly logger: Pick<Logger, "info" | "warning">;
  readonly backoff?: Backoff;
  readonly random?: () => number;
}

const BACKOFF: Backoff = { firstMs: 100, longestMs: 10_000 };

/**
 * Whether Odoo is up. While the gate is closed no job is taken, so that jobs wait in order in the
 * scheduler and not, one refused request after the other, in between.
 *
 * States:
 * - *open*: jobs may be taken.
 * - *closed*: Odoo could not be reached, or a proxy says that it is down. Either one timer runs
 *   towards the next probe, after a wait that grows with every failure, or one probe is on its way.
 * - *stopped*: open or closed for good; asks no more.
 *
 * Events:
 * - open → closed: an outcome `unreachable` or `unavailable` of a request that was sent after the
 *   last opening.
 * - closed → open: a probe finds Odoo, or a request that was open all the time is answered by it.
 */
export class OdooGate {
  readonly #options: OdooGateOptions;
  #isOpen = true;
  #isStopped = false;
  #reason: string | null = null;
  /** Whether the present closure is a proxy's word. */
  #isBehindProxy = false;
  #sinceMs: number;
  #failureCount = 0;
  #closureCount = 0;
  #timer: Timer | null = null;
  /** Reasons of the present closure that are in the log: several may take turns. */
  readonly #logged = new Set<string>();

  constructor(options: OdooGateOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
    // What is asked after a step back is not older than the opening before it.
    options.clock.onStep?.((aheadMs) => this.#sinceMs += aheadMs);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Why the gate is closed. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Since when it has been open or closed. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /**
   * Takes in what a request has shown.
   *
   * @param askedMs when it was sent: what failed on the way before the last opening says nothing
   * any more
   */
  note(outcome: Outcome, askedMs: number = this.#options.clock.nowMs()): void {
    switch (outcome.kind) {
      case "unreachable":
      case "unavailable":
        if (this.#isOpen && askedMs < this.#sinceMs) return;
        this.#isBehindProxy = outcome.kind === "unavailable";
        this.#close(outcome.reason);
        return;
      case "finished":
      case "failed":
        // Only a job's answer shows that all is well: a probe may get through where jobs do not.
        this.#failureCount = 0;
        this.#open();
    }
  }

  /** Ends probing. May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #close(reason: string): void {
    if (this.#isStopped) return;
    this.#reason = reason;
    if (!this.#logged.has(reason)) {
      this.#options.logger.warning(`Odoo is away, no job is asked for until it is back: ${reason}`);
      this.#logged.add(reason);
    }
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#sinceMs = this.#options.clock.nowMs();
    this.#closureCount++;
    this.#probeLater();
  }

  #open(): void {
    if (this.#isOpen || this.#isStopped) return;
    const { clock, logger, onOpen } = this.#options;
    const nowMs = clock.nowMs();
    logger.info(`Odoo is back after ${((nowMs - this.#sinceMs) / 1000).toFixed(1)} s`);
    this.#isOpen = true;
    this.#reason = null;
    this.#sinceMs = nowMs;
    this.#logged.clear();
    this.#timer?.cancel();
    this.#timer = null;
    onOpen();
  }

  #probeLater(): void {
    const { clock, backoff, random } = this.#options;
    const waitMs = backoffMs(backoff ?? BACKOFF, ++this.#failureCount, (random ?? Math.random)());
    this.#timer = clock.after(waitMs, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    this.#timer = null;
    const closure = this.#closureCount;
    const answer = await this.#options.probe();
    // Meanwhile the gate may have opened, and even closed once more with probes of its own.
    if (this.#isOpen || this.#isStopped || this.#closureCount !== closure) return;
    if (this.#isThere(answer)) return this.#open();
    if (answer.kind === "down") {
      this.#isBehindProxy = answer.byProxy;
      this.#close(answer.reason);
    }
    this.#probeLater();
  }

  /**
   * A connection without an answer shows that Odoo listens and has no worker free, unless it is
   * only a proxy that listens.
   */
  #isThere(answer: ProbeAnswer): boolean {
    return answer.kind === "up" || (answer.kind === "waiting" && !this.#isBehindProxy);
  }
}
