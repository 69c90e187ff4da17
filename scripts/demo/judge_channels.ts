import type { StateChange } from "./judge_history.ts";

export interface JudgedChannel {
  /** Full name, as in `root.mail`. */
  readonly name: string;
  /** Null: unlimited. */
  readonly capacity: number | null;
  readonly sequential: boolean;
}

/** Counts what is `enqueued` or `started`, per channel and ancestor, over all databases. */
export class ChannelWatch {
  readonly overCapacity: string[] = [];
  readonly #channels: ReadonlyMap<string, JudgedChannel>;
  readonly #running = new Map<string, number>();
  readonly #maxRunning = new Map<string, number>();

  constructor(channels: readonly JudgedChannel[]) {
    this.#channels = new Map(channels.map((channel) => [channel.name, channel]));
    for (const { name } of channels) this.#maxRunning.set(name, 0);
  }

  get maxRunning(): Record<string, number> {
    return Object.fromEntries([...this.#maxRunning].sort(([a], [b]) => a < b ? -1 : 1));
  }

  note(change: StateChange, name: string): void {
    const wasRunning = isRunning(change.oldState);
    const runs = isRunning(change.newState);
    if (wasRunning === runs) return;
    for (const channel of lineage(change.channel)) {
      this.#count(channel, runs ? 1 : -1, change, name);
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
