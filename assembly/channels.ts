import {
  CHANNEL_DEPTH_MAX,
  CHANNEL_MAX,
  CHANNEL_NONE,
  CHANNEL_ROOT,
  ChannelFlag,
  Status,
  UNLIMITED,
} from "./abi";
import { firstBelow, Heap } from "./heap";
import { takeRecord } from "./memory";
import { BY_DEPTH, BY_ETA, BY_RELEASE, BY_TURN, BY_WAKEUP, Channel, Job, rankOf } from "./records";

/*
 * The channel tree. Each channel keeps two times: when it can release a job whatever its ancestors
 * do, which puts it on the alarm list of all channels, and when it can give its parent a job, which
 * its parent keeps in a heap of its own. A change does no more than put a channel on the agenda: a
 * decision, which looks at it anyway, brings its times up to date, or the next question for them.
 */

/** Channel records by number. */
const channels: usize = memory.data(4 * CHANNEL_MAX);
let usedNumbers: i32 = 0;
let freeChannel: Channel | null = null;

/** All channels by the time they can release a job. */
const alarms = changetype<Heap<Channel>>(memory.data(offsetof<Heap<Channel>>()));
alarms.order = BY_RELEASE;

/** Channels that have changed since their times were reckoned, deepest first. */
const agenda = changetype<Heap<Channel>>(memory.data(offsetof<Heap<Channel>>()));
agenda.order = BY_DEPTH;

export function channelAt(number: i32): Channel | null {
  if (<u32> number >= <u32> CHANNEL_MAX) return null;
  return changetype<Channel | null>(<usize> load<u32>(channels + (<usize> number << 2)));
}

export function rootChannel(): Channel {
  return channelAt(CHANNEL_ROOT)!;
}

/** One more than the greatest channel number ever used. */
export function channelNumbersEnd(): i32 {
  return usedNumbers;
}

/**
 * Makes a channel, or changes a known one and moves it below another parent. A change of a channel
 * that holds jobs belongs between `liftJobs` and `settleJobs` (scheduler.ts).
 */
export function setChannel(
  number: i32,
  parentNumber: i32,
  capacity: i32,
  flags: i32,
  throttleMs: f64,
  throttledUntilMax: f64,
): Status {
  if (<u32> number >= <u32> CHANNEL_MAX) return Status.ChannelTableFull;
  const parent = channelAt(parentNumber);
  if (number == CHANNEL_ROOT ? parentNumber != CHANNEL_NONE : !parent) return Status.UnknownChannel;
  const depth = parent ? parent.depth + 1 : 0;
  if (depth >= CHANNEL_DEPTH_MAX) return Status.ChannelTooDeep;
  const isSequential = (flags & ChannelFlag.Sequential) != 0;
  if (isSequential && capacity != 1) return Status.SequentialNeedsCapacityOne;
  if (!(throttleMs >= 0)) return Status.TimeNotNumber;

  let channel = channelAt(number);
  if (!channel) {
    // A decision must not fail half-way: the agenda has room for all channels.
    const hasRoom = alarms.reserve() && agenda.reserveFor(alarms.count + 1);
    if (!hasRoom || !hasRoomBelow(parent)) return Status.ChannelTableFull;
    channel = takeChannel();
    if (!channel) return Status.ChannelTableFull;
    store<u32>(channels + (<usize> number << 2), <u32> changetype<usize>(channel));
    usedNumbers = max(usedNumbers, number + 1);
    channel.number = number;
    channel.throttledUntilMs = -Infinity;
    channel.releaseMs = Infinity;
    channel.wakeupMs = Infinity;
    channel.foundMs = Infinity;
    channel.waitsSinceMs = Infinity;
    alarms.push(channel);
    attach(channel, parent);
  } else if (channel.parent != parent) {
    if (isBelow(parent, channel)) return Status.ChannelLoop;
    if (!hasRoomBelow(parent)) return Status.ChannelTableFull;
    detach(channel);
    attach(channel, parent);
  }
  // It moves on the agenda too.
  unlist(channel);
  channel.depth = depth;
  list(channel);
  channel.capacity = capacity;
  channel.isSequential = isSequential;
  channel.isPaused = (flags & ChannelFlag.Paused) != 0;
  channel.throttleMs = throttleMs;
  channel.throttledUntilMs = throttleMs == 0
    ? -Infinity
    : min(channel.throttledUntilMs, throttledUntilMax);
  return Status.Ok;
}

/** Drops a channel without jobs and subchannels. */
export function dropChannel(number: i32): Status {
  const channel = channelAt(number);
  if (!channel) return Status.UnknownChannel;
  if (channel.number == CHANNEL_ROOT || channel.childCount > 0 || ownJobCount(channel) > 0) {
    return Status.ChannelInUse;
  }
  assert(channel.releasedCount == 0, "must have released none");
  unlist(channel);
  alarms.remove(channel);
  detach(channel);
  store<u32>(channels + (<usize> number << 2), 0);
  channel.parent = freeChannel;
  freeChannel = channel;
  return Status.Ok;
}

export function ownJobCount(channel: Channel): i32 {
  return channel.waitingCount + channel.runningCount + channel.failedCount + channel.parkedCount;
}

/** Whether jobs wait in it or have passed through it and are not over. */
export function isFlowedThrough(channel: Channel): bool {
  return channel.due.count > 0 || channel.later.count > 0 || channel.releasedCount > 0;
}

/** Ancestors of a channel. */
export function depthOf(channel: Channel): i32 {
  let depth = 0;
  let above = channel.parent;
  while (above) {
    depth++;
    above = above.parent;
  }
  return depth;
}

/**
 * Brings the times of a channel up to date, and the wake-up of those above as far as it depends on
 * them: most changes end where they began.
 */
export function retime(channel: Channel): void {
  const releaseMs = releaseOf(channel);
  if (releaseMs != channel.releaseMs) {
    channel.releaseMs = releaseMs;
    alarms.update(channel);
  }
  for (let current: Channel | null = channel; current; current = current.parent) {
    const wakeupMs = wakeupOf(current);
    if (wakeupMs == current.wakeupMs) return;
    current.wakeupMs = wakeupMs;
    const parent = current.parent;
    if (parent) parent.children.update(current);
  }
}

/** Puts every channel on the agenda that can release a job at `nowMs`. */
export function listDue(nowMs: f64): void {
  // A negative zero has another rank.
  listDueBelow(0, rankOf(nowMs + 0));
}

/** From a position in the alarms downwards. */
function listDueBelow(position: u32, nowRank: u64): void {
  if (position >= alarms.count || alarms.rankAt(position) > nowRank) return;
  list(alarms.at(position));
  const first = firstBelow(position);
  for (let below = first; below < first + 4; below++) listDueBelow(below, nowRank);
}

/** What its times depend on has changed. */
export function list(channel: Channel): void {
  if (channel.isListed) return;
  channel.isListed = true;
  agenda.push(channel);
}

/** The deepest channel on the agenda, taken off it; null when none is. */
export function takeListed(): Channel | null {
  if (agenda.count == 0) return null;
  const channel = agenda.at(0);
  unlist(channel);
  return channel;
}

/** Brings the times of all channels up to date without a decision. */
export function retimeListed(): void {
  while (true) {
    const channel = takeListed();
    if (!channel) return;
    retime(channel);
  }
}

/** Whether it is on the agenda if and only if it says so. */
export function isListedRightly(channel: Channel): bool {
  const position = channel.depthPosition;
  const isOnAgenda = position < agenda.count && agenda.at(position) == channel;
  return isOnAgenda == channel.isListed;
}

function unlist(channel: Channel): void {
  if (!channel.isListed) return;
  channel.isListed = false;
  agenda.drop(channel);
}

/** When a channel can release a job by itself; `next(c)` of the rules without its subchannels. */
export function releaseOf(channel: Channel): f64 {
  return channel.isOpen() ? max(channel.throttledUntilMs, firstMs(channel)) : Infinity;
}

/** `next(c)` of the rules; a time in the past stands for now. */
export function wakeupOf(channel: Channel): f64 {
  if (!channel.isOpen()) return Infinity;
  return max(channel.throttledUntilMs, min(firstMs(channel), childMs(channel)));
}

/**
 * When the first job of its heaps is due. In a sequential channel the first in order, whatever its
 * eta.
 */
function firstMs(channel: Channel): f64 {
  if (channel.due.count > 0) return channel.isSequential ? channel.due.at(0).etaMs : -Infinity;
  return channel.later.count > 0 ? channel.later.at(0).etaMs : Infinity;
}

function childMs(channel: Channel): f64 {
  return channel.children.count > 0 ? channel.children.at(0).wakeupMs : Infinity;
}

function hasRoomBelow(parent: Channel | null): bool {
  return parent ? parent.children.reserve() : true;
}

function isBelow(channel: Channel | null, above: Channel): bool {
  let current = channel;
  while (current && current != above) current = current.parent;
  return current == above;
}

function attach(channel: Channel, parent: Channel | null): void {
  channel.parent = parent;
  if (!parent) return;
  parent.childCount++;
  parent.children.push(channel);
  list(parent);
}

function detach(channel: Channel): void {
  const parent = channel.parent;
  if (!parent) return;
  parent.children.remove(channel);
  parent.childCount--;
  list(parent);
}

/** A channel record, its three heaps before it. */
function takeChannel(): Channel | null {
  const free = freeChannel;
  if (free) {
    freeChannel = free.parent;
    return free;
  }
  const heapSize = offsetof<Heap<Job>>();
  const heaps = takeRecord(3 * heapSize + offsetof<Channel>());
  if (heaps == 0) return null;
  const channel = changetype<Channel>(heaps + 3 * heapSize);
  channel.due = changetype<Heap<Job>>(heaps);
  channel.due.order = BY_TURN;
  channel.later = changetype<Heap<Job>>(heaps + heapSize);
  channel.later.order = BY_ETA;
  channel.children = changetype<Heap<Channel>>(heaps + 2 * heapSize);
  channel.children.order = BY_WAKEUP;
  return channel;
}
