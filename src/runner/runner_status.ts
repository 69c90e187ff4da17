import type { ChannelStatus } from "../scheduler/mod.ts";
import { fullChannelName } from "../scheduler/mod.ts";
import type { InFlightCounts, RunnerStatus } from "../status.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import type { Served } from "./served_databases.ts";

type Parts = Pick<RunnerStatus, "version" | "phase" | "startedMs" | "nowMs" | "odoo"> & {
  readonly served: readonly Served[];
  readonly scheduler: LiveScheduler;
};

/** Puts together what a runner says of itself. */
export function statusOf({ served, scheduler, ...own }: Parts): RunnerStatus {
  return {
    ...own,
    databases: served
      .map(({ link }) => link.status)
      .map((it) => ({ ...it, waitingSinceMs: scheduler.waitingSinceMs(it.name) }))
      .sort((a, b) => a.name < b.name ? -1 : 1),
    channels: withFailed(scheduler.channels(), served),
    takenWaits: scheduler.takenWaits,
    inFlight: sumOf(served.map(({ turn }) => turn.inFlight.counts())),
    scheduler: scheduler.status,
  };
}

/** The core does not know failed jobs of which only the number matters: they are added. */
function withFailed(
  channels: readonly ChannelStatus[],
  served: readonly Served[],
): ChannelStatus[] {
  const failed = new Map<string, number>();
  for (const { turn } of served) {
    for (const [spelling, count] of turn.failedCounts) {
      const name = fullChannelName(spelling);
      failed.set(name, (failed.get(name) ?? 0) + count);
    }
  }
  return channels.map((it) => ({ ...it, failed: it.failed + (failed.get(it.name) ?? 0) }));
}

function sumOf(counts: readonly InFlightCounts[]): InFlightCounts {
  const sum = { claimed: 0, asked: 0, unsure: 0, returning: 0 };
  for (const count of counts) {
    sum.claimed += count.claimed;
    sum.asked += count.asked;
    sum.unsure += count.unsure;
    sum.returning += count.returning;
  }
  return sum;
}
