import { JobState, UNLIMITED } from "./abi";
import {
  channelAt,
  channelNumbersEnd,
  depthOf,
  isListedRightly,
  ownJobCount,
  releaseOf,
  wakeupOf,
} from "./channels";
import { Heap } from "./heap";
import { databaseAt, databaseNumbersEnd, findJob, firstJobOf, jobCount } from "./jobs";
import { Channel, Job } from "./records";

/** Asserts, in one walk over all jobs and channels, what must hold between two calls. */
export function checkAll(): void {
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (!channel) continue;
    channel.recountedReleased = 0;
    channel.recountedOwn = 0;
  }
  let jobs: u32 = 0;
  for (let number: i32 = 0; number < databaseNumbersEnd(); number++) jobs += checkDatabase(number);
  // 2: the databases' lists must hold all known jobs
  must(jobs == jobCount(), 2);
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (channel) checkChannel(channel);
  }
}

function checkDatabase(number: i32): u32 {
  const database = databaseAt(number);
  let count: u32 = 0;
  let previous: Job | null = null;
  let job = firstJobOf(number);
  let isSurveyedListed = !database || !database.surveyed;
  while (job) {
    if (job == database!.surveyed) isSurveyedListed = true;
    // 3: a database's list must lead back as it leads on
    must(job.previous == previous, 3);
    // 4: a job must be in its own database's list
    must(job.database == database, 4);
    // 5: a job must be found by its identity
    must(findJob(number, job.uuid0, job.uuid1, job.uuid2, job.uuid3) == job, 5);
    checkJob(job);
    previous = job;
    count++;
    job = job.next;
  }
  // 6: a database must count its jobs
  must(!database || database.jobCount == count, 6);
  // 7: a survey must go on with a job of its database
  must(isSurveyedListed, 7);
  return count;
}

function checkJob(job: Job): void {
  job.channel.recountedOwn++;
  // 8: a job has a place exactly while it waits
  must((job.state == JobState.Waiting) == (job.place != null), 8);
  if (job.place) {
    const heap = job.heap();
    // 9: a waiting job must be in its heap
    must(job.position < heap.count && heap.at(job.position) == job, 9);
    // 10: a sequential channel keeps its jobs in order
    must(!job.isLater || !job.place!.isSequential, 10);
  }
  if (job.state != JobState.Waiting && job.state != JobState.Running) return;
  let channel: Channel | null = job.channel;
  for (; channel && channel != job.place; channel = channel.parent) channel.recountedReleased++;
  // 11: a waiting job must be in its own channel or above
  must(channel == job.place, 11);
}

function checkChannel(channel: Channel): void {
  // 1: a channel must know whether it is on the agenda
  must(isListedRightly(channel), 1);
  // 12: a channel must know its depth
  must(channel.depth == depthOf(channel), 12);
  // 13: a sequential channel has capacity 1
  must(!channel.isSequential || channel.capacity == 1, 13);
  // 14: a capacity is not negative
  must(channel.capacity >= UNLIMITED, 14);
  // 15: a channel must count what it has released
  must(channel.releasedCount == channel.recountedReleased, 15);
  // 16: a channel must count its own jobs
  must(ownJobCount(channel) == channel.recountedOwn, 16);
  // 17: a channel that has not changed must know when it can release
  must(channel.isListed || channel.releaseMs == releaseOf(channel), 17);
  // 18: and its wake-up
  must(channel.isListed || channel.wakeupMs == wakeupOf(channel), 18);
  // 19: a channel must know its subchannels
  must(channel.children.count == <u32> channel.childCount, 19);
  checkHeap<Job>(channel.due);
  checkHeap<Job>(channel.later);
  checkHeap<Channel>(channel.children);
}

function checkHeap<T>(heap: Heap<T>): void {
  for (let position: u32 = 0; position < heap.count; position++) {
    const record = heap.at(position);
    // 20: a record must know its position
    must(record.positionIn(heap.order) == position, 20);
    const rank = record.rankIn(heap.order);
    // 21: a heap must know the ranks of its records
    must(heap.rankAt(position) == rank, 21);
    if (position == 0) continue;
    const above = (position - 1) >> 2;
    const isBefore = rank == heap.rankAt(above)
      ? record.isBefore(heap.at(above), heap.order)
      : rank < heap.rankAt(above);
    // 22: nothing may come before what is above it
    must(!isBefore, 22);
  }
}

/** Says by its number what does not hold: sentences would be an eighth of the core. */
function must(holds: bool, number: i32): void {
  if (!holds) abort("invariant", "assembly/invariants.ts", number);
}
