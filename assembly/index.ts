import { ABI_VERSION, CHANNEL_NONE, JobState, Status } from "./abi";
import { channelAt, dropChannel, ownJobCount } from "./channels";
import { areJobsLifted, configure, liftJobs, settleJobs } from "./configuration";
import { explainJob } from "./explanation";
import { checkAll } from "./invariants";
import { findJob, firstJobOf, jobCount as knownJobs, setKnownMax } from "./jobs";
import { Job } from "./records";
import { resultsStart } from "./results";
import { forgetJob, forgetJobs, notifyJob, takeReadyJobs, wakeupTime } from "./scheduler";
import { channelWaitsSince, databaseWaitsSince, surveyJobs } from "./survey";
import { waitCountOf, waitTotal } from "./waits";

/*
 * Every export of the core. Databases and channels are numbers chosen by the host, a job is a
 * database and four words, times are milliseconds since the epoch. Answers below 0 are a Status
 * (abi.ts).
 */

export function abiVersion(): i32 {
  return ABI_VERSION;
}

/**
 * Makes a channel, or changes one; `parent` of root (channel 0) is CHANNEL_NONE, `capacity` may be
 * UNLIMITED.
 */
export function configureChannel(
  number: i32,
  parent: i32,
  capacity: i32,
  flags: i32,
  throttleMs: f64,
): i32 {
  return configure(number, parent, capacity, flags, throttleMs);
}

/** Before channels that hold jobs are moved or change their flags. */
export function beginConfiguration(): void {
  liftJobs();
}

/** After it: all jobs take their places in the new tree. */
export function endConfiguration(): void {
  settleJobs();
}

/** Drops a channel that holds no jobs and has no subchannels. */
export function removeChannel(number: i32): i32 {
  return areJobsLifted() ? Status.ChannelInUse : dropChannel(number);
}

/** A row was added or changed. */
export function notify(
  database: i32,
  uuid0: u32,
  uuid1: u32,
  uuid2: u32,
  uuid3: u32,
  channel: i32,
  sequence: f64,
  createdMs: f64,
  priority: i32,
  etaMs: f64,
  state: i32,
): i32 {
  assert(!areJobsLifted(), "channels must be settled first");
  return notifyJob(
    database,
    uuid0,
    uuid1,
    uuid2,
    uuid3,
    channel,
    sequence,
    createdMs,
    priority,
    etaMs,
    state,
  );
}

/** A row is over or gone. Answers 1 if the job was known, else 0. */
export function forget(database: i32, uuid0: u32, uuid1: u32, uuid2: u32, uuid3: u32): i32 {
  const job = findJob(database, uuid0, uuid1, uuid2, uuid3);
  if (job) forgetJob(job);
  return job ? 1 : 0;
}

/** The job was seen by the scan of its database. Answers 1 if it is known, else 0. */
export function touch(database: i32, uuid0: u32, uuid1: u32, uuid2: u32, uuid3: u32): i32 {
  const job = findJob(database, uuid0, uuid1, uuid2, uuid3);
  if (job) job.isSeen = true;
  return job ? 1 : 0;
}

/** A JobState, or -1 for an unknown job. */
export function jobState(database: i32, uuid0: u32, uuid1: u32, uuid2: u32, uuid3: u32): i32 {
  const job = findJob(database, uuid0, uuid1, uuid2, uuid3);
  return job ? <i32> job.state : -1;
}

/** Hands out at most `max` jobs (and RESULT_MAX): RESULT_WORDS words each at `resultPointer`. */
export function takeReady(nowMs: f64, max: i32): i32 {
  if (nowMs != nowMs) return Status.TimeNotNumber;
  assert(!areJobsLifted(), "channels must be settled first");
  return takeReadyJobs(nowMs, max);
}

export function resultPointer(): usize {
  return resultsStart();
}

/**
 * Why a job does not run: answers how many results it has written (abi.ts), 0 for an unknown job.
 */
export function explain(
  database: i32,
  uuid0: u32,
  uuid1: u32,
  uuid2: u32,
  uuid3: u32,
  nowMs: f64,
): i32 {
  const job = findJob(database, uuid0, uuid1, uuid2, uuid3);
  return job ? explainJob(job, nowMs) : 0;
}

/** When to ask again although nothing was notified; Infinity = not needed. */
export function wakeupAt(nowMs: f64): f64 {
  return wakeupTime(nowMs);
}

export function forgetDatabase(database: i32): i32 {
  return forgetJobs(database, () => true);
}

/** Forgets the jobs of a database that do not run. */
export function parkDatabase(database: i32): i32 {
  return forgetJobs(database, (job: Job) => job.state != JobState.Running);
}

/** From now on every job of the database counts as unseen until it is notified or touched. */
export function beginScan(database: i32): void {
  let job = firstJobOf(database);
  while (job) {
    job.isSeen = false;
    job = job.next;
  }
}

/** Forgets the jobs of a database that its scan has not seen. */
export function sweep(database: i32): i32 {
  return forgetJobs(database, (job: Job) => !job.isSeen);
}

/** The own jobs of a channel that are in a JobState; 0 for an unknown channel. */
export function channelCount(number: i32, state: i32): i32 {
  const channel = channelAt(number);
  if (!channel) return 0;
  if (state == JobState.Waiting) return channel.waitingCount;
  if (state == JobState.Running) return channel.runningCount;
  return state == JobState.Failed ? channel.failedCount : channel.parkedCount;
}

/** All own jobs of a channel. */
export function channelJobCount(number: i32): i32 {
  const channel = channelAt(number);
  return channel ? ownJobCount(channel) : 0;
}

export function jobCount(): i32 {
  return knownJobs();
}

/**
 * Looks at `max` jobs more to find those that have waited longest. Answers 1 at the end of a round,
 * else 0.
 */
export function survey(nowMs: f64, max: u32): i32 {
  return <i32> surveyJobs(nowMs, max);
}

/** Since when its oldest due job waits, as the last round has found; Infinity = none does. */
export function channelWaitingSince(number: i32): f64 {
  return channelWaitsSince(number);
}

export function databaseWaitingSince(number: i32): f64 {
  return databaseWaitsSince(number);
}

/** How many jobs were handed out of a wait class (abi.ts). */
export function waitCount(waitClass: i32): u32 {
  return waitCountOf(waitClass);
}

/** Milliseconds that all jobs together had waited that were handed out. */
export function waitedMs(): f64 {
  return waitTotal();
}

/** Known jobs at most; JOB_MAX unless set. */
export function setJobMax(max: i32): void {
  setKnownMax(max);
}

/** Walks everything and traps at what must not be. */
export function checkInvariants(): void {
  checkAll();
}

// Root is there from the start, closed until it is configured.
configure(0, CHANNEL_NONE, 0, 0, 0);
