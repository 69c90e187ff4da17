import { CHANNEL_NONE, ClosedBy } from "./abi";
import { retimeListed } from "./channels";
import { Channel, Job } from "./records";
import { addFacts, addResult, clearResults, resultCount } from "./results";
import { ask } from "./scheduler";

/*
 * Why a job does not run, by the rules that let it run. What a channel would release now is the
 * first so many of the jobs that are due in it or that its subchannels would give it: so the jobs
 * before one are counted without moving any.
 */

/** The first of the jobs that were surveyed last. */
let first: Job | null = null;

/**
 * Writes what holds a job back into the results: the job that goes first where this one stays, or
 * itself; its own facts; those of its channel and of all above it. Answers how many results.
 */
export function explainJob(job: Job, nowMs: f64): u32 {
  ask(nowMs);
  retimeListed();
  clearResults();
  let place = job.place;
  let before: u32 = 0;
  while (place) {
    before = survey(place, job, nowMs);
    if (job.etaMs > nowMs || before >= place.places(nowMs)) break;
    place = place.parent;
  }
  addResult(place && before > 0 ? first! : job);
  addFacts(job.etaMs, place ? place.number : CHANNEL_NONE, before, job.state);
  let isAbove = false;
  for (let channel: Channel | null = job.channel; channel; channel = channel.parent) {
    isAbove = isAbove || channel == place;
    const throttle = channel.throttledUntilMs > nowMs ? ClosedBy.Throttle : 0;
    const closedBy = isAbove ? channel.closedBy() | throttle : 0;
    addFacts(channel.throttledUntilMs, channel.number, channel.releasedCount, closedBy);
  }
  return resultCount();
}

/**
 * Among the jobs that a channel holds and would be given, and that may leave it: how many run
 * before `job`, and which is the first of all. In a sequential channel those count that are not due
 * as well.
 */
function survey(channel: Channel, job: Job, nowMs: f64): u32 {
  const due = channel.due;
  let earliest: Job | null = due.count > 0 ? due.at(0) : null;
  let count = due.countBefore(job);
  const laterCount = channel.later.count;
  const end = laterCount + channel.children.count;
  for (let position: u32 = 0; position < end; position++) {
    let other: Job | null;
    let released: u32 = 1;
    if (position < laterCount) other = channel.later.at(position);
    else {
      const child = channel.children.at(position - laterCount);
      if (child.wakeupMs > nowMs) continue;
      released = min(survey(child, job, nowMs), child.places(nowMs));
      other = first;
    }
    if (!other || other.etaMs > nowMs) continue;
    if (other.runsBefore(job)) count += released;
    if (!earliest || other.runsBefore(earliest)) earliest = other;
  }
  first = earliest;
  return count;
}
