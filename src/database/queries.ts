import type { KnownGeneration } from "./generation.ts";

/*
 * All SQL. Texts with `$1` placeholders; nothing from outside is ever put into a text but names of
 * columns and lock keys that stand in our own data. Times become numbers in SQL: Odoo stores UTC
 * without a zone, which the driver would read as local time, and a Date would cut them to
 * milliseconds.
 */

const NOW_MS = `(extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`;

/**
 * The first statement of a session. PostgreSQL before 12 does not know `tcp_user_timeout`, and
 * would refuse a client that asked for it when connecting.
 */
export const OPENING = `
  select pg_backend_pid() as pid, ${NOW_MS},
    case when current_setting('tcp_user_timeout', true) is not null
      then set_config('tcp_user_timeout', '15000', false) end as "userTimeout"`;

/** Where the row's own database is Odoo's, what it says of the two add-ons and of `queue_job`. */
export const IS_ODOO = `select to_regclass('ir_module_module') is not null as odoo`;

export const FACTS = `
  select
    (select coalesce(json_agg(json_build_object(
       'name', name, 'state', state, 'version', latest_version)), '[]')::text
     from ir_module_module where name in ('connector', 'queue_job')) as addons,
    (select coalesce(json_agg(attname), '[]')::text from pg_attribute
     where attrelid = to_regclass('queue_job') and attnum > 0 and not attisdropped) as columns,
    to_regclass('queue_job_lock') is not null as "hasJobLocks"`;

/** $1 is the template database of the server. */
export const LIST_DATABASES = `
  select datname as name from pg_database
  where pg_get_userbyid(datdba) = current_user and not datistemplate and datallowconn
    and datname not in ('postgres', $1)
  order by datname`;

export function tryLock(generation: KnownGeneration): string {
  return `select pg_try_advisory_lock(${generation.lockKey}) as locked`;
}

/** $1 the group: whichever of its runners holds this leads all its databases. */
export const TRY_GROUP_LOCK = `
  select pg_try_advisory_lock(hashtext('odoo_jobrunner'), hashtext($1)) as locked`;

/**
 * Ends a backend of our own that we lost sight of. $1 its pid, $2 its application_name, unique to
 * it.
 */
export const TERMINATE_GHOST = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where pid = $1::int and application_name = $2 and datname = current_database()`;

/**
 * Seconds it takes at most until a heartbeat returns is the caller's to watch. $1 channel, $2
 * payload.
 */
export const NOTIFY = `select pg_notify($1, $2), ${NOW_MS}`;

function jobColumns(columns: ReadonlySet<string>): string {
  const channel = columns.has("channel") ? "channel" : "null::varchar as channel";
  return `uuid, ${channel}, state, priority, id::float8 as sequence,
    (extract(epoch from date_created) * 1000)::float8 as "createdMs",
    (extract(epoch from eta) * 1000)::float8 as "etaMs",
    (extract(epoch from date_enqueued) * 1000)::float8 as "enqueuedMs"`;
}

/**
 * A page of the jobs that `where` chooses, by id. Behind the placeholders of `where` come the last
 * id of the page before and the size of a page.
 */
export function jobPage(columns: ReadonlySet<string>, where: string, placeholders: number): string {
  return `select ${jobColumns(columns)} from queue_job
    where id > $${placeholders + 1}::float8::bigint and (${where})
    order by id limit $${placeholders + 2}::int`;
}

/** $1 uuids. */
export function jobsByUuid(generation: KnownGeneration): string {
  return `select ${jobColumns(generation.columns)} from queue_job where uuid = any($1::text[])`;
}

export const WAITING_STATES = `state in ('pending', 'wait_dependencies')`;

/**
 * Jobs that take a place, and failed ones where a failure blocks: $1 names of sequential channels.
 */
export function countedJobs(generation: KnownGeneration): string {
  const channel = channelOrRoot(generation);
  return `state in ('enqueued', 'started') or (state = 'failed' and ${channel} = any($1::text[]))`;
}

/** How many failed, where only the number matters: $1 names of sequential channels. */
export function failedCounts(generation: KnownGeneration): string {
  const channel = channelOrRoot(generation);
  return `
  select ${channel} as channel, count(*)::float8 as count from queue_job
  where state = 'failed' and ${channel} <> all($1::text[]) group by 1`;
}

function channelOrRoot(generation: KnownGeneration): string {
  return generation.columns.has("channel") ? "coalesce(channel, 'root')" : "'root'::varchar";
}

/**
 * Claims jobs: $1 uuids, $2 our backend, $3 the date of enqueueing in seconds, known to us so that
 * we recognize our own claim when its answer is lost. A row that a transaction of Odoo holds is
 * passed over instead of waited for.
 */
export const CLAIM = `
  with due as (
    select id from queue_job
    where uuid = any($1::text[]) and state = 'pending' and pg_backend_pid() = $2::int
    order by id for update skip locked
  )
  update queue_job
  set state = 'enqueued', date_enqueued = to_timestamp($3::float8) at time zone 'utc'
  from due where queue_job.id = due.id and queue_job.state = 'pending'
  returning uuid`;

/**
 * Puts back what no request is about: $1 uuids, $2 our backend, $3 when we enqueued each, in
 * seconds. A row that another runner has enqueued since has another date.
 */
export const PUT_BACK = `
  with ours as (
    select job.id from unnest($1::text[], $3::float8[]) as claim(uuid, seconds)
    join queue_job job on job.uuid = claim.uuid
      and job.date_enqueued = to_timestamp(claim.seconds) at time zone 'utc'
    where job.state = 'enqueued' and pg_backend_pid() = $2::int
    order by job.id for update of job skip locked
  )
  update queue_job set state = 'pending', date_enqueued = null, date_started = null
  from ours where queue_job.id = ours.id and queue_job.state = 'enqueued'
  returning uuid`;

/**
 * Dead jobs where workers hold a lock row for each job: $1 our backend, $2 uuids with an open
 * request. A row is dead when it has been enqueued or started for more than 10 s and its lock row
 * is free or missing.
 */
export const REQUEUE_DEAD = `
  with suspects as (
    select job.id, job.state, job.date_enqueued from queue_job job
    where job.state in ('enqueued', 'started')
      and job.date_enqueued < (now() at time zone 'utc') - interval '10 seconds'
      and job.uuid <> all($2::text[]) and pg_backend_pid() = $1::int
  ), free as (
    select lock.queue_job_id as id from queue_job_lock lock
    where lock.queue_job_id in (select id from suspects)
    for no key update skip locked
  ), dead as (
    select job.id, coalesce(job.max_retries, 0) <> 0 and job.retry > job.max_retries as "isOver"
    from queue_job job join suspects on suspects.id = job.id
      -- A worker may have begun since: then the row that is locked is another.
      and suspects.state = job.state and suspects.date_enqueued = job.date_enqueued
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
 * backend, $2 uuids with an open request, $3 seconds.
 */
export const REQUEUE_UNASKED = `
  with unasked as (
    select id from queue_job
    where state = 'enqueued' and uuid <> all($2::text[]) and pg_backend_pid() = $1::int
      and date_enqueued < (now() at time zone 'utc') - make_interval(secs => $3::float8)
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
 * that is started counts, $4 how many of a state are listed.
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
    ) running
    where since is null or since < (now() at time zone 'utc') - make_interval(
      secs => case state when 'enqueued' then $2::float8 else $3::float8 end)
  ) stuck
  where place <= $4::int order by place`;
}

/** Which tables 8.0 has for what it runs jobs with beside the job runner. */
export const OLD_TABLES = `
  select to_regclass('ir_cron') is not null as "hasCrons",
    to_regclass('queue_worker') is not null as "hasWorkers"`;

export const OLD_CRONS = `select id from ir_cron where name = 'Enqueue Jobs' and active`;

/** A worker says every half minute that it is alive; the add-on gives it up after five. */
export const OLD_WORKERS = `
  select pid from queue_worker
  where date_alive > (now() at time zone 'utc') - interval '5 minutes'
  order by id limit 10`;

export const TRIGGERS = `
  select t.tgname as name, t.tgenabled as enabled, t.tgtype::int as type, p.prosrc as source
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where t.tgrelid = to_regclass('queue_job') and not t.tgisinternal`;

/**
 * Makes the trigger of a generation whose add-on leaves that to the runner. One transaction, as it
 * is one message.
 */
export function makeTrigger(notifyChannel: string): string {
  return `
  create or replace function queue_job_notify() returns trigger as $body$
  begin
    if tg_op = 'DELETE' then
      if old.state <> 'done' then perform pg_notify('${notifyChannel}', old.uuid); end if;
    else
      perform pg_notify('${notifyChannel}', new.uuid);
    end if;
    return null;
  end $body$ language plpgsql;
  drop trigger if exists queue_job_notify on queue_job;
  create trigger queue_job_notify after insert or update or delete on queue_job
    for each row execute procedure queue_job_notify()`;
}
