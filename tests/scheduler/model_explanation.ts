import type { ModelChannel, ModelJob, ModelState } from "./model_channel.ts";
import type { Channel, Explained } from "./scheduler_like.ts";

export const UNKNOWN: Explained = { state: "unknown", waitsAt: null, reasons: [], path: [] };

type Reason = Explained["reasons"][number];

/** Why a job does not run: where the next question would leave it, and what holds it there. */
export function explained(job: ModelJob, own: ModelChannel, nowMs: number): Explained {
  const path = own.way.map((it) => ({ ...statusOf(it), taken: it.running.size }));
  if (job.state !== "waiting") return { state: job.state, waitsAt: null, reasons: [], path };
  const from = own.way.findIndex((it) => it.heap.has(job));
  const stays = own.way.slice(from).find((it) => !it.wouldRelease(nowMs).includes(job));
  if (stays === undefined) return { state: "ready", waitsAt: null, reasons: [], path };
  const reasons: Reason[] = [];
  if (job.etaMs > nowMs) reasons.push({ kind: "eta", untilMs: job.etaMs });
  reasons.push(...orderReasons(job, stays, nowMs));
  for (const channel of stays.way) reasons.push(...closures(channel, nowMs));
  return { state: "waiting", waitsAt: stays.config.name, reasons, path };
}

function orderReasons(job: ModelJob, stays: ModelChannel, nowMs: number): Reason[] {
  const ahead = stays.before(job, nowMs);
  const [first] = ahead;
  if (first === undefined) return [];
  return [{
    kind: "order",
    channel: stays.config.name,
    before: ahead.length,
    first: { database: first.database, uuid: first.uuid },
    firstEtaMs: first.etaMs > nowMs ? first.etaMs : null,
  }];
}

/** What keeps a channel from releasing any job. */
function closures({ config, own, running, throttleEndMs }: ModelChannel, nowMs: number): Reason[] {
  const { name: channel, capacity, sequential, paused } = config;
  const failed = [...own].filter((it) => it.state === "failed").length;
  const reasons: Reason[] = [];
  if (paused || capacity === 0) reasons.push({ kind: "paused", channel });
  if (capacity !== null && capacity > 0 && running.size >= capacity) {
    reasons.push({ kind: "full", channel, taken: running.size, capacity, sequential });
  }
  if (sequential && failed > 0) reasons.push({ kind: "failed", channel, failed });
  if (throttleEndMs > nowMs) reasons.push({ kind: "throttled", channel, untilMs: throttleEndMs });
  return reasons;
}

export function statusOf(channel: ModelChannel): Channel {
  const { name, capacity, sequential, throttleMs, paused } = channel.config;
  const count = (state: ModelState) => [...channel.own].filter((it) => it.state === state).length;
  return {
    name,
    capacity,
    sequential,
    throttle: throttleMs === 0 ? null : throttleMs / 1000,
    paused,
    waiting: count("waiting"),
    running: count("running"),
    failed: count("failed"),
    parked: count("parked"),
    // No history asks for a survey.
    waitingSinceMs: null,
  };
}
