import type { KnownGeneration } from "./generation.ts";
import { jobsByUuid } from "./queries.ts";
import { requeuePage, requeuePreview } from "./requeue_queries.ts";
import type { Session } from "./session.ts";

export type RequeuedState = "enqueued" | "started" | "failed";

/** Which jobs a requeue by hand is about: those that all of this is true of. */
export interface RequeueChoice {
  readonly states: readonly RequeuedState[];
  /** Full name; null is every channel. */
  readonly channel: string | null;
  /** How long they have been in their state, at least; null is any time, also an unknown one. */
  readonly olderThanMs: number | null;
  /** None are all. */
  readonly uuids: readonly string[];
}

/** A job that was chosen, and what became of it (see `requeuePage`). */
export interface RequeuedJob {
  readonly id: number;
  readonly uuid: string;
  /** As it was. */
  readonly state: RequeuedState;
  readonly channel: string;
  readonly outcome: "requeued" | "at work" | "held";
}

/**
 * Rows of one statement, each a transaction of its own: few enough that nobody waits for it, and
 * many enough that a table of a million is not sorted too often.
 */
const PAGE_ROWS = 5_000;

/**
 * Sets jobs back to pending, or only says which it would, page by page: what was yielded is done,
 * whatever comes after.
 *
 * @throws As `Session.run`.
 */
export async function* requeueJobs(
  session: Session,
  generation: KnownGeneration,
  choice: RequeueChoice,
  isDryRun: boolean,
): AsyncGenerator<readonly RequeuedJob[], void, undefined> {
  const text = isDryRun ? requeuePreview(generation) : requeuePage(generation);
  const { states, channel, olderThanMs, uuids } = choice;
  const seconds = olderThanMs === null ? null : olderThanMs / 1000;
  let afterId = 0;
  while (true) {
    const parameters = [states, channel, seconds, uuids, afterId, PAGE_ROWS];
    const jobs = await session.run(text, parameters) as unknown as RequeuedJob[];
    yield jobs;
    if (jobs.length < PAGE_ROWS) return;
    afterId = jobs.at(-1)!.id;
  }
}

/** What the database says of these jobs; of those it does not know, nothing. */
export async function statesOf(
  session: Session,
  generation: KnownGeneration,
  uuids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await session.run(jobsByUuid(generation), [uuids]);
  return new Map(rows.map((it) => [String(it["uuid"]), String(it["state"])]));
}

/** Of which of these states nobody can know whether a job in it is still at work. */
export function unknowable(
  generation: KnownGeneration,
  states: readonly RequeuedState[],
): RequeuedState[] {
  return states.filter((state) => {
    if (state === "enqueued") return generation.startGuard === "none";
    return state === "started" && !generation.hasJobLocks;
  });
}
