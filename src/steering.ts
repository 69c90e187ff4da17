/*
 * What an operator may change of a runner while it is at work, until its process ends: the requests
 * of `/steer`, and what `/status` shows of it. All times are milliseconds since the epoch.
 */

/** What is paused or resumed. */
export type SteerTarget =
  | { readonly what: "everything"; readonly name: null }
  | { readonly what: "channel" | "database"; readonly name: string };

/** Whose wish something is. */
export interface Wish {
  /** Who, as the request says it. */
  readonly by: string;
  readonly sinceMs: number;
}

export type Pause = SteerTarget & Wish;

export interface ChangedCapacity extends Wish {
  readonly channel: string;
  readonly capacity: number;
}

/** What operators have changed of one channel. */
export interface ChannelWish {
  /** Not paused: the channel string pauses it, and it runs all the same. */
  readonly pause: (Wish & { readonly isPaused: boolean }) | null;
  readonly capacity: (Wish & { readonly capacity: number }) | null;
}

/** All that is in force of what operators have changed. Channels have their full names. */
export interface SteeringStatus {
  readonly paused: readonly Pause[];
  /** Channels that the channel string pauses, and that run all the same. */
  readonly resumed: readonly Pause[];
  readonly capacities: readonly ChangedCapacity[];
}

/** Who carries it out. What cannot be is a RangeError, and changes nothing. */
export interface Steerer {
  readonly status: SteeringStatus;
  /** Nothing is taken any more; what runs goes on. Again is no mistake. */
  pause(target: SteerTarget, by: string): void;
  /** Also where the channel string pauses a channel. */
  resume(target: SteerTarget, by: string): void;
  /** Null is back to what the channel string says. */
  changeCapacity(channel: string, capacity: number | null, by: string): void;
}

/** What is to be done to jobs of one database: those that all of this is true of. */
export interface JobsChange {
  readonly action: "requeue" | "cancel" | "done";
  readonly database: string;
  /** None are all that the rest is true of. */
  readonly uuids: readonly string[];
  /** Null: out of all states from which the action can do no harm. */
  readonly states: readonly ChangedState[] | null;
  /** Null is every channel. */
  readonly channel: string | null;
  /** In their state for longer; null is any time. */
  readonly olderThanMs: number | null;
  /** So many must be chosen, or nothing is done; null is any number. */
  readonly expected: number | null;
  /** It is only said what would be done. */
  readonly isDryRun: boolean;
}

export type ChangedState = "pending" | "wait_dependencies" | "enqueued" | "started" | "failed";

/** What was done, or would be. */
export interface JobsChanged extends Pick<JobsChange, "database" | "action" | "isDryRun"> {
  readonly chosen: number;
  readonly changed: number;
  /** Those of them of which nobody can know whether a worker is still at work on them. */
  readonly mayRunTwice: number;
  readonly refusedCount: number;
  /** The first of them. */
  readonly refused: readonly RefusedJob[];
}

export interface RefusedJob {
  readonly uuid: string;
  readonly reason: string;
}

/** Who changes jobs. What cannot be is a RangeError. */
export interface JobChanger {
  change(wanted: JobsChange, by: string): Promise<JobsChanged>;
}
