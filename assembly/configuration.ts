import { ChannelFlag, Status } from "./abi";
import {
  channelAt,
  channelNumbersEnd,
  depthOf,
  isFlowedThrough,
  list,
  retimeListed,
  setChannel,
} from "./channels";
import { databaseNumbersEnd, firstJobOf } from "./jobs";
import { Channel } from "./records";
import { enterAt, lastAskedMs, leave } from "./scheduler";

/*
 * Changes of the channel tree. One that moves channels or changes their order happens while all
 * jobs are lifted: taken out of heaps and counts, and put back into the new tree.
 */

let isLifted: bool = false;

/** Jobs are in no heap and no count: only channels may change. */
export function areJobsLifted(): bool {
  return isLifted;
}

/**
 * Makes a channel or changes one, keeping the rest of a throttle's pause that the new throttle
 * allows.
 */
export function configure(
  number: i32,
  parent: i32,
  capacity: i32,
  flags: i32,
  throttleMs: f64,
): Status {
  const known = channelAt(number);
  if (known && !isLifted) {
    const isMoved = known.parent != channelAt(parent);
    const isReordered = known.isSequential != ((flags & ChannelFlag.Sequential) != 0);
    // Those below a moved channel get another depth, which only `settleJobs` tells them.
    const isInUse = isFlowedThrough(known)
      ? isMoved || isReordered
      : isMoved && known.childCount > 0;
    if (isInUse) return Status.ChannelInUse;
  }
  return setChannel(
    number,
    parent,
    capacity,
    flags,
    throttleMs,
    lastAskedMs() + throttleMs,
  );
}

/** Takes all jobs out of heaps and counts, so that channels may be changed and moved. */
export function liftJobs(): void {
  isLifted = true;
  for (let number: i32 = 0; number < databaseNumbersEnd(); number++) {
    let job = firstJobOf(number);
    while (job) {
      const place = job.place;
      leave(job);
      job.place = place;
      job = job.next;
    }
  }
}

/**
 * Puts them back. A waiting job stays in the heap it has flowed into while that still is on its way
 * to root, else it goes back to its own channel. From above a paused channel it goes back to that.
 */
export function settleJobs(): void {
  isLifted = false;
  // The agenda is by depth, which changes: it is made anew.
  retimeListed();
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (!channel) continue;
    channel.depth = depthOf(channel);
    list(channel);
  }
  for (let number: i32 = 0; number < databaseNumbersEnd(); number++) {
    let job = firstJobOf(number);
    while (job) {
      let place: Channel | null = job.channel;
      let paused: Channel | null = null;
      while (place && place != job.place) {
        if (!paused && place.isPaused) paused = place;
        place = place.parent;
      }
      enterAt(job, job.state, place ? (paused ? paused : place) : job.channel);
      job = job.next;
    }
  }
}
