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
  must(agenda.count == 0, "agenda is empty");
  for (let number: i32 = 0; number < channelNumbersEnd(); number++) {
    const channel = channelAt(number);
    if (!channel) continue;
    channel.recountedReleased = 0;
    channel.recountedOwn = 0;
  }
  let jobs: u32 = 0;
  for (let number: i32 = 0; number < databaseNumbersEnd(); number++) jobs += checkDatabase(number);
  must(jobs == jobCount(), "all jobs are listed");
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
    must(job.previous == previous, "list leads back");
    must(job.database == database, "job is in its list");
    must(
      findJob(number, job.uuid0, job.uuid1, job.uuid2, job.uuid3) == job,
      "job is found",
    );
    checkJob(job);
    previous = job;
    count++;
    job = job.next;
  }
  must(!database || database.jobCount == count, "jobs are counted");
  must(isSurveyedListed, "survey is in its list");
  return count;
}

function checkJob(job: Job): void {
  job.channel.recountedOwn++;
  must(
    (job.state == JobState.Waiting) == (job.place != null),
    "waiting has a place",
  );
  if (job.place) {
    const heap = job.heap();
    must(
      job.position < heap.count && heap.at(job.position) == job,
      "waiting is in a heap",
    );
    must(
      !job.isLater || !job.place!.isSequential,
      "sequential keeps order",
    );
  }
  if (job.state != JobState.Waiting && job.state != JobState.Running) return;
  let channel: Channel | null = job.channel;
  for (; channel && channel != job.place; channel = channel.parent) channel.recountedReleased++;
  must(channel == job.place, "place is on the way");
}

function checkChannel(channel: Channel): void {
  must(channel.depth == depthOf(channel), "depth is known");
  must(!channel.isSequential || channel.capacity == 1, "sequential has one place");
  must(channel.capacity >= UNLIMITED, "capacity is a count");
  must(
    channel.releasedCount == channel.recountedReleased,
    "released are counted",
  );
  must(ownJobCount(channel) == channel.recountedOwn, "own jobs are counted");
  must(channel.releaseMs == releaseOf(channel), "release time is known");
  must(channel.wakeupMs == wakeupOf(channel), "wake-up time is known");
  must(channel.children.count == <u32> channel.childCount, "subchannels are counted");
  checkHeap<Job>(channel.due);
  checkHeap<Job>(channel.later);
  checkHeap<Channel>(channel.children);
}

function checkHeap<T>(heap: Heap<T>): void {
  for (let position: u32 = 0; position < heap.count; position++) {
    const record = heap.at(position);
    must(record.positionIn(heap.order) == position, "position is known");
    const rank = record.rankIn(heap.order);
    must(heap.rankAt(position) == rank, "ranks are known");
    if (position == 0) continue;
    const above = (position - 1) >> 2;
    const isBefore = rank == heap.rankAt(above)
      ? record.isBefore(heap.at(above), heap.order)
      : rank < heap.rankAt(above);
    must(!isBefore, "heap is in order");
  }
}

/** Says in few words what holds: assertions and sentences would be an eighth of the core. */
function must(holds: bool, what: string): void {
  assert(holds, what);
}
