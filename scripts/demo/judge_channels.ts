import type { StateChange } from "./judge_history.ts";

export interface JudgedChannel {
  /** Full name, as in `root.mail`. */
  readonly name: string;
  /** Null: unlimited. */
  readonly capacity: number | null;
  readonly sequential: boolean;
}

/** A job that could run next in a sequential channel, or blocks it. */
interface Waiting {
  readonly name: string;
  readonly change: StateChange;
}

/** How long the runner may take to see a new job. */
const ARRIVAL_TOLERANCE_MS = 250;

/**
 * Counts what is `enqueued` or `started`, per channel and ancestor over all databases, and watches
 * the order within each sequential channel of each database.
 */
export class ChannelWatch {
  readonly overCapacity: string[] = [];
  readonly outOfOrder: string[] = [];
  readonly #channels: ReadonlyMap<string, JudgedChannel>;
  readonly #running = new Map<string, number>();
  readonly #maxRunning = new Map<string, number>();
  /** Sequential channels, by database and name: what waits or has failed there. */
  readonly #waiting = new Map<string, Map<string, Waiting>>();
  /** When the slot of a sequential channel came free last. */
  readonly #freeSinceMs = new Map<string, number>();

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
    if (this.#channels.get(change.channel)?.sequential === true) this.#noteOrder(change, name);
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

  #noteOrder(change: StateChange, name: string): void {
    const place = `${change.database} ${change.channel}`;
    const waiting = this.#waiting.get(place) ?? new Map<string, Waiting>();
    this.#waiting.set(place, waiting);
    const own = waiting.get(name);
    if (change.newState === "enqueued" && own !== undefined) this.#compare(own, waiting, place);
    if (change.newState === "pending" || change.newState === "failed") {
      waiting.set(name, { name, change });
    } else {
      waiting.delete(name);
    }
    if (isRunning(change.oldState) && !isRunning(change.newState)) {
      this.#freeSinceMs.set(place, change.atMs);
    }
  }

  /** A job keeps its turn once it has it: only what was there before counts against it. */
  #compare(own: Waiting, waiting: ReadonlyMap<string, Waiting>, place: string): void {
    const turnMs = Math.max(own.change.atMs, this.#freeSinceMs.get(place) ?? -Infinity);
    for (const other of waiting.values()) {
      if (other === own || other.change.atMs + toleranceOf(other.change) > turnMs) continue;
      if (other.change.newState === "failed") {
        this.outOfOrder.push(`${own.name}: ran although ${other.name} of its channel has failed`);
      } else if (runsBefore(other.change, own.change)) {
        this.outOfOrder.push(`${own.name}: ran before ${other.name} of its sequential channel`);
      }
    }
  }
}

function isRunning(state: string | null): boolean {
  return state === "enqueued" || state === "started";
}

/** What came out of running freed the slot itself: the runner has seen it. */
function toleranceOf(change: StateChange): number {
  return isRunning(change.oldState) ? 0 : ARRIVAL_TOLERANCE_MS;
}

function runsBefore(a: StateChange, b: StateChange): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.createdMs !== b.createdMs) return a.createdMs < b.createdMs;
  return a.sequence < b.sequence;
}

/** `root.mail.bulk`, `root.mail`, `root`. */
function lineage(channel: string): string[] {
  const parts = channel.split(".");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
}
