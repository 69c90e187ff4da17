import process from "node:process";
import type { OdooGeneration } from "./odoo_generations.ts";
import type { Sql } from "./postgres_server.ts";

/** A row that may start, with its plan. */
export interface StartedJob {
  readonly id: number;
  readonly retry: number;
  readonly workMs: number;
  readonly retries: number;
  readonly retryInMs: number;
  readonly outcome: "done" | "failed";
}

/** The row of an `enqueued` job, guarded against a second request as this generation does. */
export function findEnqueued(
  sql: Sql,
  generation: OdooGeneration,
  uuid: string,
  hasPlans: boolean,
) {
  const guard = {
    "none": sql``,
    "row lock": sql`for update of job`,
    "skip locked": sql`for update of job skip locked`,
  }[generation.startGuard];
  const plan = hasPlans
    ? sql`coalesce(plan.work_ms, 0) as "workMs", coalesce(plan.retries, 0) as retries,
        coalesce(plan.retry_in_ms, 0) as "retryInMs", coalesce(plan.outcome, 'done') as outcome
        from queue_job job left join stand_in_plan plan on plan.uuid = job.uuid`
    : sql`0::float8 as "workMs", 0 as retries, 0::float8 as "retryInMs", 'done' as outcome
        from queue_job job`;
  return sql<StartedJob[]>`
    select job.id, coalesce(job.retry, 0) as retry, ${plan}
    where job.uuid = ${uuid} and job.state = 'enqueued' ${guard}`;
}

export function setStarted(sql: Sql, generation: OdooGeneration, id: number) {
  const worker = generation.hasExceptionColumns ? sql`, worker_pid = ${process.pid}` : sql``;
  return sql`
    update queue_job set state = 'started', date_started = now() at time zone 'utc' ${worker}
    where id = ${id}`;
}

export function setDone(sql: Sql, id: number) {
  return sql`
    update queue_job set state = 'done', date_done = now() at time zone 'utc', retry = retry + 1,
      exc_info = null
    where id = ${id}`;
}

/** Back to `pending`, to run again later: how Odoo retries. */
export function setPostponed(sql: Sql, uuid: string, delayMs: number) {
  return sql`
    update queue_job set state = 'pending', retry = retry + 1, date_enqueued = null,
      date_started = null, eta = now() at time zone 'utc' + ${delayMs} * interval '1 millisecond'
    where uuid = ${uuid}`;
}

export interface Failure {
  readonly name: string;
  readonly message: string;
}

export function setFailed(sql: Sql, generation: OdooGeneration, uuid: string, failure: Failure) {
  const traceback = `Traceback (most recent call last):\n${failure.name}: ${failure.message}`;
  const columns = generation.hasExceptionColumns
    ? sql`, exc_name = ${failure.name}, exc_message = ${failure.message}`
    : sql``;
  return sql`
    update queue_job set state = 'failed', retry = retry + 1,
      exc_info = ${traceback} ${columns}
    where uuid = ${uuid} and state = 'started'`;
}

/** Makes the job's row of `queue_job_lock`, once for all its tries. */
export function addLockRow(sql: Sql, id: number) {
  return sql`
    insert into queue_job_lock (id, queue_job_id) values (${id}, ${id})
    on conflict (id) do nothing`;
}

/** Held to the end of the transaction, so that anyone can see whether the job lives. */
export function lockRow(sql: Sql, id: number) {
  return sql`select id from queue_job_lock where queue_job_id = ${id} for update`;
}
