import type { ChannelStatus } from "../scheduler/mod.ts";
import { fullChannelName } from "../scheduler/mod.ts";
import type { DatabaseStatus, InFlightCounts, RunnerStatus } from "../status.ts";
import type { LiveScheduler } from "./live_scheduler.ts";
import type { Served } from "./served_databases.ts";

type Own = "version" | "phase" | "startedMs" | "nowMs" | "odoo" | "steering";
/** What all that a runner says of itself is made of. */
export type StatusParts = Pick<RunnerStatus, Own> & {
  readonly served: readonly Served[];
  readonly scheduler: LiveScheduler;
};

/** Puts together what a runner says of itself. */
export function statusOf({ served, scheduler, ...own }: StatusParts): RunnerStatus {
  return {
    ...own,
    databases: served
      .map((it) => databaseStatusOf(it, scheduler))
      .sort((a, b) => a.name < b.name ? -1 : 1),
    channels: withFailed(scheduler.channels(), served),
    takenWaits: scheduler.takenWaits,
    inFlight: inFlightOf(served),
    scheduler: scheduler.status,
  };
}

/** What one database says of itself. */
export function databaseStatusOf({ link }: Served, scheduler: LiveScheduler): DatabaseStatus {
  const { status } = link;
  return { ...status, waitingSinceMs: scheduler.waitingSinceMs(status.name) };
}

/** The core does not know failed jobs of which only the number matters: they are added. */
export function withFailed<T extends ChannelStatus>(
  channels: readonly T[],
  served: readonly Served[],
): T[] {
  const failed = failedByChannel(served);
  return channels.map((it) => ({ ...it, failed: it.failed + (failed.get(it.name) ?? 0) }));
}

/** Those failed jobs, by the channel's full name. */
export function failedByChannel(served: readonly Served[]): Map<string, number> {
  const failed = new Map<string, number>();
  for (const { turn } of served) {
    for (const [spelling, count] of turn.failedCounts) {
      const name = fullChannelName(spelling);
      failed.set(name, (failed.get(name) ?? 0) + count);
    }
  }
  return failed;
}

/** Of all databases. */
export function inFlightOf(served: readonly Served[]): InFlightCounts {
  const sum = { claimed: 0, asked: 0, unsure: 0, returning: 0 };
  for (const count of served.map(({ turn }) => turn.inFlight.counts())) {
    sum.claimed += count.claimed;
    sum.asked += count.asked;
    sum.unsure += count.unsure;
    sum.returning += count.returning;
  }
  return sum;
}
