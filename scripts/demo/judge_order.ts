import { type DatabaseEvent, isRunning, type JudgedChannel } from "./judge_channels.ts";
import type { StateChange } from "./judge_history.ts";

/** A job that could run next in its channel, or blocks it. */
interface Waiting {
  readonly name: string;
  readonly change: StateChange;
}

/** Someone was taken before a job; a fault unless the job was taken together with him. */
interface Suspicion {
  readonly transaction: number;
  readonly fault: string;
}

/** How long the runner may take to see a new job. */
const ARRIVAL_TOLERANCE_MS = 250;
/** So long after a new session a new job may be known before all that has waited is read. */
const REREAD_MS = 2_000;

/** Watches in which order the jobs of each channel are taken, for each database by itself. */
export class OrderWatch {
  readonly #sequential: ReadonlySet<string>;
  readonly #disturbed: ReadonlySet<string>;
  readonly #faults: string[] = [];
  /** By database and channel: what waits there, and what has failed in a sequential one. */
  readonly #waiting = new Map<string, Map<string, Waiting>>();
  /** When the slot of a sequential channel came free last. */
  readonly #freeSinceMs = new Map<string, number>();
  /** By the job that was passed over. */
  readonly #suspicions = new Map<string, Suspicion>();

  readonly #reread: readonly DatabaseEvent[];

  constructor(
    channels: readonly JudgedChannel[],
    disturbed: ReadonlySet<string> = new Set(),
    reread: readonly DatabaseEvent[] = [],
  ) {
    this.#reread = reread;
    this.#sequential = new Set(channels.filter((it) => it.sequential).map((it) => it.name));
    this.#disturbed = disturbed;
  }

  get outOfOrder(): readonly string[] {
    return [...this.#faults, ...[...this.#suspicions.values()].map(({ fault }) => fault)];
  }

  note(change: StateChange, name: string): void {
    const isSequential = this.#sequential.has(change.channel);
    const place = `${change.database} ${change.channel}`;
    const waiting = this.#waiting.get(place) ?? new Map<string, Waiting>();
    this.#waiting.set(place, waiting);
    const own = waiting.get(name);
    if (change.newState === "enqueued") {
      this.#settle(change, name);
      if (own !== undefined && isSequential) this.#compareStrictly(own, waiting, place);
      else if (own !== undefined) this.#compare(own, waiting, change);
    }
    if (change.newState === "pending" || (isSequential && change.newState === "failed")) {
      waiting.set(name, { name, change });
    } else {
      waiting.delete(name);
    }
    if (isRunning(change.oldState) && !isRunning(change.newState)) {
      this.#freeSinceMs.set(place, change.atMs);
    }
  }

  /** A job keeps its turn once it has it: only what was there before counts against it. */
  #compareStrictly(own: Waiting, waiting: ReadonlyMap<string, Waiting>, place: string): void {
    const turnMs = Math.max(own.change.atMs, this.#freeSinceMs.get(place) ?? -Infinity);
    for (const other of waiting.values()) {
      if (other === own || other.change.atMs + toleranceOf(other.change) > turnMs) continue;
      if (this.#isDisturbed(own, other)) continue;
      if (other.change.newState === "failed") {
        this.#faults.push(`${own.name}: ran although ${other.name} of its channel has failed`);
      } else if (runsBefore(other.change, own.change)) {
        this.#faults.push(`${own.name}: ran before ${other.name} of its sequential channel`);
      }
    }
  }

  /**
   * Only jobs that have never been taken: of others the runner may not yet have the answer. And a
   * job keeps the place it has flowed to: one that came later may be passed over.
   */
  #compare(own: Waiting, waiting: ReadonlyMap<string, Waiting>, taken: StateChange): void {
    if (own.change.oldState !== null) return;
    const turnMs = dueMs(own.change);
    for (const other of waiting.values()) {
      if (other === own || other.change.oldState !== null) continue;
      if (dueMs(other.change) + ARRIVAL_TOLERANCE_MS > turnMs) continue;
      if (!runsBefore(other.change, own.change) || this.#isDisturbed(own, other)) continue;
      if (this.#isReread(other, taken)) continue;
      const fault = `${own.name}: was taken before ${other.name} of its channel`;
      const { transaction } = taken;
      if (!this.#suspicions.has(other.name)) {
        this.#suspicions.set(other.name, { transaction, fault });
      }
    }
  }

  /** Jobs that are taken together are written in no order. */
  #settle({ transaction }: StateChange, name: string): void {
    const suspicion = this.#suspicions.get(name);
    if (suspicion === undefined) return;
    this.#suspicions.delete(name);
    if (suspicion.transaction !== transaction) this.#faults.push(suspicion.fault);
  }

  #isReread({ change }: Waiting, taken: StateChange): boolean {
    return this.#reread.some(({ database, sinceMs }) =>
      database === change.database && change.atMs < sinceMs &&
      taken.atMs > sinceMs && taken.atMs < sinceMs + REREAD_MS
    );
  }

  #isDisturbed(...jobs: readonly Waiting[]): boolean {
    return jobs.some(({ name }) => this.#disturbed.has(name));
  }
}

/** What came out of running freed the slot itself: the runner has seen it. */
function toleranceOf(change: StateChange): number {
  return isRunning(change.oldState) ? 0 : ARRIVAL_TOLERANCE_MS;
}

function dueMs({ atMs, etaMs }: StateChange): number {
  return Math.max(atMs, etaMs ?? atMs);
}

function runsBefore(a: StateChange, b: StateChange): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.createdMs !== b.createdMs) return a.createdMs < b.createdMs;
  return a.sequence < b.sequence;
}
