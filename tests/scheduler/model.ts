import {
  type ChannelConfig,
  fullChannelName,
  parseChannels,
} from "../../src/scheduler/channel_config.ts";
import { SchedulerError } from "../../src/scheduler/errors.ts";
import {
  type JobProperties,
  ModelChannel,
  type ModelJob,
  type ModelState,
} from "./model_channel.ts";
import { explained, statusOf, UNKNOWN } from "./model_explanation.ts";
import type { Change, Channel, Explained, Job, SchedulerLike, Taken } from "./scheduler_like.ts";

const MODEL_STATE_OF: ReadonlyMap<string, ModelState | "over"> = new Map([
  ["wait_dependencies", "parked"],
  ["pending", "waiting"],
  ["enqueued", "running"],
  ["started", "running"],
  ["failed", "failed"],
  ["done", "over"],
  ["cancelled", "over"],
]);

/**
 * The reference of the scheduler: every rule once, plain and slow. It shares nothing with the core
 * but the reader of channel strings.
 */
export class ModelScheduler implements SchedulerLike {
  readonly #jobs = new Map<string, ModelJob>();
  #channels = new Map<string, ModelChannel>();
  #text = "";
  readonly #changes = new Map<string, Change>();
  #arrivals = 0;
  /** The `now` of the latest question. */
  #askedMs = Infinity;

  static create(channels: string): ModelScheduler {
    const scheduler = new ModelScheduler();
    scheduler.configure(channels);
    return scheduler;
  }

  notify(notice: Job): void {
    const { database, uuid } = notice;
    const state = MODEL_STATE_OF.get(notice.state);
    if (state === undefined) throw new RangeError(`Cannot notify of state "${notice.state}"`);
    const properties = checkedProperties(notice);
    const known = this.#jobs.get(keyOf(database, uuid));
    if (state === "over") {
      this.forget(database, uuid);
    } else if (known === undefined) {
      const arrival = this.#arrivals++;
      const job = { database, uuid, arrival, state, seen: true, ...properties };
      this.#jobs.set(keyOf(database, uuid), job);
      this.#enter(job);
    } else {
      known.seen = true;
      if (known.state === state && isSame(known, properties)) return;
      this.#leave(known);
      Object.assign(known, properties, { state });
      this.#enter(known);
    }
  }

  takeReady(nowMs: number, max = Infinity): Taken[] {
    this.#noteTime(nowMs);
    const taken = this.#root.release(nowMs, max);
    for (const job of taken) job.state = "running";
    return taken.map(({ database, uuid }) => ({ database, uuid }));
  }

  wakeupAtMs(nowMs: number): number {
    this.#noteTime(nowMs);
    return this.#root.nextReleaseMs(nowMs);
  }

  explain(database: string, uuid: string, nowMs: number): Explained {
    const job = this.#jobs.get(keyOf(database, uuid));
    if (job === undefined) return UNKNOWN;
    this.#noteTime(nowMs);
    return explained(job, this.#channelOf(job.channelName), nowMs);
  }

  forget(database: string, uuid: string): void {
    const job = this.#jobs.get(keyOf(database, uuid));
    if (job !== undefined) this.#forgetAll([job]);
  }

  forgetDatabase(database: string): void {
    this.#forgetAll(this.#jobsOf(database));
  }

  parkDatabase(database: string): void {
    this.#forgetAll(this.#jobsOf(database).filter((job) => job.state !== "running"));
  }

  beginScan(database: string): void {
    for (const job of this.#jobsOf(database)) job.seen = false;
  }

  touch(database: string, uuid: string): void {
    const job = this.#jobs.get(keyOf(database, uuid));
    if (job !== undefined) job.seen = true;
  }

  sweep(database: string): number {
    const unseen = this.#jobsOf(database).filter((job) => !job.seen);
    this.#forgetAll(unseen);
    return unseen.length;
  }

  channels(): Channel[] {
    const names = [...this.#channels.keys()].sort();
    return names.map((name) => statusOf(this.#channelOf(name)));
  }

  changeChannel(channel: string, change: Change | null): void {
    const name = fullChannelName(channel);
    if (change === null) this.#changes.delete(name);
    else this.#changes.set(name, change);
    this.configure(this.#text);
  }

  configure(text: string): void {
    const plan = parseChannels(text);
    this.#text = text;
    const before = this.#channels;
    this.#channels = new Map();
    for (const config of plan.channels) {
      const channel = this.#add(config, true);
      channel.throttleEndMs = before.get(config.name)?.throttleEndMs ?? -Infinity;
      if (config.throttleMs === 0) channel.throttleEndMs = -Infinity;
      else channel.shortenThrottle(this.#askedMs);
    }
    const heapOf = new Map<ModelJob, string>();
    for (const channel of before.values()) {
      for (const job of channel.heap) heapOf.set(job, channel.config.name);
    }
    for (const job of this.#jobs.values()) this.#enter(job, heapOf.get(job));
  }

  /** Compares every set with what it is by definition. */
  checkInvariants(): void {
    const waiting = new Map<ModelJob, ModelChannel>();
    let runningCount = 0;
    for (const channel of this.#channels.values()) {
      const { name } = channel.config;
      check(channel.isConfigured || channel.own.size > 0, `${name} must hold a job of its own`);
      for (const job of channel.heap) {
        check(!waiting.has(job), `${job.uuid} must wait in one heap`);
        waiting.set(job, channel);
      }
      runningCount += channel.running.size;
    }
    for (const job of this.#jobs.values()) {
      const own = this.#channels.get(job.channelName);
      check(own !== undefined && own.own.has(job), `${job.uuid} must be in its own channel`);
      const heap = waiting.get(job);
      check((heap !== undefined) === (job.state === "waiting"), `${job.uuid} must wait in a heap`);
      check(heap === undefined || own.way.includes(heap), `${job.uuid} must wait on its way`);
      const passed = own.way.slice(0, heap === undefined ? 0 : own.way.indexOf(heap));
      const running = job.state === "running" ? own.way : passed;
      check(running.every((it) => it.running.has(job)), `${job.uuid} must count as running`);
      runningCount -= running.length;
      waiting.delete(job);
    }
    check(waiting.size === 0 && runningCount === 0, "only known jobs wait or count");
  }

  get #root(): ModelChannel {
    return this.#channelOf("root");
  }

  /** The channel of that name, made on the fly below its nearest configured ancestor. */
  #channelOf(name: string): ModelChannel {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const capacity = this.#parentOf(name)?.config.subcapacity ?? null;
    const none = { sequential: false, throttleMs: 0, subcapacity: null, paused: false };
    return this.#add({ name, capacity, ...none }, false);
  }

  #add(given: ChannelConfig, isConfigured: boolean): ModelChannel {
    const config = { ...given, ...this.#changes.get(given.name) };
    if (config.sequential) config.capacity = 1;
    const channel = new ModelChannel(config, this.#parentOf(config.name), isConfigured);
    this.#channels.set(config.name, channel);
    return channel;
  }

  /** The nearest configured ancestor; null for root. */
  #parentOf(name: string): ModelChannel | null {
    if (name === "root") return null;
    const above = name.slice(0, name.lastIndexOf("."));
    const parent = this.#channels.get(above);
    return parent?.isConfigured ? parent : this.#parentOf(above);
  }

  /**
   * Puts a job where its state wants it: waiting jobs into that heap of their way, or into their
   * own.
   */
  #enter(job: ModelJob, heapName = job.channelName): void {
    const own = this.#channelOf(job.channelName);
    own.own.add(job);
    if (job.state === "running") {
      for (const channel of own.way) channel.running.add(job);
    }
    if (job.state === "waiting") {
      const flowedTo = own.way.find((channel) => channel.config.name === heapName) ?? own;
      const below = own.way.slice(0, own.way.indexOf(flowedTo));
      // From above a paused channel it goes back to that.
      const heap = below.find((channel) => channel.config.paused) ?? flowedTo;
      heap.heap.add(job);
      const passed = own.way.slice(0, own.way.indexOf(heap));
      for (const channel of passed) channel.running.add(job);
    }
  }

  #leave(job: ModelJob): void {
    const own = this.#channelOf(job.channelName);
    own.own.delete(job);
    for (const channel of own.way) {
      channel.heap.delete(job);
      channel.running.delete(job);
    }
    if (own.own.size === 0 && !own.isConfigured) {
      own.parent?.children.delete(own);
      this.#channels.delete(job.channelName);
    }
  }

  #jobsOf(database: string): ModelJob[] {
    return [...this.#jobs.values()].filter((job) => job.database === database);
  }

  #forgetAll(jobs: readonly ModelJob[]): void {
    for (const job of jobs) {
      this.#leave(job);
      this.#jobs.delete(keyOf(job.database, job.uuid));
    }
  }

  #noteTime(nowMs: number): void {
    this.#askedMs = nowMs;
    for (const channel of this.#channels.values()) channel.shortenThrottle(nowMs);
  }
}

function keyOf(database: string, uuid: string): string {
  return JSON.stringify([database, uuid]);
}

function checkedProperties(notice: Job): JobProperties {
  const { sequence, createdMs, priority, etaMs } = notice;
  const isInt32 = priority === null || priority === (priority | 0);
  if (
    !Number.isSafeInteger(sequence) || !isInt32 || Number.isNaN(createdMs ?? 0) ||
    Number.isNaN(etaMs ?? 0)
  ) {
    throw new RangeError(`Cannot notify of job "${notice.uuid}": a number is out of range`);
  }
  return {
    channelName: fullChannelName(notice.channel),
    sequence,
    createdMs: createdMs ?? -Infinity,
    priority: priority ?? 10,
    etaMs: etaMs ?? -Infinity,
  };
}

function isSame(job: JobProperties, other: JobProperties): boolean {
  return job.channelName === other.channelName && job.sequence === other.sequence &&
    job.createdMs === other.createdMs && job.priority === other.priority &&
    job.etaMs === other.etaMs;
}

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new SchedulerError(what);
}
