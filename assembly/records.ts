import { CHANNEL_DEPTH_MAX, ClosedBy, UNLIMITED } from "./abi";
import { Heap } from "./heap";

/** The orders of the heaps a record can be in. */
export const BY_TURN = 0; //    jobs: who runs first
export const BY_ETA = 1; //     jobs: who is due first
export const BY_RELEASE = 2; // channels: who can release a job first
export const BY_WAKEUP = 3; //  channels: who can give root a job first
export const BY_DEPTH = 4; //   channels: deepest first

/** A time as a whole number that is smaller for an earlier time. */
export function rankOf(timeMs: f64): u64 {
  const bits = reinterpret<i64>(timeMs);
  return <u64> (bits ^ (bits >> 63 | i64.MIN_VALUE));
}

/** A known job: 80 bytes. Identity and lists belong to jobs.ts, state and place to scheduler.ts. */
@unmanaged
export class Job {
  sequence: f64;
  createdMs: f64;
  etaMs: f64;
  /** Given when the job becomes known: settles what ties otherwise. */
  arrival: f64;
  uuid0: u32;
  uuid1: u32;
  uuid2: u32;
  uuid3: u32;
  priority: i32;
  database: Database;
  /** Its own channel. */
  channel: Channel;
  /** Waiting: the channel whose heap holds it, its own or an ancestor. Else null. */
  place: Channel | null;
  position: u32;
  /** Neighbours in the list of its database; `next` also links free records. */
  previous: Job | null;
  next: Job | null;
  /** A JobState. */
  state: u8;
  /** Waiting: it is in `place.later`, not in `place.due`. */
  isLater: bool;
  /** Notified or touched since its database's scan began. */
  isSeen: bool;

  /**
   * Whether it runs before `other` once both are due: smaller priority first, then older, then
   * smaller sequence. Arrival settles what is left, so that two runs over the same input agree.
   */
  runsBefore(other: Job): bool {
    if (this.priority != other.priority) return this.priority < other.priority;
    if (this.createdMs != other.createdMs) return this.createdMs < other.createdMs;
    if (this.sequence != other.sequence) return this.sequence < other.sequence;
    return this.arrival < other.arrival;
  }

  /**
   * By turn: the priority in 12 bits, then the date in microseconds since the epoch in 52. What
   * does not fit counts as the nearest that does, and ties.
   */
  rankIn(order: i32): u64 {
    if (order == BY_ETA) return rankOf(this.etaMs);
    if (this.priority <= -0x800) return 0;
    if (this.priority >= 0x7ff) return <u64> 0xfff << 52;
    const microseconds = min(max(this.createdMs * 1000, 0), <f64> ((<u64> 1 << 52) - 1));
    return <u64> (this.priority + 0x800) << 52 | <u64> microseconds;
  }
  canTie(order: i32): bool {
    return order == BY_TURN;
  }
  isBefore(other: Job, order: i32): bool {
    return order == BY_TURN && this.runsBefore(other);
  }
  positionIn(_order: i32): u32 {
    return this.position;
  }
  moveTo(_order: i32, position: u32): void {
    this.position = position;
  }
  heap(): Heap<Job> {
    const place = this.place!;
    return this.isLater ? place.later : place.due;
  }
}

/** A database: its jobs as a list. */
@unmanaged
export class Database {
  number: i32;
  jobCount: u32;
  first: Job | null;
  /** The next job that a survey looks at. */
  surveyed: Job | null;
  /** Since when the oldest waits that the survey under way has found so far. */
  foundMs: f64;
  /** What the last whole survey has found. */
  waitsSinceMs: f64;
}

/**
 * A channel. Belongs to channels.ts; what flows through it is changed by scheduler.ts alone. What
 * an event looks at comes first: with the heaps before it, in two cache lines.
 */
@unmanaged
export class Channel {
  /** Or UNLIMITED. */
  capacity: i32;
  /** Jobs it has released that are not over: they wait in an ancestor's heap, or run. */
  releasedCount: i32;
  parent: Channel | null;
  isSequential: bool;
  isPaused: bool;
  /** It is on the agenda: its times may be out of date. */
  isListed: bool;

  /** 0 = none. */
  throttleMs: f64;
  /** It releases nothing before. */
  throttledUntilMs: f64;
  /** When it can release a job, whatever its ancestors do; Infinity = never by time alone. */
  releaseMs: f64;
  /**
   * When it can give its parent a job, by its own or its subchannels' time: `next(c)` of the rules.
   */
  wakeupMs: f64;

  /** Own jobs by state, for people; `failedCount` also blocks a sequential channel. */
  waitingCount: i32;
  runningCount: i32;
  failedCount: i32;
  parkedCount: i32;

  /** By turn: jobs to look at now. In a sequential channel all its jobs, etas ignored. */
  due: Heap<Job>;
  /** By eta: jobs that were not due when last looked at. */
  later: Heap<Job>;
  /** Subchannels by wake-up. */
  children: Heap<Channel>;
  number: i32;

  /** Ancestors. */
  depth: i32;
  childCount: i32;
  /** In the heaps it is in, by their orders from BY_RELEASE on. */
  releasePosition: u32;
  wakeupPosition: u32;
  depthPosition: u32;

  /** What the survey under way has found so far, and what the last whole one has found. */
  foundMs: f64;
  waitsSinceMs: f64;

  /** What invariants.ts counts anew. */
  recountedReleased: i32;
  recountedOwn: i32;

  isOpen(): bool {
    return this.closedBy() == 0;
  }

  /** Why it can release no job, whatever the time: bits of ClosedBy. */
  closedBy(): i32 {
    const isFull = this.capacity != UNLIMITED && this.releasedCount >= this.capacity;
    return (this.isPaused ? ClosedBy.Pause : 0) | (isFull ? ClosedBy.Capacity : 0) |
      (this.isSequential && this.failedCount > 0 ? ClosedBy.Failure : 0);
  }

  /** How many jobs it releases at that time at most. */
  places(nowMs: f64): u32 {
    if (this.throttledUntilMs > nowMs || !this.isOpen()) return 0;
    if (this.throttleMs > 0) return 1;
    return this.capacity == UNLIMITED ? u32.MAX_VALUE : this.capacity - this.releasedCount;
  }

  rankIn(order: i32): u64 {
    if (order == BY_RELEASE) return rankOf(this.releaseMs);
    if (order == BY_WAKEUP) return rankOf(this.wakeupMs);
    return CHANNEL_DEPTH_MAX - this.depth;
  }
  canTie(_order: i32): bool {
    return false;
  }
  isBefore(_other: Channel, _order: i32): bool {
    return false;
  }
  positionIn(order: i32): u32 {
    return load<u32>(this.positionAddress(order));
  }
  moveTo(order: i32, position: u32): void {
    store<u32>(this.positionAddress(order), position);
  }
  private positionAddress(order: i32): usize {
    const first = changetype<usize>(this) + offsetof<Channel>("releasePosition");
    return first + (<usize> (order - BY_RELEASE) << 2);
  }
}
