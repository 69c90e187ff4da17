import type { ChannelStatus, TakenWaits } from "./scheduler/mod.ts";
import type { SteeringStatus } from "./steering.ts";

/**
 * What a runner says of itself: read by the health server and the demo, changed by the runner
 * alone.
 */
export interface RunnerStatus {
  readonly version: string;
  /** `standby`: another runner leads the group. */
  readonly phase: RunnerPhase;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly databases: readonly DatabaseStatus[];
  readonly channels: readonly ChannelStatus[];
  readonly odoo: OdooStatus;
  readonly inFlight: InFlightCounts;
  /** Of the jobs that were taken. */
  readonly takenWaits: TakenWaits;
  readonly scheduler: SchedulerStatus;
  /** What operators have changed. */
  readonly steering: SteeringStatus;
}

export type RunnerPhase = "starting" | "standby" | "running" | "stopping" | "stopped";

export type DatabaseState =
  | "connecting" // no session yet
  | "scanning" //   reading its unfinished jobs
  | "ready" //      listening, all jobs known
  | "standby" //    another runner holds its lock
  | "recovering" // its session was lost, a new one follows
  | "quarantined" // the same, again and again: tried less and less often
  | "foreign" //    a job runner without locks is at work there
  | "paused" //     by an operator, or its add-on is being upgraded
  | "ignored"; //   no add-on there

export interface DatabaseStatus {
  readonly name: string;
  readonly state: DatabaseState;
  /** Why it is in this state, when that is not the usual course. */
  readonly reason: string | null;
  readonly sinceMs: number;
  /** What the database expects, as in `queue_job 16.0`; null until it is known. */
  readonly generation: string | null;
  readonly inFlight: number;
  /** When its session last proved that it hears. */
  readonly heardMs: number | null;
  /** Since when the due job waits that has waited longest; it was looked for some seconds ago. */
  readonly waitingSinceMs: number | null;
  /** `enqueued`, without a request of ours, and not to be asked for again. */
  readonly stranded: StuckJobs;
  /** `started` long ago, without a request of ours and without a lock that tells more. */
  readonly suspectedDead: StuckJobs;
}

/** Jobs of which nobody knows whether they run, as they were some seconds ago. */
export interface StuckJobs {
  readonly count: number;
  /** The first of them; those of unknown age before all. */
  readonly oldest: readonly {
    readonly uuid: string;
    readonly channel: string;
    readonly sinceMs: number | null;
    readonly ageMs: number | null;
  }[];
}

export interface OdooStatus {
  readonly url: string;
  readonly open: boolean;
  readonly reason: string | null;
  readonly sinceMs: number;
  /** Jobs it is asked for and has not begun with, as when no worker is free. */
  readonly waiting: number;
}

export interface SchedulerStatus {
  readonly state: SchedulerState;
  /** Why it does not decide, or not on all jobs. */
  readonly reason: string | null;
  /** That it knows. */
  readonly jobs: number;
  readonly memoryBytes: number;
  /** How often it was made anew. */
  readonly trapCount: number;
}

export type SchedulerState =
  | "deciding"
  | "full" //    jobs that found no room wait outside
  | "trapped"; // an invariant was broken: to be made anew

/** Jobs in the runner's hands; see src/runner/in_flight.ts for what each state means. */
export interface InFlightCounts {
  readonly claimed: number;
  readonly asked: number;
  readonly unsure: number;
  readonly returning: number;
}
