import type { Explanation } from "../scheduler/mod.ts";
import type { StuckJobs } from "../status.ts";
import type { HandsReason, JobDetails, Reason, RowReason } from "../why.ts";
import type { InFlightJob } from "./in_flight.ts";
import { type ShownStuckJobs, SUSPECT_AFTER_MS, UNASKED_GRACE_MS } from "./stuck_jobs.ts";

/** All that is known of one job. */
export interface JobFacts {
  readonly uuid: string;
  readonly nowMs: number;
  /** Null if there is none. */
  readonly row: JobDetails | null;
  /** Why the row could not be read, or null. */
  readonly problem: string | null;
  readonly inHands: InFlightJob | undefined;
  readonly stuck: ShownStuckJobs | null;
  /** Locks tell which of its started jobs are dead. */
  readonly hasJobLocks: boolean;
  /** What keeps any job of its database from being taken. */
  readonly holds: readonly Reason[];
  /** Null where the scheduler is not to be asked. */
  readonly explained: Explanation | null;
  /** The database's jobs are all known: what the scheduler does not know is new. */
  readonly isRead: boolean;
}

/**
 * Why a job does not run. The row decides: a state that needs somebody else comes before anything
 * that the runner could say. What is in our hands comes before the row, which may be older.
 */
export function jobReasons(facts: JobFacts): Reason[] {
  const { row, problem, inHands } = facts;
  const isOver = row !== null && OVER.includes(row.state);
  if (inHands && !isOver) return [handsReason(inHands, row)];
  if (problem !== null) return [{ kind: "unreadable", problem }, ...waitingReasons(facts)];
  if (row === null) return [{ kind: "missing" }];
  if (row.state === "pending") return waitingReasons(facts);
  return [stateReason(facts, row)];
}

const OVER: readonly string[] = ["done", "cancelled", "failed"];

function handsReason({ state, enqueuedSeconds }: InFlightJob, row: JobDetails | null): Reason {
  if (state === "asked" && row?.state === "started") {
    return { kind: "runs", sinceMs: row.startedMs };
  }
  return { kind: "inHands", state, sinceMs: enqueuedSeconds === 0 ? null : enqueuedSeconds * 1000 };
}

function stateReason(facts: JobFacts, row: JobDetails): RowReason | HandsReason {
  const { state, parents, error, doneMs, enqueuedMs, startedMs } = row;
  switch (state) {
    case "done":
    case "cancelled":
      return { kind: "over", state, sinceMs: doneMs };
    case "failed":
      return { kind: "jobFailed", error, sinceMs: doneMs };
    case "wait_dependencies":
      return { kind: "dependencies", open: parents.length, parents: parents.slice(0, 10) };
    case "started":
      return isSuspectedDead(facts, row)
        ? { kind: "suspectedDead", sinceMs: startedMs ?? enqueuedMs }
        : { kind: "runs", sinceMs: startedMs };
    case "enqueued":
      return isStranded(facts, row)
        ? { kind: "stranded", sinceMs: enqueuedMs }
        : { kind: "othersRequest", sinceMs: enqueuedMs };
    default:
      return { kind: "oddState", state };
  }
}

function isStranded(facts: JobFacts, { enqueuedMs }: JobDetails): boolean {
  return isAmong(facts.stuck?.stranded, facts, { sinceMs: enqueuedMs, afterMs: UNASKED_GRACE_MS });
}

function isSuspectedDead(facts: JobFacts, { enqueuedMs, startedMs }: JobDetails): boolean {
  if (facts.hasJobLocks && enqueuedMs !== null) return false;
  const age = { sinceMs: startedMs ?? enqueuedMs, afterMs: SUSPECT_AFTER_MS };
  return isAmong(facts.stuck?.suspectedDead, facts, age);
}

/** The search lists only the oldest: of the others, if there are any, the row's date tells. */
function isAmong(
  jobs: StuckJobs | undefined,
  { uuid, nowMs }: JobFacts,
  { sinceMs, afterMs }: { readonly sinceMs: number | null; readonly afterMs: number },
): boolean {
  if (jobs === undefined) return false;
  if (jobs.oldest.some((it) => it.uuid === uuid)) return true;
  const isCut = jobs.count > jobs.oldest.length;
  return isCut && (sinceMs === null || nowMs - sinceMs > afterMs);
}

/** It could run: what holds the runner, then what holds the job. */
function waitingReasons({ holds, explained, isRead }: JobFacts): Reason[] {
  const isIn = explained?.state === "waiting" || explained?.state === "ready";
  // Who is in waits for no room.
  const heldBy = holds.filter((it) => !(isIn && it.kind === "scheduler" && it.state === "full"));
  if (explained?.state === "waiting") return [...heldBy, ...explained.reasons];
  if (explained?.state === "ready") return heldBy.length > 0 ? heldBy : [{ kind: "next" }];
  // Of a database that is held the scheduler knows no waiting jobs: that says nothing.
  if (explained === null || !isRead) return [...holds];
  return [...holds, { kind: "unread", known: explained.state }];
}
