import type { KnownGeneration } from "./generation.ts";
import { JOB_DEPENDENCIES } from "./queries.ts";
import { statesOf } from "./requeue.ts";
import type { Session } from "./session.ts";

/** What the add-on writes: `{"depends_on": ["…"], "reverse_depends_on": ["…"]}`. */
type Direction = "depends_on" | "reverse_depends_on";

/** Looked at together: each may have thousands of dependents. */
const PAGE_JOBS = 500;

/** The jobs that stand in a job's dependencies; whatever else stands there says nothing. */
export function dependenciesIn(text: unknown, direction: Direction): string[] {
  if (typeof text !== "string") return [];
  try {
    const uuids: unknown = JSON.parse(text)?.[direction];
    return Array.isArray(uuids) ? uuids.filter((it) => typeof it === "string") : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/**
 * Those of the jobs for which others wait: only Odoo releases these when the job is done or
 * cancelled, so nobody else may say that it is.
 *
 * @throws As `Session.run`.
 */
export async function awaitedJobs(
  session: Session,
  generation: KnownGeneration,
  uuids: readonly string[],
): Promise<ReadonlySet<string>> {
  const awaited = new Set<string>();
  if (!generation.columns.has("dependencies")) return awaited;
  for (let at = 0; at < uuids.length; at += PAGE_JOBS) {
    const rows = await session.run(JOB_DEPENDENCIES, [uuids.slice(at, at + PAGE_JOBS)]);
    const dependentsOf = rows.map((it) => {
      const dependents = dependenciesIn(it["dependencies"], "reverse_depends_on");
      return { uuid: String(it["uuid"]), dependents };
    });
    const all = new Set(dependentsOf.flatMap((it) => it.dependents));
    const states = await statesOf(session, generation, [...all]);
    for (const { uuid, dependents } of dependentsOf) {
      if (dependents.some((it) => states.get(it) === "wait_dependencies")) awaited.add(uuid);
    }
  }
  return awaited;
}
