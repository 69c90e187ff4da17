import type { KnownGeneration } from "./generation.ts";
import { JobPage, type JobRows, jobRows, type StuckRow, stuckRows } from "./job_row.ts";
import { REQUEUE_DEAD, REQUEUE_UNASKED, requeueStarted, stuckJobs } from "./lost_queries.ts";
import {
  CLAIM,
  countedJobs,
  EXPECTED_WAITING,
  failedCounts,
  jobPage,
  jobsByUuid,
  PUT_BACK,
  WAITING_STATES,
} from "./queries.ts";
import type { Length, Parameter, Row, Session } from "./session.ts";

/** Rows of one page of a scan: they arrive at once, and two pages are in memory at a time. */
export const PAGE_ROWS = 10_000;
export const CLAIMS_MAX = 1_000;
export const READS_MAX = 5_000;
/** Channels that failed jobs are counted of: those with the most of them. */
export const FAILED_NAMES_MAX = 1_000;
/** Jobs shown of those in one state of which nobody knows whether they run. */
const STUCK_MAX = 20;

/** One thing to be done on a database. */
export type Statement =
  | { readonly kind: "claim"; readonly uuids: readonly string[]; readonly enqueuedSeconds: number }
  | {
    readonly kind: "putBack";
    readonly uuids: readonly string[];
    /** Of each, as its claim wrote it. */
    readonly enqueuedSeconds: readonly number[];
  }
  | { readonly kind: "read"; readonly uuids: readonly string[] }
  | {
    readonly kind: "scanCounted";
    readonly afterId: number;
    readonly sequentialChannels: readonly string[];
  }
  | {
    readonly kind: "scanWaiting";
    readonly afterId: number;
    /** The server knows of fewer jobs than there are: by id, whatever it believes. */
    readonly isWalk: boolean;
  }
  | { readonly kind: "countFailed"; readonly sequentialChannels: readonly string[] }
  | {
    readonly kind: "requeueLost";
    readonly askedUuids: readonly string[];
    readonly graceMs: number;
    /** Enqueued so long, though their rows do not say since when. */
    readonly undatedUuids: readonly string[];
  }
  | {
    readonly kind: "requeueStarted";
    readonly askedUuids: readonly string[];
    readonly afterMs: number;
  }
  | {
    readonly kind: "listStuck";
    readonly askedUuids: readonly string[];
    readonly graceMs: number;
    readonly suspectAfterMs: number;
  };

/** What came back: the rows read, or the uuids of the rows changed. */
export interface Answer {
  readonly rows: JobRows;
  /** The id that the next page of a scan begins behind; null after the last. */
  readonly nextId: number | null;
  /** How many waiting jobs the server believes there are, where more than a page was found. */
  readonly expected: number;
  readonly uuids: readonly string[];
  readonly failedCounts: ReadonlyMap<string, number>;
  readonly stuck: readonly StuckRow[];
}

export const NO_ANSWER: Answer = {
  rows: [],
  nextId: null,
  expected: Infinity,
  uuids: [],
  failedCounts: new Map(),
  stuck: [],
};

/** These find rows by their keys. */
const KEYED: ReadonlySet<Statement["kind"]> = new Set(["claim", "putBack", "read"]);

function lengthOf(statement: Statement): Length {
  if (KEYED.has(statement.kind)) return "keyed";
  return statement.kind === "scanWaiting" && statement.isWalk ? "onward" : "long";
}

/**
 * Carries out a statement.
 *
 * @throws As `Session.run`.
 */
export async function execute(
  session: Session,
  generation: KnownGeneration,
  statement: Statement,
): Promise<Answer> {
  const [text, parameters] = toSql(statement, generation, session.fence);
  const rows = await session.run(text, parameters, lengthOf(statement));
  switch (statement.kind) {
    case "read":
      return { ...NO_ANSWER, rows: jobRows(rows) };
    case "scanCounted":
    case "scanWaiting": {
      const page = new JobPage(rows);
      const isFirst = statement.kind === "scanWaiting" && statement.afterId === 0;
      const expected = isFirst && page.nextId !== null ? await expectedWaiting(session) : Infinity;
      return { ...NO_ANSWER, rows: page, nextId: page.nextId, expected };
    }
    case "countFailed":
      return {
        ...NO_ANSWER,
        failedCounts: new Map(rows.map((it) => [String(it["channel"]), Number(it["count"])])),
      };
    case "listStuck":
      return { ...NO_ANSWER, stuck: stuckRows(rows) };
    default:
      return { ...NO_ANSWER, uuids: rows.map((it: Row) => String(it["uuid"])) };
  }
}

async function expectedWaiting(session: Session): Promise<number> {
  const [row] = await session.run(EXPECTED_WAITING);
  return JSON.parse(String(row!["QUERY PLAN"]))[0]["Plan"]["Plan Rows"];
}

/**
 * Every write names our backend: it has no effect on one that does not hold our lock. Without a
 * lock of ours, behind a pooler, there is nothing to name.
 */
function toSql(
  it: Statement,
  generation: KnownGeneration,
  pid: number | null,
): [string, Parameter[]] {
  const { columns } = generation;
  switch (it.kind) {
    case "claim":
      return [CLAIM, [it.uuids, pid, it.enqueuedSeconds]];
    case "putBack":
      return [PUT_BACK, [it.uuids, pid, it.enqueuedSeconds.map(String)]];
    case "read":
      return [jobsByUuid(generation), [it.uuids]];
    case "scanCounted":
      return [
        jobPage({ columns, where: countedJobs(generation), placeholders: 1, isWalk: false }),
        [it.sequentialChannels, it.afterId, PAGE_ROWS],
      ];
    case "scanWaiting":
      return [
        jobPage({ columns, where: WAITING_STATES, placeholders: 0, isWalk: it.isWalk }),
        [it.afterId, PAGE_ROWS],
      ];
    case "countFailed":
      return [failedCounts(generation), [it.sequentialChannels, FAILED_NAMES_MAX]];
    case "requeueLost":
      return generation.hasJobLocks
        ? [REQUEUE_DEAD, [pid, it.askedUuids, it.undatedUuids]]
        : [REQUEUE_UNASKED, [pid, it.askedUuids, it.undatedUuids, it.graceMs / 1000]];
    case "requeueStarted":
      return [requeueStarted(generation), [pid, it.askedUuids, it.afterMs / 1000]];
    case "listStuck":
      return [stuckJobs(generation), [
        it.askedUuids,
        it.graceMs / 1000,
        it.suspectAfterMs / 1000,
        STUCK_MAX,
      ]];
  }
}
