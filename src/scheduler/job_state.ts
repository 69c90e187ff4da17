import { JobState } from "../../assembly/abi.ts";

/** The states of a row of `queue_job`, as Odoo writes them. */
export type JobStateName =
  | "wait_dependencies"
  | "pending"
  | "enqueued"
  | "started"
  | "done"
  | "cancelled"
  | "failed";

/** The job is over: the scheduler forgets it. */
export const OVER = null;

/** What each of Odoo's states is to the core. The only place that knows. */
const CORE_STATES: ReadonlyMap<string, JobState | typeof OVER> = new Map<
  JobStateName,
  JobState | null
>([
  ["wait_dependencies", JobState.Parked],
  ["pending", JobState.Waiting],
  ["enqueued", JobState.Running],
  ["started", JobState.Running],
  ["done", OVER],
  ["cancelled", OVER],
  ["failed", JobState.Failed],
]);

/**
 * The core's state for one of Odoo's, OVER for a job that is over, undefined for a word Odoo does
 * not know.
 */
export function coreState(state: string): JobState | typeof OVER | undefined {
  return CORE_STATES.get(state);
}

/** Whether a text is one of Odoo's states. */
export function isJobStateName(text: string): text is JobStateName {
  return CORE_STATES.has(text);
}

/** Odoo's states, for messages. */
export function jobStateNames(): string[] {
  return [...CORE_STATES.keys()];
}
