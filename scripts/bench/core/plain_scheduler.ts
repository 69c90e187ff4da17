import { fullChannelName, parseChannels } from "../../../src/scheduler/channel_config.ts";
import type { JobNotice, ReadyJob } from "../../../src/scheduler/mod.ts";
import { PlainHeap } from "./plain_heap.ts";

type State = "waiting" | "running" | "failed";

/** A job as a programmer would write it who thinks of speed but not of WebAssembly. */
interface PlainJob {
  readonly key: string;
  readonly database: string;
  readonly uuid: string;
  sequence: number;
  createdMs: number;
  priority: number;
  etaMs: number;
  state: State;
  channel: PlainChannel;
  /** The heap it is in, and where. */
  heap: PlainHeap<PlainJob> | null;
  place: PlainChannel | null;
  position: number;
}

/**
 * The rules of the core in plain TypeScript with decent structures: one object a job, found by a
 * `Map`; indexed 4-ary heaps by turn and by eta in every channel; and only channels in which
 * something has changed, or that time has reached, are looked at. What the core is compared with.
 */
export class PlainScheduler {
  readonly #jobs = new Map<string, PlainJob>();
  readonly #channels = new Map<string, PlainChannel>();
  readonly #root: PlainChannel;

  constructor(channels: string) {
    for (const config of parseChannels(channels).channels) {
      const parent = this.#channels.get(config.name.replace(/\.[^.]*$/, "")) ?? null;
      this.#channels.set(config.name, new PlainChannel(config.capacity ?? Infinity, parent));
    }
    this.#root = this.#channels.get("root")!;
  }

  notify(notice: JobNotice): void {
    const key = `${notice.database}\0${notice.uuid}`;
    let job = this.#jobs.get(key);
    if (notice.state === "done") {
      if (job) this.#leave(job);
      this.#jobs.delete(key);
      return;
    }
    const state = notice.state === "pending"
      ? "waiting"
      : notice.state === "failed"
      ? "failed"
      : "running";
    const channel = this.#channels.get(fullChannelName(notice.channel))!;
    const { sequence } = notice;
    const createdMs = notice.createdMs ?? -Infinity;
    const priority = notice.priority ?? 10;
    const etaMs = notice.etaMs ?? -Infinity;
    if (job) {
      const isSame = job.channel === channel && job.sequence === sequence &&
        job.createdMs === createdMs && job.priority === priority && job.etaMs === etaMs;
      if (isSame && job.state === state) return;
      this.#leave(job);
    } else {
      const { database, uuid } = notice;
      // deno-fmt-ignore
      job = {
        key, database, uuid, sequence, createdMs, priority, etaMs, state, channel,
        heap: null, place: null, position: 0,
      };
      this.#jobs.set(key, job);
    }
    job.sequence = sequence;
    job.createdMs = createdMs;
    job.priority = priority;
    job.etaMs = etaMs;
    job.state = state;
    job.channel = channel;
    if (state === "waiting") channel.add(job);
    else if (state === "running") count(channel, null, 1);
    channel.touch();
  }

  takeReady(nowMs: number): ReadyJob[] {
    const taken: PlainJob[] = [];
    this.#root.flow(nowMs, taken);
    for (const job of taken) {
      job.state = "running";
      job.place = null;
    }
    return taken;
  }

  wakeupAtMs(nowMs: number): number {
    return Math.max(nowMs, this.#root.wakeupMs());
  }

  #leave(job: PlainJob): void {
    if (job.state !== "failed") count(job.channel, job.place, -1);
    job.heap?.remove(job);
    job.heap = null;
    job.place = null;
    job.channel.touch();
  }
}

/** All channels from `first` up to, without, `end` have released one job more, or fewer. */
function count(first: PlainChannel, end: PlainChannel | null, by: number): void {
  for (let it: PlainChannel | null = first; it && it !== end; it = it.parent) it.released += by;
}

class PlainChannel {
  released = 0;
  readonly #children: PlainChannel[] = [];
  readonly #due = new PlainHeap<PlainJob>(runsBefore);
  readonly #later = new PlainHeap<PlainJob>((a, b) => a.etaMs < b.etaMs);
  /** Something in it, or in a channel below, has changed since it was looked at. */
  #isTouched = true;
  #wakeupMs = Infinity;

  constructor(readonly capacity: number, readonly parent: PlainChannel | null) {
    if (parent) parent.#children.push(this);
  }

  touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.parent?.touch();
  }

  add(job: PlainJob): void {
    job.place = this;
    job.heap = job.etaMs === -Infinity ? this.#due : this.#later;
    job.heap.push(job);
  }

  /** Gives `taken` all that may leave now, most urgent first. */
  flow(nowMs: number, taken: PlainJob[]): void {
    if (!this.#isTouched && this.#wakeupMs > nowMs) return;
    const released: PlainJob[] = [];
    for (const child of this.#children) child.flow(nowMs, released);
    for (const job of released) {
      job.place = this;
      job.heap = this.#due;
      this.#due.push(job);
    }
    for (let job = this.#later.first; job && job.etaMs <= nowMs; job = this.#later.first) {
      this.#later.remove(job);
      job.heap = this.#due;
      this.#due.push(job);
    }
    for (let job = this.#due.first; job && this.released < this.capacity; job = this.#due.first) {
      this.#due.remove(job);
      job.heap = null;
      this.released++;
      taken.push(job);
    }
    this.#isTouched = false;
    this.#wakeupMs = this.#next();
  }

  wakeupMs(): number {
    return this.#isTouched ? this.#next() : this.#wakeupMs;
  }

  #next(): number {
    if (this.released >= this.capacity) return Infinity;
    if (this.#due.first) return -Infinity;
    let next = this.#later.first?.etaMs ?? Infinity;
    for (const child of this.#children) next = Math.min(next, child.wakeupMs());
    return next;
  }
}

function runsBefore(a: PlainJob, b: PlainJob): boolean {
  if (a.priority !== b.priority) return a.priority < b.priority;
  if (a.createdMs !== b.createdMs) return a.createdMs < b.createdMs;
  return a.sequence < b.sequence;
}
