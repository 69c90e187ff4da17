import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "../../demo/guarded_child.ts";
import type { ChaosRunner } from "../chaos_runner.ts";
import type { ChaosSystem } from "../chaos_system.ts";
import { awaited } from "../patience.ts";
import { type FaultKind, secondsSince } from "./fault_kind.ts";

const TAKEOVER_MS = 10_000;
const SIGHUP_MS = 500;
/** Longer than it takes until jobs that nobody seems to ask for are found. */
const LONG_MS = 12_000;

/** What happens to the runners themselves. */
export const PROCESS_FAULTS: readonly FaultKind[] = [
  {
    name: "leader killed",
    weight: 3,
    touches: "process",
    make: (system) => endLeader(system, "SIGKILL"),
  },
  {
    name: "leader stopped",
    weight: 2,
    touches: "process",
    make: (system) => endLeader(system, "SIGTERM"),
  },
  {
    name: "standby killed",
    weight: 1,
    touches: "process",
    async make(system) {
      const leader = await system.busyLeader();
      if (leader === null) return null;
      const standby = system.other(leader);
      // Killed a moment ago, it may not have come back.
      if (!isAlive(standby.processId)) return null;
      const ended = standby.ended;
      standby.signal("SIGKILL");
      return `${standby.name} killed while it stood by: ${await ended}`;
    },
  },
  {
    name: "leader frozen",
    weight: 2,
    touches: "process",
    async make(system, { lastsMs }) {
      const leader = await system.busyLeader();
      const open = leader?.openRequests ?? 0;
      if (leader === null || open === 0) return null;
      await frozen(leader, () => delay(lastsMs));
      return `${leader.name} frozen for ${lastsMs} ms with ${open} requests open`;
    },
  },
  {
    name: "zombie leader",
    weight: 2,
    touches: "process",
    async make(system, { lastsMs, way }) {
      const leader = await system.busyLeader();
      const open = leader?.openRequests ?? 0;
      if (leader === null || open === 0) return null;
      const isLong = way > 0.4 && way < 0.6;
      const startMs = performance.now();
      let successor: ChaosRunner | null = null;
      await frozen(leader, async () => {
        // After an end it still reads what has come before, as the answer to a claim.
        leader.toPostgres.cut({ withReset: way < 0.5 });
        successor = await nextLeader(system, leader);
        await delay(isLong ? LONG_MS : lastsMs);
      });
      if (successor === null) return null;
      return `${leader.name} frozen for ${secondsSince(startMs)} with ${open} requests open, ` +
        "and came back when the other led";
    },
  },
  {
    name: "SIGHUP",
    weight: 1,
    touches: "process",
    async make(system) {
      const leader = await system.busyLeader();
      if (leader === null) return null;
      const { processId } = leader;
      leader.signal("SIGHUP");
      await delay(SIGHUP_MS);
      return `${leader.name} ${isAlive(processId) ? "goes on" : "died"}`;
    },
  },
];

async function endLeader(system: ChaosSystem, signal: NodeJS.Signals): Promise<string | null> {
  const leader = await system.busyLeader();
  const open = leader?.openRequests ?? 0;
  if (leader === null || open === 0) return null;
  const { ended } = leader;
  const startMs = performance.now();
  leader.signal(signal);
  const how = `${await ended} after ${secondsSince(startMs)}`;
  const endedMs = performance.now();
  const next = await awaited(() => system.leader(), TAKEOVER_MS);
  const takeover = next === null
    ? "none leads"
    : `${next.name} leads ${secondsSince(endedMs)} later`;
  return `${leader.name} had ${open} requests open: ${how}; ${takeover}`;
}

async function frozen(runner: ChaosRunner, meanwhile: () => Promise<void>): Promise<void> {
  runner.signal("SIGSTOP");
  try {
    await meanwhile();
  } finally {
    runner.signal("SIGCONT");
  }
}

async function nextLeader(system: ChaosSystem, former: ChaosRunner): Promise<ChaosRunner | null> {
  return await awaited(async () => {
    const leader = await system.leader();
    return leader === former ? null : leader;
  }, TAKEOVER_MS);
}
