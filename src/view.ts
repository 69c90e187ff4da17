import type { ChannelOverview, OverviewChannel } from "./scheduler/mod.ts";
import type { DatabaseStatus, RunnerStatus } from "./status.ts";
import type { SteeringStatus } from "./steering.ts";

export type { OverviewChannel };
/** The JSON of `/channels`. */
export type FoundChannels = ChannelOverview;

/** The JSON of `/databases`. */
export interface FoundDatabases {
  /** Those in trouble first. */
  readonly databases: readonly DatabaseStatus[];
  /** How many databases there are with that text in their name. */
  readonly count: number;
}

/** Who finds channels and databases by a part of their name, so many at most. */
export interface OverviewFinder {
  channels(search: string, max: number): FoundChannels;
  databases(search: string, max: number): FoundDatabases;
}

/**
 * What people look at: all that matters of a runner at one look, bounded whatever the number of
 * channels, databases and jobs. The page and `jobrunner top` draw it; `/view` and each event of
 * `/events` are one. All times are milliseconds since the epoch. Names and reasons are as the
 * databases have them: whoever shows them escapes them.
 */
export interface View extends RunnerView {
  /** In steps of half a minute; the last one may have only begun. */
  readonly lastHour: ShownHistory;
}

/** The part that the runner itself knows. */
export interface RunnerView extends
  Pick<
    RunnerStatus,
    "version" | "phase" | "startedMs" | "nowMs" | "odoo" | "scheduler" | "inFlight"
  > {
  /** The fullest ones and all above them, by name; `root` is always among them. */
  readonly channels: readonly OverviewChannel[];
  readonly channelCount: number;
  /** Those in trouble first. */
  readonly databases: readonly DatabaseStatus[];
  readonly databaseCount: number;
  /** How many databases are in each state. */
  readonly databaseStates: Readonly<Record<string, number>>;
  readonly steering: SteeringView;
}

/** What operators have changed, until the next start: the first of each kind, and how many. */
export interface SteeringView extends SteeringStatus {
  /** False: nothing can be changed, for there is no token. */
  readonly enabled: boolean;
  readonly pausedCount: number;
  readonly resumedCount: number;
  readonly capacityCount: number;
}

/** The last hour in steps, the oldest first; each column has one entry a step. */
export interface ShownHistory {
  readonly stepMs: number;
  readonly endMs: readonly number[];
  /** Jobs that Odoo was asked for. */
  readonly asked: readonly number[];
  /** Requests that were over. */
  readonly answered: readonly number[];
  /** How long the jobs had waited that were taken, on average; null where none was. */
  readonly waitMs: readonly (number | null)[];
  /** Of 20 of them, 19 had waited for less; in a step of several, in the worst of them. */
  readonly waitP95Ms: readonly (number | null)[];
}
