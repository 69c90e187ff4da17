import { JobState } from "./abi";
import { channelAt, channelNumbersEnd } from "./channels";
import { databaseAt, databaseNumbersEnd } from "./jobs";
import { waitsSince } from "./waits";

/*
 * Since when the job waits that has waited longest, by channel and by database. In their heaps jobs
 * are in the order of their turns, and the oldest may be anywhere: so all have to be looked at.
 * That happens a few at a time, again and again, and what the last whole round has found is the
 * answer.
 */

let isUnderWay: bool = false;
/** Those below are looked through. */
let databaseNumber: i32 = 0;

/** Looks at `max` jobs more; answers whether that was the end of a round. */
export function surveyJobs(nowMs: f64, max: u32): bool {
  if (!isUnderWay) begin();
  let left = max;
  for (; databaseNumber < databaseNumbersEnd(); databaseNumber++) {
    const database = databaseAt(databaseNumber);
    if (!database) continue;
    let job = database.surveyed;
    for (; job && left > 0; left--) {
      if (job.state == JobState.Waiting && job.etaMs <= nowMs) {
        const sinceMs = waitsSince(job);
        const channel = job.channel;
        if (sinceMs > -Infinity && sinceMs < channel.foundMs) channel.foundMs = sinceMs;
        if (sinceMs > -Infinity && sinceMs < database.foundMs) database.foundMs = sinceMs;
      }
      job = job.next;
    }
    database.surveyed = job;
    if (job) return false;
  }
  end();
  return true;
}

/** Infinity if no job of it waits, or none that the last round has seen. */
export function channelWaitsSince(number: i32): f64 {
  const channel = channelAt(number);
  return channel && channel.waitingCount > 0 ? channel.waitsSinceMs : Infinity;
}

export function databaseWaitsSince(number: i32): f64 {
  const database = databaseAt(number);
  return database && database.jobCount > 0 ? database.waitsSinceMs : Infinity;
}

/** Jobs that come from now on are put before the first: the next round sees them. */
function begin(): void {
  isUnderWay = true;
  databaseNumber = 0;
  for (let number: i32 = 0; number < databaseNumbersEnd(); number++) {
    const database = databaseAt(number);
    if (!database) continue;
    database.surveyed = database.first;
    database.foundMs = Infinity;
  }
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (channel) channel.foundMs = Infinity;
  }
}

function end(): void {
  isUnderWay = false;
  for (let number: i32 = 0; number < databaseNumbersEnd(); number++) {
    const database = databaseAt(number);
    if (database) database.waitsSinceMs = database.foundMs;
  }
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (channel) channel.waitsSinceMs = channel.foundMs;
  }
}
