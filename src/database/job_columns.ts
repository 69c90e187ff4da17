import type { KnownGeneration } from "./generation.ts";

/*
 * What people see of a row of `queue_job`, as columns of a SELECT. Those that a generation lacks
 * are null.
 */

/** Of one job, or of one among others. */
export function shownColumns({ columns }: KnownGeneration): string {
  const known = (name: string) => columns.has(name) ? name : `null::varchar`;
  const time = (name: string) => `(extract(epoch from ${name}) * 1000)::float8`;
  return `state, ${known("channel")} as channel, priority, retry,
    max_retries as "maxRetries",
    ${time("date_created")} as "createdMs", ${time("eta")} as "etaMs",
    ${time("date_enqueued")} as "enqueuedMs", ${time("date_started")} as "startedMs",
    ${time("date_done")} as "doneMs",
    left(coalesce(${known("exc_name")} || ': ' || ${known("exc_message")},
      substring(right(exc_info, ${ERROR_END}) from '([^\\n]+)\\n*$')), 500) as error`;
}

/** A trace may have megabytes, and its last line is looked for in each row that is shown. */
const ERROR_END = 2_000;

/** With what the job is for. Before 10.0 that has the arguments behind it. */
export function jobSummary(generation: KnownGeneration): string {
  const method = generation.columns.has("method_name")
    ? "coalesce(model_name || '.', '') || method_name"
    : "split_part(func_string, '(', 1)";
  return `uuid, ${shownColumns(generation)}, left(name, 200) as name,
    left(${method}, 200) as method`;
}
