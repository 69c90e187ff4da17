import { JobState, UNLIMITED } from "./abi";
import {
  agenda,
  channelAt,
  channelNumbersEnd,
  depthOf,
  ownJobCount,
  releaseOf,
  wakeupOf,
} from "./channels";
import { Heap } from "./heap";
import { databaseAt, databaseNumbersEnd, findJob, firstJobOf, jobCount } from "./jobs";
import { Channel, Job } from "./records";

/** Asserts, in one walk over all jobs and channels, what must hold between two calls. */
export function checkAll(): void {
  assert(agenda.count == 0, "nothing may stay on the agenda of a decision");
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (!channel) continue;
    channel.recountedReleased = 0;
    channel.recountedOwn = 0;
  }
  let jobs: u32 = 0;
  for (let number: i32 = 0; number < databaseNumbersEnd(); number++) jobs += checkDatabase(number);
  assert(jobs == jobCount(), "the databases' lists must hold all known jobs");
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
    assert(job.previous == previous, "a database's list must lead back as it leads on");
    assert(job.database == database, "a job must be in its own database's list");
    assert(
      findJob(number, job.uuid0, job.uuid1, job.uuid2, job.uuid3) == job,
      "a job must be found by its identity",
    );
    checkJob(job);
    previous = job;
    count++;
    job = job.next;
  }
  assert(!database || database.jobCount == count, "a database must count its jobs");
  assert(isSurveyedListed, "a survey must go on with a job of its database");
  return count;
}

function checkJob(job: Job): void {
  job.channel.recountedOwn++;
  assert(
    (job.state == JobState.Waiting) == (job.place != null),
    "a job has a place exactly while it waits",
  );
  if (job.place) {
    const heap = job.heap();
    assert(
      job.position < heap.count && heap.at(job.position) == job,
      "a waiting job must be in its heap",
    );
    assert(
      !job.isLater || !job.place!.isSequential,
      "a sequential channel keeps its jobs in order",
    );
  }
  if (job.state != JobState.Waiting && job.state != JobState.Running) return;
  let channel: Channel | null = job.channel;
  for (; channel && channel != job.place; channel = channel.parent) channel.recountedReleased++;
  assert(channel == job.place, "a waiting job must be in its own channel or above");
}

function checkChannel(channel: Channel): void {
  assert(channel.depth == depthOf(channel), "a channel must know its depth");
  assert(!channel.isSequential || channel.capacity == 1, "a sequential channel has capacity 1");
  assert(channel.capacity >= UNLIMITED, "a capacity is not negative");
  assert(
    channel.releasedCount == channel.recountedReleased,
    "a channel must count what it has released",
  );
  assert(ownJobCount(channel) == channel.recountedOwn, "a channel must count its own jobs");
  assert(channel.releaseMs == releaseOf(channel), "a channel must know when it can release");
  assert(channel.wakeupMs == wakeupOf(channel), "a channel must know its wake-up");
  assert(channel.children.count == <u32> channel.childCount, "a channel must know its subchannels");
  checkHeap<Job>(channel.due);
  checkHeap<Job>(channel.later);
  checkHeap<Channel>(channel.children);
}

function checkHeap<T>(heap: Heap<T>): void {
  for (let position: u32 = 0; position < heap.count; position++) {
    const record = heap.at(position);
    assert(record.positionIn(heap.order) == position, "a record must know its position");
    const rank = record.rankIn(heap.order);
    assert(heap.rankAt(position) == rank, "a heap must know the ranks of its records");
    if (position == 0) continue;
    const above = (position - 1) >> 2;
    const isBefore = rank == heap.rankAt(above)
      ? record.isBefore(heap.at(above), heap.order)
      : rank < heap.rankAt(above);
    assert(!isBefore, "nothing may come before what is above it");
  }
}
