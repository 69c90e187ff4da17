import type { OverviewChannel } from "../../src/scheduler/mod.ts";
import type { SteeringStatus } from "../../src/steering.ts";
import type { SteeringView, View } from "../../src/view.ts";
import { channelStatus, databaseStatus, runnerStatus } from "./runner_status.ts";

/** A channel with nothing below it. */
export function overviewChannel(
  name: string,
  changes: Partial<OverviewChannel> = {},
): OverviewChannel {
  const channel = channelStatus(name, changes);
  const { waiting: allWaiting, running: allRunning, failed: allFailed } = channel;
  const parent = name === "root" ? null : name.slice(0, name.lastIndexOf("."));
  return { ...channel, ...{ parent, allWaiting, allRunning, allFailed, below: 0 }, ...changes };
}

/** Nothing is changed, and nothing can be. */
export const UNSTEERED: SteeringView = steeringView({});

/** What operators have changed. */
export function steeringView(changes: Partial<SteeringStatus>, enabled = false): SteeringView {
  const { paused = [], resumed = [], capacities = [] } = changes;
  return {
    ...{ enabled, paused, resumed, capacities, pausedCount: paused.length },
    ...{ resumedCount: resumed.length, capacityCount: capacities.length },
  };
}

/** What people see of a runner that leads one database, and of its channel root. */
export function shownView(changes: Partial<View> = {}): View {
  const { version, phase, startedMs, odoo, scheduler, inFlight } = runnerStatus();
  const channels = changes.channels ?? [overviewChannel("root", { capacity: 4, running: 1 })];
  const databases = changes.databases ?? [databaseStatus("shop", "ready")];
  return {
    ...{ version, phase, startedMs, nowMs: 601_000, odoo, scheduler, inFlight },
    ...{ channels, channelCount: channels.length },
    ...{ databases, databaseCount: databases.length, databaseStates: {} },
    lastHour: { stepMs: 30_000, endMs: [], asked: [], answered: [], waitMs: [], waitP95Ms: [] },
    steering: UNSTEERED,
    ...changes,
  };
}
