import type { JobNotice } from "../../../src/scheduler/mod.ts";

/**
 * The jobs of a scenario as columns, made from a seed by arithmetic that every language has: the
 * stock scheduler's player (stock_player.py) makes the same.
 */
export class JobColumns {
  readonly uuids: string[] = [];
  /** Four words each. */
  readonly words: Uint32Array;
  readonly channels: Int32Array;
  readonly priorities: Int32Array;
  readonly createdMs: Float64Array;
  /** NaN: none. */
  readonly etasMs: Float64Array;

  constructor(readonly count: number, readonly channelNames: readonly string[], seed = 1) {
    this.words = new Uint32Array(4 * count);
    this.channels = new Int32Array(count);
    this.priorities = new Int32Array(count);
    this.createdMs = new Float64Array(count);
    this.etasMs = new Float64Array(count).fill(NaN);
    const random = new Random(seed);
    for (let job = 0; job < count; job++) {
      // The last word is the number of the job: what was handed out is found again without a table.
      this.words.set([random.next(), random.next(), random.next(), job], 4 * job);
      this.uuids.push(uuidOf(this.words, 4 * job));
      this.channels[job] = random.below(channelNames.length);
      this.priorities[job] = random.below(50);
      this.createdMs[job] = 1e12 + random.below(count) * 1000;
    }
  }

  /** The row of a job, as an object. */
  notice(job: number, state: JobNotice["state"]): JobNotice {
    const etaMs = this.etasMs[job]!;
    return {
      database: "shop",
      uuid: this.uuids[job]!,
      channel: this.channelNames[this.channels[job]!]!,
      sequence: job,
      createdMs: this.createdMs[job]!,
      priority: this.priorities[job]!,
      etaMs: etaMs === etaMs ? etaMs : null,
      state,
    };
  }
}

/** A linear congruential generator, its upper bits used. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    return this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
  }

  below(end: number): number {
    return (this.next() >>> 8) % end;
  }
}

/** The number of the job that has this uuid. */
export function jobOf(uuid: string): number {
  return Number.parseInt(uuid.slice(28), 16);
}

function uuidOf(words: Uint32Array, at: number): string {
  const text = Array.from(words.subarray(at, at + 4), (it) => it.toString(16).padStart(8, "0"));
  return text.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
