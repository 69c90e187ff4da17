import { parseChannels } from "../../src/scheduler/channel_config.ts";
import { fullChannelName } from "../../src/scheduler/mod.ts";
import type { HostJob } from "./host_job.ts";

/** What must be 0 at the end. */
export interface HostFaults {
  /** Handed out while it ran, had failed or was over. */
  readonly doubleRuns: number;
  /** Handed out before its eta. */
  readonly tooEarly: number;
  /** Handed out beyond the capacity of its channel or of one above it. */
  readonly overCapacity: number;
  /** Handed out before one of its channel and priority that came earlier. */
  readonly outOfOrder: number;
  /** Looks at which the scheduler did not know as many jobs as are not over. */
  readonly miscounts: number;
  /** Jobs that were never handed out although there was nothing left to wait for. */
  readonly lost: number;
}

/** A channel as the audit counts it. */
interface AuditedChannel {
  readonly capacity: number;
  readonly isSequential: boolean;
  readonly above: AuditedChannel | null;
  running: number;
  /** By priority: the last that was handed out for the first time. */
  readonly lastTaken: Map<number, number>;
  /** Sequential ones, by priority: the jobs that are not over, as they came. */
  readonly open: Map<number, Set<HostJob>>;
}

/**
 * Watches the day from outside: knows the channel string and what was handed out, asks the
 * scheduler nothing. What it costs does not grow with what waits. That more urgent jobs go first is
 * for the conformance tests: here one that comes later may find a less urgent one on its way.
 */
export class HostAudit {
  readonly #configured: ReadonlyMap<string, ReturnType<typeof parseChannels>["channels"][number]>;
  readonly #channels = new Map<string, AuditedChannel>();
  readonly #ofSpelling = new Map<string | null, AuditedChannel>();
  #faults = { doubleRuns: 0, tooEarly: 0, overCapacity: 0, outOfOrder: 0, miscounts: 0, lost: 0 };

  constructor(channels: string) {
    this.#configured = new Map(parseChannels(channels).channels.map((it) => [it.name, it]));
  }

  get faults(): HostFaults {
    return { ...this.#faults };
  }

  get rootCapacity(): number {
    return this.#channelOf(null).capacity;
  }

  /** How many channels jobs have named that the channel string does not. */
  get madeOnTheFly(): number {
    return [...this.#channels.keys()].filter((it) => !this.#configured.has(it)).length;
  }

  arrived(job: HostJob): void {
    const channel = this.#channelOf(job.channel);
    if (!channel.isSequential) return;
    const open = channel.open.get(job.priority) ?? new Set();
    channel.open.set(job.priority, open.add(job));
  }

  taken(job: HostJob, nowMs: number): void {
    if (job.state !== "pending") this.#faults.doubleRuns++;
    if (job.dueMs > nowMs) this.#faults.tooEarly++;
    const channel = this.#channelOf(job.channel);
    for (let it: AuditedChannel | null = channel; it !== null; it = it.above) {
      if (++it.running > it.capacity) this.#faults.overCapacity++;
    }
    if (channel.isSequential) {
      const [first] = channel.open.get(job.priority)!;
      if (first !== job) this.#faults.outOfOrder++;
    } else if (job.runs === 0 && job.etaMs === null) {
      const last = channel.lastTaken.get(job.priority) ?? -1;
      if (job.sequence < last) this.#faults.outOfOrder++;
      channel.lastTaken.set(job.priority, job.sequence);
    }
  }

  /** A run has ended. */
  ended(job: HostJob): void {
    const own = this.#channelOf(job.channel);
    for (let it: AuditedChannel | null = own; it !== null; it = it.above) it.running--;
  }

  /** The job is done. */
  isOver(job: HostJob): void {
    this.#channelOf(job.channel).open.get(job.priority)?.delete(job);
  }

  /** Whether a failed job blocks the others of its channel. */
  isBlocking(job: HostJob): boolean {
    return this.#channelOf(job.channel).isSequential;
  }

  compare(open: number, known: number): void {
    if (open !== known) this.#faults.miscounts++;
  }

  leftWaiting(count: number): void {
    this.#faults.lost += count;
  }

  #channelOf(spelling: string | null): AuditedChannel {
    const known = this.#ofSpelling.get(spelling);
    if (known) return known;
    const channel = this.#channelNamed(fullChannelName(spelling));
    this.#ofSpelling.set(spelling, channel);
    return channel;
  }

  #channelNamed(name: string): AuditedChannel {
    const known = this.#channels.get(name);
    if (known) return known;
    const config = this.#configured.get(name);
    let above = parentOf(name);
    // One that is made on the fly lies below the nearest that is configured.
    while (!config && above !== null && !this.#configured.has(above)) above = parentOf(above);
    const limit = config ? config.capacity : this.#configured.get(above!)!.subcapacity;
    const channel = {
      capacity: limit ?? Infinity,
      isSequential: config?.sequential ?? false,
      above: above === null ? null : this.#channelNamed(above),
      running: 0,
      lastTaken: new Map(),
      open: new Map(),
    };
    this.#channels.set(name, channel);
    return channel;
  }
}

function parentOf(name: string): string | null {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? null : name.slice(0, dot);
}
