import type { Random } from "../../tests/scheduler/random.ts";
import { type JobKind, KINDS } from "./job_kinds.ts";

/** How large a database is beside the others, and the one that floods the host. */
export type Size = "largest 1 %" | "next 9 %" | "other 90 %" | "noisy one";

export interface HostDatabase {
  readonly name: string;
  readonly size: Size;
  /** Where its jobs of each kind go, as rows name it. */
  readonly channelOf: ReadonlyMap<JobKind, string | null>;
}

/** The nth has `n ** -0.8` times the jobs of the first, after Zipf. */
const ZIPF_EXPONENT = 0.8;

/** The databases of the host, the largest first: few have most of the jobs. */
export class HostDatabases {
  readonly all: readonly HostDatabase[];
  readonly noisy: HostDatabase;
  /** Sums of the weights up to and with each. */
  readonly #upTo: Float64Array;

  constructor(count: number) {
    const noisyRank = Math.min(Math.floor(count / 20), count - 1);
    this.all = Array.from({ length: count }, (_, rank) => {
      const name = databaseName(rank);
      const size = rank === noisyRank ? "noisy one" : sizeOf(rank, count);
      return { name, size, channelOf: channelsOf(name) };
    });
    this.noisy = this.all[noisyRank]!;
    this.#upTo = new Float64Array(count);
    let sum = 0;
    for (let rank = 0; rank < count; rank++) {
      sum += (rank + 1) ** -ZIPF_EXPONENT;
      this.#upTo[rank] = sum;
    }
  }

  /** One of them, as often as it is large. */
  pick(random: Random): HostDatabase {
    const wanted = random.fraction() * this.#upTo.at(-1)!;
    let [from, to] = [0, this.all.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#upTo[middle]! > wanted) to = middle;
      else from = middle + 1;
    }
    return this.all[from]!;
  }
}

/** The largest has rank 0. */
export function databaseName(rank: number): string {
  return `customer${rank + 1}`;
}

function sizeOf(rank: number, count: number): Size {
  if (rank < Math.max(1, count / 100)) return "largest 1 %";
  return rank < count / 10 ? "next 9 %" : "other 90 %";
}

function channelsOf(name: string): ReadonlyMap<JobKind, string | null> {
  return new Map(KINDS.map((kind) => {
    return [kind, kind.isPerDatabase ? `${kind.channel}.${name}` : kind.channel];
  }));
}
