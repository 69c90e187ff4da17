import type { KnownGeneration } from "./generation.ts";
import { jobsByUuid } from "./queries.ts";
import { canCancel, changePage, changePreview, type JobAction } from "./requeue_queries.ts";
import type { Session } from "./session.ts";

export { canCancel, type JobAction };
export type RequeuedState = "enqueued" | "started" | "failed";
export type ChosenState = RequeuedState | "pending" | "wait_dependencies";

/** Which jobs are to be changed by hand: those that all of this is true of. */
export interface JobChoice {
  readonly states: readonly ChosenState[];
  /** Full name; null is every channel. */
  readonly channel: string | null;
  /** How long they have been in their state, at least; null is any time, also an unknown one. */
  readonly olderThanMs: number | null;
  /** None are all. */
  readonly uuids: readonly string[];
}

/** A job that was chosen, and what became of it (see `changePage`). */
export interface ChangedJob {
  readonly id: number;
  readonly uuid: string;
  /** As it was. */
  readonly state: ChosenState;
  readonly channel: string;
  readonly outcome: "changed" | "at work" | "held";
}

/**
 * Rows of one statement, each a transaction of its own: few enough that nobody waits for it, and
 * many enough that a table of a million is not sorted too often.
 */
const PAGE_ROWS = 5_000;

/** What is to be done to jobs. */
export interface JobChange {
  readonly action: JobAction;
  readonly choice: JobChoice;
  /** Nothing: it is only said which jobs it would be done to. */
  readonly isDryRun: boolean;
  /** What a job that is cancelled or set done has as its result. */
  readonly result?: string;
}

/**
 * Sets jobs back to pending, cancels them or sets them done, or only says which it would, page by
 * page: what was yielded is done, whatever comes after.
 *
 * @throws As `Session.run`.
 */
export async function* changeJobs(
  session: Session,
  generation: KnownGeneration,
  { action, choice, isDryRun, result = "" }: JobChange,
): AsyncGenerator<readonly ChangedJob[], void, undefined> {
  const text = isDryRun ? changePreview(generation) : changePage(action, generation);
  const own = isDryRun || action === "requeue" ? [] : [result];
  const { states, channel, olderThanMs, uuids } = choice;
  const seconds = olderThanMs === null ? null : olderThanMs / 1000;
  let afterId = 0;
  while (true) {
    const parameters = [states, channel, seconds, uuids, afterId, PAGE_ROWS, ...own];
    const jobs = await session.run(text, parameters) as unknown as ChangedJob[];
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
