import { type Backoff, backoffMs } from "../backoff.ts";
import type { Clock, Timer } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Outcome } from "./outcome.ts";
import type { ProbeAnswer } from "./probe.ts";
import { Ramp } from "./ramp.ts";

export interface OdooGateOptions {
  readonly clock: Clock;
  /** Never rejects. Several may be on their way at once. */
  readonly probe: () => Promise<ProbeAnswer>;
  /** Jobs may be taken again, or more of them. */
  readonly onOpen: () => void;
  readonly logger: Pick<Logger, "info" | "warning">;
  /** How many jobs taken since a moment Odoo has not begun with. Default: none ever. */
  readonly waitingSince?: (sinceMs: number) => number;
  readonly random?: () => number;
}

/** Short to the end: an Odoo that is back is found within a second. */
const PROBE_BACKOFF: Backoff = { firstMs: 100, longestMs: 1_000 };
/** A probe that hangs, as where a host has vanished, is joined by another one. */
const NEXT_PROBE_MS = 1_000;
/** Where the probe gets through and no job does. */
const VAIN_BACKOFF: Backoff = { firstMs: 1_000, longestMs: 10_000 };
const ONE_FOR_TRIAL = 1;

/**
 * Whether Odoo is up. While the gate is closed no job is taken, so that jobs wait in order in the
 * scheduler and not, one refused request after the other, in between.
 *
 * States:
 * - *open*: jobs may be taken; how many at once says the ramp.
 * - *closed*: Odoo could not be reached, or a proxy says that it is down. One timer runs towards
 *   the next probe: after a wait that grows with every failure up to a second, or a second after
 *   the last one was sent if that has no answer yet. So a probe finds Odoo at most a second after
 *   it is there.
 * - *stopped*: open or closed for good; asks no more.
 *
 * Events:
 * - open → closed: an outcome `unreachable` or `unavailable` of a request that was sent after the
 *   last opening. If no job has begun since that opening, it was in vain: after it one job is
 *   taken for trial, and from the second in a row on the first probe waits longer each time.
 * - closed → open: a probe finds Odoo, or a request that was open all the time is answered by it.
 *   The ramp begins: a few jobs first, twice as many as soon as Odoo has begun with them, and so
 *   on.
 * - open → open: an outcome `overloaded` of a request sent after the last one: the ramp lowers the
 *   number of jobs that may wait for a worker.
 * - any but stopped → open, without a ramp: `renew`, where another Odoo is asked.
 */
export class OdooGate {
  readonly #options: OdooGateOptions;
  readonly #ramp: Ramp;
  #isOpen = true;
  #isStopped = false;
  #reason: string | null = null;
  /** Whether the present closure is a proxy's word. */
  #isBehindProxy = false;
  #sinceMs: number;
  /** A job has begun, or was answered, since the last opening. */
  #isProven = true;
  #vainCount = 0;
  #failureCount = 0;
  #closureCount = 0;
  #loweredMs = -Infinity;
  #timer: Timer | null = null;
  /** Reasons of the present closure that are in the log: several may take turns. */
  readonly #logged = new Set<string>();

  constructor(options: OdooGateOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
    this.#ramp = new Ramp(options.clock, options.onOpen);
    // What is asked after a step back is not older than what was before it.
    options.clock.onStep?.((aheadMs) => {
      this.#sinceMs += aheadMs;
      this.#loweredMs += aheadMs;
    });
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

  /** How many jobs may be taken now. */
  get allowance(): number {
    if (!this.#isOpen) return 0;
    const { limit } = this.#ramp;
    // Counted only when it matters.
    return limit === Infinity ? Infinity : Math.max(0, limit - this.#waitingSince(this.#sinceMs));
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
      case "overloaded":
        // Many fail together that were sent together.
        if (this.#isOpen && askedMs >= this.#loweredMs) this.#lower(outcome.reason);
        return;
      case "finished":
      case "failed":
        this.#open();
        this.#prove();
    }
  }

  /** Odoo has begun with one more job, as its row or its answer shows. */
  noteBegun(): void {
    this.#prove();
    if (this.#isOpen) this.#ramp.grow();
  }

  /** Another Odoo is asked from now on: nothing is known of it, as at the start. */
  renew(): void {
    if (this.#isStopped) return;
    this.#isOpen = true;
    this.#isProven = true;
    this.#reason = null;
    this.#sinceMs = this.#options.clock.nowMs();
    this.#vainCount = 0;
    this.#loweredMs = -Infinity;
    this.#logged.clear();
    this.#timer?.cancel();
    this.#timer = null;
    this.#ramp.begin(Infinity);
    this.#options.onOpen();
  }

  /** Ends probing. May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#ramp.stop();
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
    if (!this.#isProven) this.#vainCount++;
    this.#failureCount = 0;
    this.#ramp.stop();
    this.#probeLater();
  }

  #open(): void {
    if (this.#isOpen || this.#isStopped) return;
    const { clock, logger, onOpen } = this.#options;
    const nowMs = clock.nowMs();
    logger.info(`Odoo is back after ${((nowMs - this.#sinceMs) / 1000).toFixed(1)} s`);
    this.#isOpen = true;
    this.#isProven = false;
    this.#reason = null;
    this.#sinceMs = nowMs;
    this.#logged.clear();
    this.#timer?.cancel();
    this.#timer = null;
    this.#ramp.begin(this.#vainCount > 0 ? ONE_FOR_TRIAL : undefined);
    onOpen();
  }

  /** Only a job shows that all is well: a probe may get through where jobs do not. */
  #prove(): void {
    this.#isProven = true;
    this.#vainCount = 0;
  }

  #lower(reason: string): void {
    if (this.#isStopped) return;
    const { clock, logger } = this.#options;
    if (this.#loweredMs === -Infinity || this.#ramp.limit === Infinity) {
      logger.warning(`Odoo lets no more requests in, so fewer wait for it at once: ${reason}`);
    }
    this.#loweredMs = clock.nowMs();
    this.#ramp.lower(this.#waitingSince(-Infinity));
  }

  #waitingSince(ms: number): number {
    return this.#options.waitingSince?.(ms) ?? 0;
  }

  #probeLater(): void {
    const { random = Math.random } = this.#options;
    const isFirst = this.#failureCount++ === 0;
    this.#probeAfter(
      isFirst && this.#vainCount > 1
        ? VAIN_BACKOFF.firstMs / 2 + backoffMs(VAIN_BACKOFF, this.#vainCount - 1, random())
        : backoffMs(PROBE_BACKOFF, this.#failureCount, random()),
    );
  }

  #probeAfter(waitMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(waitMs, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    const closure = this.#closureCount;
    this.#probeAfter(NEXT_PROBE_MS);
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
