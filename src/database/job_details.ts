import type { JobDetails } from "../why.ts";
import { dependenciesIn } from "./dependents.ts";
import type { KnownGeneration } from "./generation.ts";
import { jobDetails } from "./queries.ts";
import { statesOf } from "./requeue.ts";
import type { Session } from "./session.ts";

/** Parents that are looked up. */
const PARENTS_MAX = 100;

/**
 * The row of one job as people want to see it; null if there is none.
 *
 * @throws As `Session.run`.
 */
export async function readJobDetails(
  session: Session,
  generation: KnownGeneration,
  uuid: string,
): Promise<JobDetails | null> {
  const [row] = await session.run(jobDetails(generation), [uuid], "brief");
  if (row === undefined) return null;
  const { dependencies, ...details } = row;
  const isWaiting = row["state"] === "wait_dependencies";
  const uuids = isWaiting ? dependenciesIn(dependencies, "depends_on").slice(0, PARENTS_MAX) : [];
  const states = uuids.length > 0 ? await statesOf(session, generation, uuids) : new Map();
  const parents = [...states].map(([uuid, state]) => ({ uuid, state }));
  return {
    ...details as unknown as Omit<JobDetails, "parents">,
    parents: parents.filter((it) => it.state !== "done"),
  };
}
