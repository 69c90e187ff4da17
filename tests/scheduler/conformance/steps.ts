import type { Job, SchedulerLike } from "../scheduler_like.ts";

/** A time at which nothing has happened yet. */
export const NOW = 1_700_000_000_000;
export const SECOND = 1000;
export const HOUR = 3600 * SECOND;

/** A job that waits in root, due and of middling urgency, but for the changes. */
export function job(uuid: string, changes: Partial<Job> = {}): Job {
  return {
    database: "shop",
    uuid,
    channel: null,
    sequence: 1,
    createdMs: 1000,
    priority: 10,
    etaMs: null,
    state: "pending",
    ...changes,
  };
}

/** Notifies of jobs of one kind, in that order. */
export function notifyAll(
  scheduler: SchedulerLike,
  uuids: readonly string[],
  changes: Partial<Job> = {},
): void {
  for (const uuid of uuids) scheduler.notify(job(uuid, changes));
}

/** The uuids of the jobs handed out, first to run first. */
export function take(scheduler: SchedulerLike, nowMs: number, max?: number): string[] {
  return scheduler.takeReady(nowMs, max).map((taken) => taken.uuid);
}

/** Hands out, and ends each job before the next question, until nothing more comes. */
export function drain(scheduler: SchedulerLike, nowMs: number): string[] {
  const uuids: string[] = [];
  while (true) {
    const taken = scheduler.takeReady(nowMs);
    if (taken.length === 0) return uuids;
    for (const { database, uuid } of taken) {
      scheduler.forget(database, uuid);
      uuids.push(uuid);
    }
  }
}

/**
 * How many of a channel's own jobs are waiting, running, failed and parked; undefined without the
 * channel.
 */
export function counts(scheduler: SchedulerLike, name: string): readonly number[] | undefined {
  const channel = scheduler.channels().find((it) => it.name === name);
  return channel && [channel.waiting, channel.running, channel.failed, channel.parked];
}

export function channelNames(scheduler: SchedulerLike): string[] {
  return scheduler.channels().map((channel) => channel.name);
}
