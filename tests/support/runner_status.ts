import type { ChannelStatus } from "../../src/scheduler/mod.ts";
import type { DatabaseState, DatabaseStatus, RunnerStatus } from "../../src/status.ts";

/** A database as a status shows it. */
export function databaseStatus(
  name: string,
  state: DatabaseState,
  changes: Partial<DatabaseStatus> = {},
): DatabaseStatus {
  return {
    name,
    state,
    reason: null,
    sinceMs: 1_000,
    generation: "queue_job 16.0",
    inFlight: 0,
    heardMs: null,
    waitingSinceMs: null,
    stranded: { count: 0, oldest: [] },
    suspectedDead: { count: 0, oldest: [] },
    ...changes,
  };
}

/** A channel without jobs. */
export function channelStatus(name: string, changes: Partial<ChannelStatus> = {}): ChannelStatus {
  return {
    name,
    ...{ capacity: null, sequential: false, throttle: null, paused: false },
    ...{ waiting: 0, running: 0, failed: 0, parked: 0, waitingSinceMs: null },
    ...changes,
  };
}

/** What a runner that leads says of itself, a second after its start. */
export function runnerStatus(changes: Partial<RunnerStatus> = {}): RunnerStatus {
  return {
    version: "1.2.3",
    phase: "running",
    startedMs: 1_000,
    nowMs: 2_000,
    databases: [],
    channels: [],
    odoo: { url: "http://localhost:8069", open: true, reason: null, sinceMs: 1_000, waiting: 0 },
    inFlight: { claimed: 0, asked: 0, unsure: 0, returning: 0 },
    takenWaits: { counts: [], totalMs: 0 },
    steering: { paused: [], resumed: [], capacities: [] },
    scheduler: { state: "deciding", reason: null, jobs: 0, memoryBytes: 0, trapCount: 0 },
    ...changes,
  };
}
