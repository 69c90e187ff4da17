import type { FoundJob, JobQuestion } from "../job_list.ts";
import type { KnownGeneration } from "./generation.ts";
import { jobSummary } from "./job_columns.ts";
import type { Parameter, Session } from "./session.ts";

/**
 * The newest jobs of one database that are looked for. It reads them along an index, of their uuid,
 * state, channel or id: which one is for PostgreSQL to choose, and no table is sorted whole unless
 * it errs.
 *
 * @throws As `Session.run`.
 */
export async function searchJobs(
  session: Session,
  generation: KnownGeneration,
  { uuid, channel, state, limit }: JobQuestion,
): Promise<readonly Omit<FoundJob, "database">[]> {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  const want = (condition: (placeholder: string) => string, value: Parameter) => {
    conditions.push(condition(`$${parameters.push(value)}`));
  };
  if (uuid !== null) want((it) => `uuid = ${it}`, uuid);
  if (state !== null) want((it) => `state = ${it}`, state);
  if (channel !== null && !generation.columns.has("channel")) {
    if (channel !== "root") return [];
  } else if (channel === "root") {
    conditions.push("(channel is null or channel in ('', 'root'))");
  } else if (channel !== null) {
    want((it) => `channel = any(${it}::text[])`, [channel, channel.replace(/^root\./, "")]);
  }
  const chosen = conditions.length === 0 ? "true" : conditions.join(" and ");
  const text = `select ${jobSummary(generation)} from queue_job
    where ${chosen} order by id desc limit $${parameters.push(limit)}::int`;
  return await session.run(text, parameters, "brief") as unknown as Omit<FoundJob, "database">[];
}
