/** What both entries offer beside their `Scheduler`. */
export { ConfigError, type Mistake, SchedulerError, TableFullError } from "./errors.ts";
export { type ChannelChange, type ChannelConfig, fullChannelName } from "./channel_config.ts";
export { isJobStateName, type JobStateName } from "./job_state.ts";
export type {
  ChannelStatus,
  Explanation,
  KnownJob,
  PathChannel,
  WaitReason,
} from "./explanation.ts";
export type { ChannelOverview, OverviewChannel, OverviewOptions } from "./channel_overview.ts";
export type { JobNotice } from "./job_notice.ts";
export type { ReadyJob, SchedulerOptions } from "./scheduler.ts";
export type { TakenWaits, Waits } from "./waits.ts";
