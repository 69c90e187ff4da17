import type { Explanation, KnownJob, PathChannel, WaitReason } from "./scheduler/mod.ts";
import type { Pause, Wish } from "./steering.ts";
import type { DatabaseStatus, InFlightCounts, RunnerPhase, SchedulerState } from "./status.ts";

/*
 * Why a job, a channel or a database does not run: the answers of a runner and the JSON of `/why`.
 * All times are milliseconds since the epoch. Names, uuids and error texts are as the databases
 * have them: whoever shows them escapes them.
 */

/** One thing that holds a job back, or says that nothing does; `text` says it to people. */
export type ToldReason = Reason & { readonly text: string };

export type Reason =
  | ChannelReason
  | RowReason
  | HandsReason
  | HostReason;

/**
 * What the scheduler says: eta, order, and channels that are full, paused and so on; with the jobs
 * that close a channel, as far as the runner knows them.
 */
export type ChannelReason =
  | Exclude<WaitReason, { readonly kind: "full" | "failed" }>
  /** Those that take its places, the first of them. */
  | Extract<WaitReason, { readonly kind: "full" }> & { readonly running?: readonly RunningJob[] }
  | Extract<WaitReason, { readonly kind: "failed" }> & { readonly first?: KnownJob };

/** What the row alone says. */
export type RowReason =
  | { readonly kind: "missing" }
  /** The database did not let us read the row. */
  | { readonly kind: "unreadable"; readonly problem: string }
  /** Done or cancelled. */
  | { readonly kind: "over"; readonly state: string; readonly sinceMs: number | null }
  | { readonly kind: "jobFailed"; readonly error: string | null; readonly sinceMs: number | null }
  /** Jobs it depends on are not done; the first of them. */
  | {
    readonly kind: "dependencies";
    readonly open: number;
    readonly parents: readonly { readonly uuid: string; readonly state: string }[];
  }
  /** A state that Odoo does not know. */
  | { readonly kind: "oddState"; readonly state: string };

/** It is taken, and what has become of it since. */
export type HandsReason =
  /** In the runner's hands; see src/runner/in_flight.ts for what each state means. */
  | {
    readonly kind: "inHands";
    readonly state: keyof InFlightCounts;
    readonly sinceMs: number | null;
  }
  /** Odoo runs it. */
  | { readonly kind: "runs"; readonly sinceMs: number | null }
  /** `enqueued` or `started`, and no request of ours is about it. */
  | {
    readonly kind: "stranded" | "suspectedDead" | "othersRequest";
    readonly sinceMs: number | null;
  };

/** What keeps the runner from taking any job, or the jobs of a database. */
export type HostReason =
  | { readonly kind: "runner"; readonly phase: RunnerPhase }
  | {
    readonly kind: "database";
    readonly state: DatabaseStatus["state"] | "unserved";
    readonly reason: string | null;
    readonly sinceMs: number | null;
  }
  /** An operator has paused it: a channel that the channel string pauses is `paused` alone. */
  | { readonly kind: "pausedBy" } & Pause
  /** At the start, until the jobs of all databases are read. */
  | { readonly kind: "reading" }
  | { readonly kind: "scheduler"; readonly state: SchedulerState; readonly reason: string | null }
  /** Odoo is away: `url` is whom it asks, without a password. */
  | {
    readonly kind: "odoo";
    readonly url: string;
    readonly reason: string | null;
    readonly sinceMs: number;
  }
  /** Odoo is back or overloaded: as many jobs as it may be asked for wait for it. */
  | { readonly kind: "backPressure"; readonly waiting: number }
  /** The row says more than the scheduler knows: it is read in a moment. */
  | { readonly kind: "unread"; readonly known: Explanation["state"] }
  /** Nothing holds it back: it is taken now. */
  | { readonly kind: "next" };

/** A row of `queue_job`, for people. */
export interface JobDetails {
  readonly state: string;
  /** As the row spells it; null is root. */
  readonly channel: string | null;
  readonly priority: number | null;
  readonly createdMs: number | null;
  readonly etaMs: number | null;
  readonly enqueuedMs: number | null;
  readonly startedMs: number | null;
  readonly doneMs: number | null;
  readonly retry: number | null;
  /** Null or 0 is no limit. */
  readonly maxRetries: number | null;
  /** The last error, at most 500 characters of it. */
  readonly error: string | null;
  /** Waiting for other jobs: which of them are not done. */
  readonly parents: readonly { readonly uuid: string; readonly state: string }[];
}

/** Something that this runner has seen happen to a job. */
export interface SeenEvent {
  readonly atMs: number;
  readonly event: JobEvent;
  /** How, or why. */
  readonly detail: string | null;
  /** Says it to people. */
  readonly text: string;
}

export type JobEvent =
  | "taken" //      its turn had come
  | "notClaimed" // its row could not be made `enqueued`
  | "unsure" //     the database was lost, and nobody knows whether it was
  | "asked" //      Odoo is asked for it
  | "begun" //      its row shows that Odoo has begun
  | "answered" //   the request is over; `detail` begins with the outcome
  | "putBack" //    its row was made `pending` again, for Odoo does not have it
  | "foundDead"; // nobody ran it, and its row was set back

interface Answer {
  readonly nowMs: number;
  /** All reasons as one sentence. */
  readonly answer: string;
  /** What weighs most first. */
  readonly reasons: readonly ToldReason[];
}

export interface JobWhy extends Answer {
  readonly database: string;
  readonly uuid: string;
  /** Null if there is none, or it could not be read. */
  readonly row: JobDetails | null;
  /** What this runner has seen of it, lately and since its start; the earliest first. */
  readonly history: readonly SeenEvent[];
  /** What the scheduler knows of it. */
  readonly known: Explanation["state"];
  /** See `Explanation`. */
  readonly waitsAt: string | null;
  readonly path: readonly PathChannel[];
}

/** `/why?uuid=…`: a cloned database has the same uuids, so several may have the job. */
export interface JobsWhy {
  readonly uuid: string;
  /** Of the databases that have the job or could not be read; of the named one in any case. */
  readonly jobs: readonly JobWhy[];
  /** How many databases were asked. */
  readonly asked: number;
}

/** What an operator has changed of a channel; a pause is a reason. `text` says it to people. */
export type ToldChange = OperatorChange & { readonly text: string };

export type OperatorChange =
  /** The channel string pauses it, and it runs all the same. */
  | { readonly kind: "resumed" } & Wish
  /** `configured`: by the channel string, null is unlimited; there is none if it has no entry. */
  | {
    readonly kind: "capacity";
    readonly capacity: number;
    readonly configured?: number | null;
  } & Wish;

/** `/why?channel=…`: why a job that came to the channel now would not run at once. */
export interface ChannelWhy extends Answer {
  readonly channel: string;
  readonly waitsAt: string | null;
  readonly path: readonly PathChannel[];
  /** Jobs that take its places, the first of them. */
  readonly running: readonly RunningJob[];
  readonly changes: readonly ToldChange[];
}

export interface RunningJob {
  readonly database: string;
  readonly uuid: string;
  readonly channel: string;
  /** In the runner's hands, or as the row of a job that no request of ours is about says. */
  readonly state: keyof InFlightCounts | "enqueued" | "started";
  /** Since when it is enqueued. */
  readonly sinceMs: number | null;
}

/** `/why?database=…`: why the jobs of a database do not run. */
export interface DatabaseWhy extends Answer {
  readonly database: string;
  /** Null if it is not served. */
  readonly status: DatabaseStatus | null;
}

/** Who answers. */
export interface Explainer {
  /** `database`: null is all that are served. */
  explain(database: string | null, uuid: string): Promise<JobsWhy>;
  /** Null if there is no such channel. */
  explainChannel(channel: string): ChannelWhy | null;
  explainDatabase(database: string): DatabaseWhy;
}
