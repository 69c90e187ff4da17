/**
 * What a scheduler can do. The model and every entry of the core satisfy it, and the tests need no
 * more.
 */
export interface SchedulerLike {
  notify(job: Job): void;
  takeReady(nowMs: number, max?: number): readonly Taken[];
  wakeupAtMs(nowMs: number): number;
  forget(database: string, uuid: string): void;
  forgetDatabase(database: string): void;
  explain(database: string, uuid: string, nowMs: number): Explained;
  channels(): readonly Channel[];
  configure(channels: string): void;
  changeChannel(channel: string, change: Change | null): void;
  parkDatabase(database: string): void;
  beginScan(database: string): void;
  touch(database: string, uuid: string): void;
  sweep(database: string): number;
  checkInvariants(): void;
}

/** Makes a scheduler from a channel string. */
export type CreateScheduler = (channels: string) => SchedulerLike;

/** A job as a database tells of it. */
export interface Job {
  database: string;
  uuid: string;
  channel: string | null;
  sequence: number;
  createdMs: number | null;
  priority: number | null;
  etaMs: number | null;
  state: string;
}

/** A job that runs now. A scheduler may say more of it. */
export interface Taken {
  database: string;
  uuid: string;
}

/** A channel and how many of its own jobs are in each state. */
export interface Channel {
  name: string;
  capacity: number | null;
  sequential: boolean;
  /** Seconds, null without one. */
  throttle: number | null;
  paused: boolean;
  waiting: number;
  running: number;
  failed: number;
  parked: number;
  waitingSinceMs: number | null;
}

/** What an operator has changed of a channel. */
export interface Change {
  capacity?: number;
  paused?: boolean;
}

/** Why a job does not run. Which fields a reason has is for its kind to say. */
export interface Explained {
  state: string;
  waitsAt: string | null;
  reasons: readonly Readonly<Record<string, unknown>>[];
  path: readonly (Channel & { taken: number })[];
}
