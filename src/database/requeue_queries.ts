import type { KnownGeneration } from "./generation.ts";

/*
 * The SQL of what is done to jobs by hand. $1 states, $2 full name of a channel or null, $3 seconds
 * or null, $4 uuids or none, $5 the last id of the page before, $6 the size of a page; of those
 * that write a result, $7 is what they write.
 */

/** What is done to jobs by hand. */
export type JobAction = "requeue" | "cancel" | "done";

/** What Odoo's own "Requeue" clears, as far as a generation has it. */
const CLEARED = [
  "date_done",
  "worker_pid",
  "date_cancelled",
  "exc_name",
  "exc_message",
  "exc_info",
];

/** A worker takes the lock of its job a moment after the job counts as started. */
const YOUNG_SECONDS = 10;

/**
 * Since when a job is what it is. Null where its row does not say: then nobody knows how old it is,
 * unless it has failed, which it cannot have done before it was created.
 */
const SINCE = `case job.state
    when 'enqueued' then job.date_enqueued
    when 'started' then greatest(job.date_started, job.date_enqueued)
    else coalesce(greatest(job.date_done, job.date_started, job.date_enqueued), job.date_created)
  end`;

/** As Odoo writes it: without a zone, to the second. */
const NOW = "date_trunc('seconds', now() at time zone 'utc')";

/** Whether jobs can be cancelled: 8.0 hides them, other old ones have nothing of the kind. */
export function canCancel({ columns }: KnownGeneration): boolean {
  return columns.has("date_cancelled") || columns.has("active");
}

/** What an action writes, as far as a generation has it. */
function written(action: JobAction, { columns }: KnownGeneration): string {
  const cleared = (names: readonly string[]) =>
    names.filter((it) => columns.has(it)).map((it) => `, ${it} = null`).join("");
  switch (action) {
    case "requeue":
      return "state = 'pending', date_enqueued = null, date_started = null, retry = 0" +
        cleared(CLEARED);
    case "done":
      return `state = 'done', date_done = ${NOW}, result = $7::text` +
        cleared(["exc_name", "exc_message", "exc_info"]);
    case "cancel":
      return columns.has("date_cancelled")
        ? `state = 'cancelled', date_cancelled = ${NOW}, result = $7::text`
        : `state = 'done', active = false, date_done = ${NOW}, result = $7::text`;
  }
}

/**
 * One page of the jobs to change, by id, and what became of each:
 *
 *   changed    as it was wanted
 *   at work    a worker holds its lock, or may be about to take it
 *   held       a transaction holds its row, or has changed it meanwhile
 *
 * The row is locked, passed over if another holds it, and looked at once more before it is changed.
 */
export function changePage(action: JobAction, generation: KnownGeneration): string {
  const chosen = chosenBy(generation);
  return `
  with ${pageAndResting(generation)}, taken as (
    select job.id from queue_job job
    -- A worker may have begun since: then the state is another.
    join resting on resting.id = job.id and resting.state = job.state
    where ${chosen} and ${isNotYoung(generation)}
    for update of job skip locked
  ), ${freeAmongTaken(generation)}, changed as (
    update queue_job job set ${written(action, generation)}
    from free where job.id = free.id and job.state = any($1::text[])
    returning job.id
  )
  ${
    outcomes(`when id in (select id from changed) then 'changed'
    when id in (select id from resting except select id from taken) then 'held' else 'at work'`)
  }`;
}

/** The same page if nothing is to be changed: no row is locked, so none is held. */
export function changePreview(generation: KnownGeneration): string {
  return `
  with ${pageAndResting(generation)}
  ${outcomes("when id in (select id from resting) then 'changed' else 'at work'")}`;
}

/**
 * The jobs of a page, and those of them that no worker is seen to run. A lock of ours, of whatever
 * strength, would stand in the way of a worker that wants its own at that moment, and Odoo would
 * take its job for dead: so it is only looked whether the transaction that has locked a row last
 * goes on.
 */
function pageAndResting(generation: KnownGeneration): string {
  const page = `page as (
    select job.id, job.uuid, job.state, ${channelOf(generation)} as channel,
      ${isNotYoung(generation)} as "isNotYoung"
    from queue_job job where job.id > $5::float8::bigint and ${chosenBy(generation)}
    order by job.id limit $6::int
  )`;
  if (!generation.hasJobLocks) return `${page}, resting as (select id, state from page)`;
  return `${page}, busy as (
    select lock.queue_job_id as id from queue_job_lock lock
    join pg_locks worker on worker.locktype = 'transactionid' and worker.transactionid = lock.xmax
    where lock.queue_job_id in (select id from page)
  ), resting as (
    select id, state from page where "isNotYoung" and id not in (select id from busy)
  )`;
}

/**
 * Those that no worker runs, for certain: a look may miss a lock that was taken in a savepoint. No
 * worker begins with a job whose row is ours, so none can want the lock that is taken here.
 */
function freeAmongTaken(generation: KnownGeneration): string {
  if (!generation.hasJobLocks) return "free as (select id from taken)";
  return `unlocked as (
    select lock.queue_job_id as id from queue_job_lock lock
    where lock.queue_job_id in (select id from taken)
    for no key update skip locked
  ), free as (
    select id from taken where id in (select id from unlocked)
      or not exists (select 1 from queue_job_lock lock where lock.queue_job_id = taken.id)
  )`;
}

function outcomes(cases: string): string {
  return `select id::float8 as id, uuid, state, channel, case ${cases} end as outcome
    from page order by id`;
}

function chosenBy(generation: KnownGeneration): string {
  // On 8.0 an inactive job was cancelled.
  const isActive = generation.columns.has("active") ? "coalesce(job.active, true) and" : "";
  return `${isActive} job.state = any($1::text[])
      and ($2::text is null or ${channelOf(generation)} = $2::text)
      and ($3::float8 is null
        or ${SINCE} < (now() at time zone 'utc') - make_interval(secs => $3::float8))
      and (cardinality($4::text[]) = 0 or job.uuid = any($4::text[]))`;
}

/** Only where a lock tells what a worker runs, its absence may mislead for a moment. */
function isNotYoung(generation: KnownGeneration): string {
  if (!generation.hasJobLocks) return "true";
  return `(job.state <> 'started' or coalesce(
    ${SINCE} < (now() at time zone 'utc') - interval '${YOUNG_SECONDS} seconds', true))`;
}

/** The full name of the channel, as `fullChannelName` has it. */
function channelOf(generation: KnownGeneration): string {
  if (!generation.columns.has("channel")) return "'root'::text";
  return `case when coalesce(job.channel, '') in ('', 'root') then 'root'
    when job.channel like 'root.%' then job.channel else 'root.' || job.channel end`;
}
