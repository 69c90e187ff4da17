import { ClosedBy, JobState } from "../../assembly/abi.ts";
import type { CoreExplanation } from "./core.ts";

/** A job that the scheduler knows. */
export interface KnownJob {
  readonly database: string;
  readonly uuid: string;
}

/** A channel and its own jobs. Jobs of subchannels are counted there. */
export interface ChannelStatus {
  /** Full name: `root.mail`. */
  readonly name: string;
  /** Null is unlimited. */
  readonly capacity: number | null;
  readonly sequential: boolean;
  /** Seconds between two releases, or null. */
  readonly throttle: number | null;
  readonly paused: boolean;
  readonly waiting: number;
  readonly running: number;
  readonly failed: number;
  readonly parked: number;
  /** Since when the one that has waited longest waits, as far as `waits.survey` has looked. */
  readonly waitingSinceMs: number | null;
}

/** Why a job is where it is. */
export interface Explanation {
  /** `ready`: the next decision hands it out. `parked`: it waits for other jobs. */
  readonly state: "unknown" | "parked" | "waiting" | "ready" | "running" | "failed";
  /**
   * Waiting: the channel that the next decision leaves it in. Its own, or one above it that it
   * flows into. Else null.
   */
  readonly waitsAt: string | null;
  /** Waiting: all that holds it back, at `waitsAt` and further up. At least one; else none. */
  readonly reasons: readonly WaitReason[];
  /** Its way: its own channel, then those above it up to root. Empty for an unknown job. */
  readonly path: readonly PathChannel[];
}

/** A channel on the way of a job. */
export interface PathChannel extends ChannelStatus {
  /**
   * Its places that are taken, of `capacity`: by jobs of this channel and of those below it that it
   * has released. They run, or wait further up.
   */
  readonly taken: number;
}

/** One thing that holds a job back. Times are milliseconds since the epoch. */
export type WaitReason =
  /** Its eta has not come. */
  | { readonly kind: "eta"; readonly untilMs: number }
  /** The channel is paused, or has capacity 0. */
  | { readonly kind: "paused"; readonly channel: string }
  /** All places are taken; of a sequential channel its only one. */
  | {
    readonly kind: "full";
    readonly channel: string;
    readonly taken: number;
    readonly capacity: number;
    readonly sequential: boolean;
  }
  /** The channel is sequential, and jobs of its own have failed. */
  | { readonly kind: "failed"; readonly channel: string; readonly failed: number }
  /** The channel has released a job a moment ago. */
  | { readonly kind: "throttled"; readonly channel: string; readonly untilMs: number }
  /** More urgent jobs go before it, where it waits. */
  | {
    readonly kind: "order";
    readonly channel: string;
    readonly before: number;
    readonly first: KnownJob;
    /** The channel is sequential, and waits for the eta of the first. */
    readonly firstEtaMs: number | null;
  };

/** Nothing is known of the job. */
export const UNKNOWN: Explanation = { state: "unknown", waitsAt: null, reasons: [], path: [] };

const STATES: Readonly<Record<JobState, Explanation["state"]>> = {
  [JobState.Waiting]: "waiting",
  [JobState.Running]: "running",
  [JobState.Failed]: "failed",
  [JobState.Parked]: "parked",
};

/** What surrounds the numbers of the core. */
interface Named {
  /** The status of a channel by its number. */
  readonly channel: (number: number) => ChannelStatus;
  /** The job that goes before all others where the explained one waits. */
  readonly first: () => KnownJob;
  /** The eta of that job. */
  readonly firstEtaMs: () => number;
}

/** The core's answer with names. */
export function named(core: CoreExplanation, nowMs: number, names: Named): Explanation {
  const { job, path } = core;
  const reasons: WaitReason[] = [];
  const waitsAt = job.channel < 0 ? null : names.channel(job.channel).name;
  if (waitsAt !== null && job.timeMs > nowMs) reasons.push({ kind: "eta", untilMs: job.timeMs });
  const shown = path.map(({ channel, count }) => ({ ...names.channel(channel), taken: count }));
  for (const [at, { code, timeMs }] of path.entries()) {
    if (shown[at]!.name === waitsAt && job.count > 0) {
      const first = names.first();
      const etaMs = shown[at]!.sequential ? names.firstEtaMs() : -Infinity;
      const firstEtaMs = etaMs > nowMs ? etaMs : null;
      reasons.push({ kind: "order", channel: waitsAt, before: job.count, first, firstEtaMs });
    }
    reasons.push(...closures(shown[at]!, code, timeMs));
  }
  const isReady = job.code === JobState.Waiting && waitsAt === null;
  const state = isReady ? "ready" : STATES[job.code as JobState];
  return { state, waitsAt, reasons, path: shown };
}

function closures(channel: PathChannel, closedBy: number, throttledUntilMs: number): WaitReason[] {
  const { name, taken, capacity, sequential, failed } = channel;
  const reasons: WaitReason[] = [];
  const isOff = capacity === 0;
  if (closedBy & ClosedBy.Pause || isOff && closedBy & ClosedBy.Capacity) {
    reasons.push({ kind: "paused", channel: name });
  }
  if (closedBy & ClosedBy.Capacity && capacity !== null && !isOff) {
    reasons.push({ kind: "full", channel: name, taken, capacity, sequential });
  }
  if (closedBy & ClosedBy.Failure) reasons.push({ kind: "failed", channel: name, failed });
  if (closedBy & ClosedBy.Throttle) {
    reasons.push({ kind: "throttled", channel: name, untilMs: throttledUntilMs });
  }
  return reasons;
}
