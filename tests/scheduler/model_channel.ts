import type { ChannelConfig } from "../../src/scheduler/channel_config.ts";

/** A job as the model knows it. */
export interface ModelJob extends JobProperties {
  readonly database: string;
  readonly uuid: string;
  /** Given when the job becomes known, kept until it is forgotten. */
  readonly arrival: number;
  state: ModelState;
  /** Whether its database told of it since the last scan began. */
  seen: boolean;
}

/** What influences a job's order or place. */
export interface JobProperties {
  /** Full name of its own channel. */
  channelName: string;
  sequence: number;
  createdMs: number;
  priority: number;
  /** -Infinity without an eta: always due. */
  etaMs: number;
}

export type ModelState = "waiting" | "running" | "failed" | "parked";

/** A channel of the model: three sets of jobs, and the rules of release. */
export class ModelChannel {
  /** The jobs that name this channel, in whatever state. */
  readonly own = new Set<ModelJob>();
  /** The jobs that wait in it: its own, and those that its subchannels released. */
  readonly heap = new Set<ModelJob>();
  /** The jobs that it released, or that run below it, and that are not over. */
  readonly running = new Set<ModelJob>();
  readonly children = new Set<ModelChannel>();
  /** It releases nothing before this time. */
  throttleEndMs = -Infinity;

  constructor(
    readonly config: ChannelConfig,
    readonly parent: ModelChannel | null,
    readonly isConfigured: boolean,
  ) {
    parent?.children.add(this);
  }

  /** The channel and its ancestors, root last. */
  get way(): ModelChannel[] {
    return [this, ...(this.parent?.way ?? [])];
  }

  /** Whether it could release a job, were one due and no throttle in the way. */
  get isOpen(): boolean {
    const { capacity, paused, sequential } = this.config;
    if (paused) return false;
    if (capacity !== null && this.running.size >= capacity) return false;
    return !(sequential && [...this.own].some((job) => job.state === "failed"));
  }

  /** Lets jobs flow up to here and releases them: removes them from the heap, first to go first. */
  release(nowMs: number, max: number): ModelJob[] {
    for (const child of this.children) {
      for (const job of child.release(nowMs, Infinity)) this.heap.add(job);
    }
    const released: ModelJob[] = [];
    while (released.length < max && this.isOpen && this.throttleEndMs <= nowMs) {
      const job = this.#next(nowMs);
      if (job === undefined) break;
      this.heap.delete(job);
      this.running.add(job);
      released.push(job);
      if (this.config.throttleMs > 0) this.throttleEndMs = nowMs + this.config.throttleMs;
    }
    return released;
  }

  /** The earliest time at which time alone makes it release a job. */
  nextReleaseMs(nowMs: number): number {
    if (!this.isOpen) return Infinity;
    let earliestMs = Infinity;
    for (const job of this.config.sequential ? firstOf(this.heap) : this.heap) {
      earliestMs = Math.min(earliestMs, Math.max(nowMs, job.etaMs));
    }
    for (const child of this.children) {
      earliestMs = Math.min(earliestMs, child.nextReleaseMs(nowMs));
    }
    return Math.max(earliestMs, this.throttleEndMs);
  }

  /** The jobs that wait in it once its subchannels have released theirs; nothing moves. */
  wouldHold(nowMs: number): ModelJob[] {
    return [...this.heap, ...[...this.children].flatMap((it) => it.wouldRelease(nowMs))];
  }

  /** What it would release: as `release`, on copies. */
  wouldRelease(nowMs: number): ModelJob[] {
    const copy = new ModelChannel(this.config, null, true);
    for (const job of this.wouldHold(nowMs)) copy.heap.add(job);
    for (const job of this.running) copy.running.add(job);
    for (const job of this.own) copy.own.add(job);
    copy.throttleEndMs = this.throttleEndMs;
    return copy.release(nowMs, Infinity);
  }

  /** The jobs of `wouldHold` that go before a job, the first of them first. */
  before(job: ModelJob, nowMs: number): ModelJob[] {
    return this.wouldHold(nowMs)
      .filter((it) => (this.config.sequential && this.heap.has(it)) || it.etaMs <= nowMs)
      .filter((it) => runsBefore(it, job))
      .sort((a, b) => runsBefore(a, b) ? -1 : 1);
  }

  /** A throttle is never longer than what is configured, counted from now. */
  shortenThrottle(nowMs: number): void {
    this.throttleEndMs = Math.min(this.throttleEndMs, nowMs + this.config.throttleMs);
  }

  /** A sequential channel waits for its first job; any other takes the first of the due ones. */
  #next(nowMs: number): ModelJob | undefined {
    const isDue = (job: ModelJob) => job.etaMs <= nowMs;
    if (this.config.sequential) return firstOf(this.heap).find(isDue);
    return firstOf([...this.heap].filter(isDue))[0];
  }
}

/** The most urgent of some jobs, in a list; an empty list when there are none. */
function firstOf(jobs: Iterable<ModelJob>): ModelJob[] {
  let first: ModelJob | undefined;
  for (const job of jobs) {
    if (first === undefined || runsBefore(job, first)) first = job;
  }
  return first === undefined ? [] : [first];
}

function runsBefore(a: ModelJob, b: ModelJob): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.createdMs !== b.createdMs) return a.createdMs < b.createdMs;
  if (a.sequence !== b.sequence) return a.sequence < b.sequence;
  return a.arrival < b.arrival;
}
