import type { KnownGeneration } from "./generation.ts";
import { channelOrRoot, onBackend } from "./queries.ts";

/* The SQL of the search for jobs that nobody runs: dead, unasked, stranded, suspected. */

/**
 * Dead jobs where workers hold a lock row for each job: $1 our backend, $2 uuids with an open
 * request, $3 uuids known to be enqueued for long, though without a date. A row is dead when it has
 * been enqueued or started for more than 10 s and its lock row is free or missing.
 */
export const REQUEUE_DEAD = `
  with suspects as (
    select job.id, job.state, job.date_enqueued from queue_job job
    where job.state in ('enqueued', 'started')
      and (job.date_enqueued < (now() at time zone 'utc') - interval '10 seconds'
        or (job.state = 'enqueued' and job.date_enqueued is null and job.uuid = any($3::text[])))
      and job.uuid <> all($2::text[]) and ${onBackend(1)}
  ), free as (
    select lock.queue_job_id as id from queue_job_lock lock
    where lock.queue_job_id in (select id from suspects)
    for no key update skip locked
  ), dead as (
    select job.id, coalesce(job.max_retries, 0) <> 0
        and coalesce(job.retry, 0) > job.max_retries as "isOver"
    from queue_job job join suspects on suspects.id = job.id
      -- A worker may have begun since: then the row that is locked is another.
      and suspects.state = job.state
      and suspects.date_enqueued is not distinct from job.date_enqueued
    where job.id in (select id from free)
      or not exists (select 1 from queue_job_lock lock where lock.queue_job_id = job.id)
    for update of job skip locked
  )
  update queue_job job set
    state = case when dead."isOver" then 'failed' else 'pending' end,
    retry = coalesce(job.retry, 0)
      + case when job.state = 'started' and not dead."isOver" then 1 else 0 end,
    exc_name = case when dead."isOver" then 'JobFoundDead' else job.exc_name end,
    exc_info = case when dead."isOver" then 'Job found dead after too many retries'
      else job.exc_info end,
    date_enqueued = null, date_started = null
  from dead where job.id = dead.id and job.state in ('enqueued', 'started')
  returning job.uuid`;

/**
 * Jobs enqueued long ago that no request is about, where a second request does no harm: $1 our
 * backend, $2 uuids with an open request, $3 uuids known to be enqueued so long, though without a
 * date, $4 seconds.
 */
export const REQUEUE_UNASKED = `
  with unasked as (
    select id from queue_job
    where state = 'enqueued' and uuid <> all($2::text[]) and ${onBackend(1)}
      and (date_enqueued < (now() at time zone 'utc') - make_interval(secs => $4::float8)
        or (date_enqueued is null and uuid = any($3::text[])))
    order by id for update skip locked
  )
  update queue_job set state = 'pending', date_enqueued = null, date_started = null
  from unasked where queue_job.id = unasked.id and queue_job.state = 'enqueued'
  returning uuid`;

/**
 * Jobs started long ago that no request is about, where no lock tells whether they run: $1 our
 * backend, $2 uuids with an open request, $3 seconds. The same as with dead jobs happens to them.
 */
export function requeueStarted({ columns }: KnownGeneration): string {
  return `
  with old as (
    select id, coalesce(max_retries, 0) <> 0 and retry > max_retries as "isOver" from queue_job
    where state = 'started' and uuid <> all($2::text[]) and pg_backend_pid() = $1::int
      and ${STARTED} < (now() at time zone 'utc') - make_interval(secs => $3::float8)
    order by id for update skip locked
  )
  update queue_job job set
    state = case when old."isOver" then 'failed' else 'pending' end,
    retry = coalesce(job.retry, 0) + case when old."isOver" then 0 else 1 end,
    ${
    columns.has("exc_name")
      ? `exc_name = case when old."isOver" then 'JobFoundDead' else job.exc_name end,`
      : ""
  }
    exc_info = case when old."isOver" then 'Job found dead after too many retries'
      else job.exc_info end,
    date_enqueued = null, date_started = null
  from old where job.id = old.id and job.state = 'started'
  returning job.uuid`;
}

/** A job that a user has set to `started` may have no date of its own. */
const STARTED = "coalesce(date_started, date_enqueued)";

/**
 * Jobs that take places and that no request is about, the oldest of each state, with the number of
 * all: $1 uuids with an open request, $2 and $3 seconds after which one that is enqueued and one
 * that is started counts, $4 how many of a state are listed. Where locks tell who is dead, they
 * tell nothing of a started job that has no date of being enqueued.
 */
export function stuckJobs(generation: KnownGeneration): string {
  return `
  select uuid, channel, state, (extract(epoch from since) * 1000)::float8 as "sinceMs", count
  from (
    select *, count(*) over (partition by state)::float8 as count,
      row_number() over (partition by state order by since nulls first, id) as place
    from (
      select id, uuid, ${channelOrRoot(generation)} as channel, state,
        case state when 'enqueued' then date_enqueued else ${STARTED} end as since
      from queue_job where state in ('enqueued', 'started') and uuid <> all($1::text[])
        ${generation.hasJobLocks ? "and (state = 'enqueued' or date_enqueued is null)" : ""}
    ) running
    where since is null or since < (now() at time zone 'utc') - make_interval(
      secs => case state when 'enqueued' then $2::float8 else $3::float8 end)
  ) stuck
  where place <= $4::int order by place`;
}
