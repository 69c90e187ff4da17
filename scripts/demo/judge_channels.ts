import type { StateChange } from "./judge_history.ts";

export interface JudgedChannel {
  /** Full name, as in `root.mail`. */
  readonly name: string;
  /** Null: unlimited. */
  readonly capacity: number | null;
  readonly sequential: boolean;
}

/** Something that happened to a database. */
export interface DatabaseEvent {
  readonly database: string;
  readonly sinceMs: number;
}

/** Counts what is `enqueued` or `started`, per channel and ancestor, over all databases. */
export class ChannelWatch {
  readonly overCapacity: string[] = [];
  readonly #channels: ReadonlyMap<string, JudgedChannel>;
  readonly #running = new Map<string, number>();
  readonly #maxRunning = new Map<string, number>();
  /** From then on no runner served the database: what ran there then is counted by none. */
  readonly #unserved: DatabaseEvent[];
  /** What runs and counts, by name. */
  readonly #counted = new Map<string, StateChange>();

  constructor(channels: readonly JudgedChannel[], unserved: readonly DatabaseEvent[] = []) {
    this.#channels = new Map(channels.map((channel) => [channel.name, channel]));
    this.#unserved = [...unserved].sort((a, b) => a.sinceMs - b.sinceMs);
    for (const { name } of channels) this.#maxRunning.set(name, 0);
  }

  get maxRunning(): Record<string, number> {
    return Object.fromEntries([...this.#maxRunning].sort(([a], [b]) => a < b ? -1 : 1));
  }

  note(change: StateChange, name: string): void {
    while ((this.#unserved[0]?.sinceMs ?? Infinity) <= change.atMs) {
      this.#discount(this.#unserved.shift()!.database);
    }
    const wasRunning = isRunning(change.oldState);
    const runs = isRunning(change.newState);
    if (wasRunning === runs || (wasRunning && !this.#counted.delete(name))) return;
    if (runs) this.#counted.set(name, change);
    for (const channel of lineage(change.channel)) {
      this.#count(channel, runs ? 1 : -1, change, name);
    }
  }

  #discount(database: string): void {
    for (const [name, change] of this.#counted) {
      if (change.database !== database) continue;
      this.#counted.delete(name);
      for (const channel of lineage(change.channel)) this.#count(channel, -1, change, name);
    }
  }

  #count(channel: string, difference: number, change: StateChange, name: string): void {
    const running = (this.#running.get(channel) ?? 0) + difference;
    this.#running.set(channel, running);
    if (difference < 0) return;
    this.#maxRunning.set(channel, Math.max(this.#maxRunning.get(channel) ?? 0, running));
    const capacity = this.#channels.get(channel)?.capacity ?? null;
    if (capacity === null || running <= capacity) return;
    const time = new Date(change.atMs).toISOString();
    this.overCapacity.push(
      `${channel}: ${running} jobs at ${time} with ${name}, its capacity is ${capacity}`,
    );
  }
}

export function isRunning(state: string | null): boolean {
  return state === "enqueued" || state === "started";
}

/** `root.mail.bulk`, `root.mail`, `root`. */
function lineage(channel: string): string[] {
  const parts = channel.split(".");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
}
