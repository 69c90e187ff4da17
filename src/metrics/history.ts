import type { Clock, Timer } from "../clock.ts";
import type { TakenWaits } from "../scheduler/mod.ts";

/** What grows, as it is at one moment. */
export interface HistoryTotals {
  readonly asked: number;
  readonly answered: number;
  readonly waits: TakenWaits;
}

export interface HistoryOptions {
  readonly clock: Clock;
  readonly totals: () => HistoryTotals;
}

/** The last hour in steps, the oldest first; each column has one entry a step. */
export interface ShownHistory {
  readonly stepMs: number;
  readonly endMs: readonly number[];
  /** Jobs that Odoo was asked for. */
  readonly asked: readonly number[];
  /** Requests that were over. */
  readonly answered: readonly number[];
  /** How long the jobs had waited that were taken, on average; null where none was. */
  readonly waitMs: readonly (number | null)[];
  /** Of 20 of them, 19 had waited for less. */
  readonly waitP95Ms: readonly (number | null)[];
}

const STEP_MS = 5_000;
const STEPS = 720;

/** The last hour, in a few tens of kilobytes that are taken once. */
export class History {
  readonly #options: HistoryOptions;
  readonly #endMs = new Float64Array(STEPS);
  readonly #asked = new Uint32Array(STEPS);
  readonly #answered = new Uint32Array(STEPS);
  readonly #taken = new Uint32Array(STEPS);
  readonly #waitedMs = new Float64Array(STEPS);
  readonly #waitP95Ms = new Float64Array(STEPS);
  /** Steps that were taken, of which the last are kept. */
  #count = 0;
  #last: HistoryTotals;
  #timer: Timer | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#last = options.totals();
  }

  start(): void {
    this.#timer ??= this.#options.clock.after(STEP_MS, () => {
      this.#timer = null;
      this.#step();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  get shown(): ShownHistory {
    const first = Math.max(0, this.#count - STEPS);
    const steps = Array.from({ length: this.#count - first }, (_, it) => (first + it) % STEPS);
    const whereTaken = (it: number, value: number) => this.#taken[it] === 0 ? null : value;
    return {
      stepMs: STEP_MS,
      endMs: steps.map((it) => this.#endMs[it]!),
      asked: steps.map((it) => this.#asked[it]!),
      answered: steps.map((it) => this.#answered[it]!),
      waitMs: steps.map((it) => whereTaken(it, this.#waitedMs[it]! / this.#taken[it]!)),
      waitP95Ms: steps.map((it) => whereTaken(it, this.#waitP95Ms[it]!)),
    };
  }

  #step(): void {
    const { clock, totals } = this.#options;
    const [last, now] = [this.#last, totals()];
    this.#last = now;
    // After a new scheduler was made its counts begin anew.
    const isNew = now.waits.totalMs < last.waits.totalMs;
    const before = (it: number) => isNew ? 0 : last.waits.counts[it] ?? 0;
    const waits = now.waits.counts.map((count, it) => Math.max(0, count - before(it)));
    const at = this.#count++ % STEPS;
    this.#endMs[at] = clock.nowMs();
    this.#asked[at] = now.asked - last.asked;
    this.#answered[at] = now.answered - last.answered;
    this.#taken[at] = waits.reduce((a, b) => a + b, 0);
    this.#waitedMs[at] = now.waits.totalMs - (isNew ? 0 : last.waits.totalMs);
    this.#waitP95Ms[at] = quantileMs(waits, 0.95);
  }
}

/** Of waits counted by their bits, as if those of a class were spread evenly over it. */
function quantileMs(counts: readonly number[], share: number): number {
  let left = counts.reduce((a, b) => a + b, 0) * share;
  for (const [bits, count] of counts.entries()) {
    if (count === 0 || left > count) {
      left -= count;
      continue;
    }
    const fromMs = bits === 0 ? 0 : 2 ** (bits - 1);
    return fromMs + (2 ** bits - fromMs) * left / count;
  }
  return 0;
}
