import { DATABASE_MAX, JobState, NO_ETA, RESULT_MAX, Status } from "./abi";
import {
  channelAt,
  channelNumbersEnd,
  list,
  listDue,
  retime,
  retimeListed,
  rootChannel,
  takeListed,
} from "./channels";
import { addJob, databaseNumbersEnd, findJob, firstJobOf, removeJob, takeDatabase } from "./jobs";
import { Channel, Job } from "./records";
import { addResult, clearResults, resultCount } from "./results";
import { noteWait } from "./waits";

/*
 * The rules. A job is in one of four states, changed by `enterAt` and `leave` alone:
 *
 *   Waiting   in one heap: of its own channel, or of an ancestor (`place`) it has flowed into.
 *             Every channel from its own up to, not including, `place` has released it and
 *             counts it.
 *   Running   in no heap; its own channel and all above count it as released.
 *   Failed    in no heap, counted in its own channel, where it blocks a sequential one.
 *   Parked    in no heap, counted in its own channel.
 *
 * Jobs flow only in `takeReady`: the channels that have changed since the last question, or whose
 * time has come, are looked at, deepest first; each releases its first jobs into its parent's heap,
 * root into the result. Every other channel knows when it can release next (channels.ts), so
 * nothing is ever searched.
 */

/** The time of the last question. */
let askedMs: f64 = -Infinity;
/** No job in a heap `due` has a later eta, sequential channels apart. */
let dueUntilMs: f64 = -Infinity;

/** The time of the last question. */
export function lastAskedMs(): f64 {
  return askedMs;
}

/** A row was added or changed. A job that is refused leaves everything as it was. */
export function notifyJob(
  databaseNumber: i32,
  uuid0: u32,
  uuid1: u32,
  uuid2: u32,
  uuid3: u32,
  channelNumber: i32,
  sequence: f64,
  createdMs: f64,
  priority: i32,
  etaMs: f64,
  state: i32,
): Status {
  const channel = channelAt(channelNumber);
  if (!channel) return Status.UnknownChannel;
  if (state < JobState.Waiting || state > JobState.Parked) return Status.UnknownState;
  if (Math.floor(sequence) != sequence || Math.abs(sequence) == Infinity) {
    return Status.SequenceNotInteger;
  }
  if (createdMs != createdMs || etaMs != etaMs) return Status.TimeNotNumber;

  let job = findJob(databaseNumber, uuid0, uuid1, uuid2, uuid3);
  if (job) {
    const isSame = job.channel == channel && job.sequence == sequence &&
      job.createdMs == createdMs &&
      job.priority == priority && job.etaMs == etaMs;
    if (isSame && job.state == <u8> state) {
      job.isSeen = true;
      return Status.Ok;
    }
    if (!canEnter(channel, etaMs, state)) return Status.JobTableFull;
    leave(job);
  } else {
    if (<u32> databaseNumber >= <u32> DATABASE_MAX) return Status.DatabaseTableFull;
    if (!canEnter(channel, etaMs, state)) return Status.JobTableFull;
    const database = takeDatabase(databaseNumber);
    job = database ? addJob(database, uuid0, uuid1, uuid2, uuid3) : null;
    if (!job) return Status.JobTableFull;
  }
  job.isSeen = true;
  job.channel = channel;
  job.sequence = sequence;
  job.createdMs = createdMs;
  job.priority = priority;
  job.etaMs = etaMs;
  enterAt(job, state, channel);
  return Status.Ok;
}

/**
 * Fills the results with at most `max` jobs that run from now on, first to run first; answers how
 * many.
 */
export function takeReadyJobs(nowMs: f64, max: u32): u32 {
  ask(nowMs);
  clearResults();
  const handOutMax = min<u32>(max, RESULT_MAX);
  listDue(nowMs);
  while (true) {
    const channel = takeListed();
    if (!channel) return resultCount();
    release(channel, nowMs, handOutMax);
    retime(channel);
  }
}

/**
 * The earliest time, not before `nowMs`, at which time alone makes root release a job; or Infinity.
 */
export function wakeupTime(nowMs: f64): f64 {
  ask(nowMs);
  retimeListed();
  return max(nowMs, rootChannel().wakeupMs);
}

/** Makes the job unknown that was just found. */
export function forgetJob(job: Job): void {
  leave(job);
  removeJob(job);
}

/** Forgets the jobs of a database that `isGone` names; answers how many. */
export function forgetJobs(databaseNumber: i32, isGone: (job: Job) => bool): u32 {
  let count: u32 = 0;
  let job = firstJobOf(databaseNumber);
  while (job) {
    const next: Job | null = job.next;
    if (isGone(job)) {
      findJob(databaseNumber, job.uuid0, job.uuid1, job.uuid2, job.uuid3);
      forgetJob(job);
      count++;
    }
    job = next;
  }
  return count;
}

/**
 * What time changes without a job: a clock that steps back makes no pause longer and no job due.
 */
export function ask(nowMs: f64): void {
  if (nowMs < askedMs) stepBack(nowMs);
  askedMs = nowMs;
}

/**
 * Gives the parent, or the result, all jobs of the channel that may leave it now. Where the memory
 * has no room for them they stay, and the channel is looked at again in the next decision.
 */
function release(channel: Channel, nowMs: f64, handOutMax: u32): void {
  if (channel.places(nowMs) == 0) return;
  while (channel.later.count > 0 && channel.later.at(0).etaMs <= nowMs) {
    if (!channel.due.reserve()) break;
    const job = channel.later.at(0);
    channel.later.remove(job);
    job.isLater = false;
    channel.due.push(job);
    dueUntilMs = max(dueUntilMs, job.etaMs);
  }
  const parent = channel.parent;
  // Where all may leave, the order in which they do does not matter: taking the last leaves no gap
  // to close.
  const areAllLeaving = parent != null && !channel.isSequential && channel.throttleMs == 0 &&
    channel.places(nowMs) >= channel.due.count;
  if (areAllLeaving && dueUntilMs <= nowMs && parent!.due.count == 0) releaseAll(channel, parent!);
  while (channel.due.count > 0 && channel.places(nowMs) > 0) {
    const job = channel.due.at(areAllLeaving ? channel.due.count - 1 : 0);
    if (job.etaMs > nowMs || (!parent && resultCount() == handOutMax)) break;
    if (parent && !parent.due.reserve()) break;
    channel.due.remove(job);
    channel.releasedCount++;
    if (channel.throttleMs > 0) channel.throttledUntilMs = nowMs + channel.throttleMs;
    if (parent) {
      job.place = parent;
      parent.due.push(job);
      dueUntilMs = max(dueUntilMs, job.etaMs);
      list(parent);
    } else handOut(job);
  }
}

/** A million jobs flow on as one heap: a third of the time, and half the memory. */
function releaseAll(channel: Channel, parent: Channel): void {
  const count = channel.due.count;
  if (count == 0) return;
  channel.due.exchange(parent.due);
  for (let position: u32 = 0; position < count; position++) parent.due.at(position).place = parent;
  channel.releasedCount += count;
  list(parent);
}

function handOut(job: Job): void {
  job.place = null;
  job.state = <u8> JobState.Running;
  job.channel.waitingCount--;
  job.channel.runningCount++;
  noteWait(job, askedMs);
  addResult(job);
}

function isLaterIn(channel: Channel, etaMs: f64): bool {
  return etaMs != NO_ETA && !channel.isSequential;
}

/** Makes room in the heap that a job of this state enters; answers whether there is. */
function canEnter(channel: Channel, etaMs: f64, state: i32): bool {
  if (state != JobState.Waiting) return true;
  return isLaterIn(channel, etaMs) ? channel.later.reserve() : channel.due.reserve();
}

/**
 * The job, in no heap and no count, takes a state; a waiting one its place, its own channel or one
 * above it.
 */
export function enterAt(job: Job, state: i32, waitsAt: Channel): void {
  job.state = <u8> state;
  job.place = null;
  count(job, 1);
  if (state == JobState.Waiting) {
    job.place = waitsAt;
    // In a sequential channel all wait in order; elsewhere those with an eta until it is looked at.
    job.isLater = isLaterIn(waitsAt, job.etaMs);
    job.heap().push(job);
  }
  countReleased(job, 1);
}

/** The job leaves its heap and all counts. */
export function leave(job: Job): void {
  count(job, -1);
  if (job.place) job.heap().remove(job);
  countReleased(job, -1);
  job.place = null;
}

/**
 * Every channel below its place has released a waiting job; all up to root a running one, that has
 * no place. Their times change only where that opens or closes them.
 */
function countReleased(job: Job, by: i32): void {
  let channel: Channel | null = job.channel;
  if (job.state == JobState.Waiting || job.state == JobState.Running) {
    const place = job.place;
    for (; channel && channel != place; channel = channel.parent) {
      channel.releasedCount += by;
      if (channel.releasedCount + (by < 0 ? 1 : 0) == channel.capacity) list(channel);
    }
  }
  // The place, whose heap has changed; or the job's own channel, which a failure may block.
  if (channel) list(channel);
}

function count(job: Job, by: i32): void {
  const channel = job.channel;
  if (job.state == JobState.Waiting) channel.waitingCount += by;
  else if (job.state == JobState.Running) channel.runningCount += by;
  else if (job.state == JobState.Failed) channel.failedCount += by;
  else channel.parkedCount += by;
}

/** A job that was due no longer is. Answers whether the memory had room for that. */
function holdBack(job: Job): bool {
  const place = job.place;
  if (!place || job.isLater || place.isSequential) return true;
  if (!place.later.reserve()) return false;
  place.due.remove(job);
  job.isLater = true;
  place.later.push(job);
  return true;
}

function stepBack(nowMs: f64): void {
  if (nowMs < dueUntilMs) {
    let areHeldBack = true;
    for (let number: i32 = 0; number < databaseNumbersEnd(); number++) {
      let job = firstJobOf(number);
      while (job) {
        if (job.etaMs > nowMs && !holdBack(job)) areHeldBack = false;
        job = job.next;
      }
    }
    if (areHeldBack) dueUntilMs = nowMs;
  }
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (!channel) continue;
    channel.throttledUntilMs = min(channel.throttledUntilMs, nowMs + channel.throttleMs);
    list(channel);
  }
}
