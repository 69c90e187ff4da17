import type { Clock, Timer } from "../clock.ts";
import type { TakenWaits } from "../scheduler/mod.ts";
import type { ShownHistory } from "../view.ts";

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

const STEP_MS = 5_000;
const STEPS = 720;
const COARSE = 6;

type Column = Float64Array | Uint32Array;

function columns() {
  const none: number[] = [];
  const noWaits: (number | null)[] = [];
  return {
    ...{ endMs: [...none], asked: [...none], answered: [...none] },
    ...{ waitMs: [...noWaits], waitP95Ms: [...noWaits] },
  };
}

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
  /** As it was last shown, after so many steps: it is asked for more often than it changes. */
  #coarse: { readonly count: number; readonly shown: ShownHistory } | null = null;
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
    return this.#inSteps(1);
  }

  /** In steps of half a minute, of which the last one may have only begun. */
  get coarse(): ShownHistory {
    if (this.#coarse?.count !== this.#count) {
      this.#coarse = { count: this.#count, shown: this.#inSteps(COARSE) };
    }
    return this.#coarse.shown;
  }

  /** Always the same steps together, so that one that is over does not change any more. */
  #inSteps(size: number): ShownHistory {
    const oldest = Math.max(0, this.#count - STEPS);
    const shown = { stepMs: size * STEP_MS, ...columns() };
    for (let first = oldest; first < this.#count;) {
      const end = Math.min(first - first % size + size, this.#count);
      const steps = Array.from({ length: end - first }, (_, it) => (first + it) % STEPS);
      const sum = (column: Column) => steps.reduce((all, it) => all + column[it]!, 0);
      const taken = sum(this.#taken);
      shown.endMs.push(this.#endMs[steps.at(-1)!]!);
      shown.asked.push(sum(this.#asked));
      shown.answered.push(sum(this.#answered));
      shown.waitMs.push(taken === 0 ? null : sum(this.#waitedMs) / taken);
      const p95Ms = Math.max(...steps.map((it) => this.#waitP95Ms[it]!));
      shown.waitP95Ms.push(taken === 0 ? null : p95Ms);
      first = end;
    }
    return shown;
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
