import type { KnownGeneration } from "./generation.ts";
import { shownColumns } from "./job_columns.ts";

/*
 * All SQL. Texts with `$1` placeholders; nothing from outside is ever put into a text but names of
 * columns and lock keys that stand in our own data. Times become numbers in SQL: Odoo stores UTC
 * without a zone, which the driver would read as local time, and a Date would cut them to
 * milliseconds.
 */

const NOW_MS = `(extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`;

/**
 * The first statement of a session. PostgreSQL before 12 does not know `tcp_user_timeout`, before
 * 14 not `client_connection_check_interval`, and would refuse a client that asked for them when
 * connecting; not every system can check. With it a backend in the middle of a statement lets go of
 * its locks when its client has died. A pooler that kept our settings to itself may give the same
 * backend to others: it is not ours, and what we set would be theirs.
 */
export const OPENING = `
  select pg_backend_pid() as pid, ${NOW_MS},
    current_setting('transaction_read_only') = 'on' as "isReadOnly",
    current_setting('lock_timeout') <> '0' as "isOurs",
    case when current_setting('tcp_user_timeout', true) is not null
      then set_config('tcp_user_timeout', '15000', false) end as "userTimeout",
    case when current_setting('client_connection_check_interval', true) is not null
        and version() like '%linux%'
      then set_config('client_connection_check_interval', '1000', false) end as "checkInterval"`;

/**
 * How statements find their rows. `keys`: a few by their keys. They are planned once for all, with
 * an index whatever the statistics say: to plan each anew costs the server as much as to carry it
 * out. PostgreSQL before 12 plans each. `order`: in the order of an index, without sorting. `any`:
 * as the server likes.
 */
export type Finding = "keys" | "order" | "any";

/** What the next statements of a session are: how long they may take, how they find their rows. */
export function allowStatements(timeoutMs: number, finding: Finding): string {
  const mode = finding === "keys" ? "force_generic_plan" : "auto";
  return `select set_config('statement_timeout', '${timeoutMs}', false),
    set_config('enable_seqscan', '${finding === "keys" ? "off" : "on"}', false),
    set_config('enable_sort', '${finding === "order" ? "off" : "on"}', false),
    case when current_setting('plan_cache_mode', true) is not null
      then set_config('plan_cache_mode', '${mode}', false) end`;
}

/** The same where the backend is shared with others. */
export const POOLED_OPENING = `
  select pg_backend_pid() as pid, ${NOW_MS}, false as "isOurs",
    current_setting('transaction_read_only') = 'on' as "isReadOnly"`;

/** Where the row's own database is Odoo's, what it says of the two add-ons and of `queue_job`. */
export const IS_ODOO = `select to_regclass('ir_module_module') is not null as odoo`;

export const FACTS = `
  select
    (select coalesce(json_agg(json_build_object(
       'name', name, 'state', state, 'version', latest_version)), '[]')
     from ir_module_module where name in ('connector', 'queue_job')) as addons,
    (select coalesce(json_agg(attname), '[]') from pg_attribute
     where attrelid = to_regclass('queue_job') and attnum > 0 and not attisdropped) as columns,
    to_regclass('queue_job_lock') is not null as "hasJobLocks"`;

/** $1 the add-on: is it as it was? */
export const ADDON_STATE = `select state from ir_module_module where name = $1`;

/** $1 is the template database of the server. `written` grows with all that is written there. */
export const LIST_DATABASES = `
  select datname as name,
    (select (tup_inserted + tup_updated + tup_deleted)::text from pg_stat_database stat
     where stat.datid = pg_database.oid) as written
  from pg_database
  where pg_get_userbyid(datdba) = current_user and not datistemplate and datallowconn
    and datname not in ('postgres', $1)
  order by datname`;

export function tryLock(generation: KnownGeneration): string {
  return `select pg_try_advisory_lock(${generation.lockKey}) as locked`;
}

/** Whether a runner of ours holds it, if any: $1 what their application_name is like. */
export function isLockOurs(generation: KnownGeneration): string {
  return `
  select exists (
    select 1 from pg_locks lock join pg_stat_activity holder on holder.pid = lock.pid
    where lock.locktype = 'advisory' and lock.granted and lock.objsubid = 1
      and lock.database = (select oid from pg_database where datname = current_database())
      and (lock.classid::bigint << 32) | lock.objid::bigint = (${generation.lockKey})::bigint
      and holder.application_name like $1
  ) as ours`;
}

/** $1 the group: whichever of its runners holds this leads all its databases. */
export const TRY_GROUP_LOCK = `
  select pg_try_advisory_lock(hashtext('odoo_jobrunner'), hashtext($1)) as locked`;

/** $1 the group. */
export const UNLOCK_GROUP = `
  select pg_advisory_unlock(hashtext('odoo_jobrunner'), hashtext($1))`;

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

/** As `JobRow` has them. `date_part` costs the server half of what `extract` does. */
function jobColumns(columns: ReadonlySet<string>): string {
  const channel = columns.has("channel") ? "channel" : "null::varchar as channel";
  return `uuid, ${channel}, state, priority, id::float8 as sequence,
    date_part('epoch', date_created) * 1000 as "createdMs",
    date_part('epoch', eta) * 1000 as "etaMs",
    date_part('epoch', date_enqueued) * 1000 as "enqueuedMs"`;
}

const PACKED = [
  ...["uuid", "channel", "state", "priority", "sequence"],
  ...["createdMs", "etaMs", "enqueuedMs"],
].map((it) => `json_agg("${it}") as "${it}"`);

/** What a page is to have. */
export interface PageChoice {
  readonly columns: ReadonlySet<string>;
  /** SQL that chooses the jobs. */
  readonly where: string;
  /** Of `where`. */
  readonly placeholders: number;
  /** The server finds the jobs by walking on from id to id, not as it believes to be best. */
  readonly isWalk: boolean;
}

/** A walk stops after so many ids, to say that nothing was found and how it goes on. */
const WALKED_IDS = 200_000;

/**
 * A page of the jobs that `where` chooses, by id. Behind the placeholders of `where` come the id
 * that it begins behind and the size of a page. It is one row, of an array for each column: the
 * driver would spend twice as much on a row for each job, most of it on garbage.
 *
 * A walk needs `enable_sort` off as well; `is true` keeps PostgreSQL from any other index.
 */
export function jobPage({ columns, where, placeholders, isWalk }: PageChoice): string {
  const after = `$${placeholders + 1}::float8`;
  const size = `$${placeholders + 2}::int`;
  const end = `(${after}::bigint + ${WALKED_IDS})`;
  const chosen = isWalk ? `id <= ${end} and (${where}) is true` : `(${where})`;
  const beyond = isWalk ? `when ${end} < (select max(id) from queue_job) then ${end}::float8` : "";
  return `select count(*)::int as count,
      case when count(*) = ${size} then max(sequence) ${beyond} end as "nextId",
      ${PACKED.join(", ")}
    from (select ${jobColumns(columns)} from queue_job
      where id > ${after}::bigint and ${chosen} order by id limit ${size}) page`;
}

/** $1 uuids. */
export function jobsByUuid(generation: KnownGeneration): string {
  return `select ${jobColumns(generation.columns)} from queue_job where uuid = any($1::text[])`;
}

/** $1 a uuid. What people want to know of the job. */
export function jobDetails(generation: KnownGeneration): string {
  const dependencies = generation.columns.has("dependencies") ? "dependencies" : "null::varchar";
  return `select ${shownColumns(generation)}, ${dependencies} as dependencies
    from queue_job where uuid = $1 order by id limit 1`;
}

/** $1 uuids. Only where there is such a column. */
export const JOB_DEPENDENCIES = `select uuid, dependencies from queue_job
    where uuid = any($1::text[])`;

export const WAITING_STATES = `state in ('pending', 'wait_dependencies')`;

/** How many waiting jobs the server believes there are. */
export const EXPECTED_WAITING = `
  explain (format json) select 1 from queue_job where ${WAITING_STATES}`;

/**
 * Jobs that take a place, and failed ones where a failure blocks: $1 names of sequential channels.
 */
export function countedJobs(generation: KnownGeneration): string {
  const channel = channelOrRoot(generation);
  return `state in ('enqueued', 'started') or (state = 'failed' and ${channel} = any($1::text[]))`;
}

/**
 * How many failed, where only the number matters: $1 names of sequential channels, $2 how many
 * channels are wanted at most, those with the most of them.
 */
export function failedCounts(generation: KnownGeneration): string {
  const channel = channelOrRoot(generation);
  return `
  select ${channel} as channel, count(*)::float8 as count from queue_job
  where state = 'failed' and ${channel} <> all($1::text[])
  group by 1 order by 2 desc limit $2::int`;
}

export function channelOrRoot(generation: KnownGeneration): string {
  return generation.columns.has("channel") ? "coalesce(channel, 'root')" : "'root'::varchar";
}

/** Only on the backend whose process id this placeholder has; null is any. */
export function onBackend(placeholder: number): string {
  return `pg_backend_pid() = coalesce($${placeholder}::int, pg_backend_pid())`;
}

/**
 * Claims jobs: $1 uuids, $2 our backend, $3 the date of enqueueing in seconds, known to us so that
 * we recognize our own claim when its answer is lost. A row that a transaction of Odoo holds is
 * passed over instead of waited for.
 *
 * It is planned once, maybe when the table was empty, and must be right when millions wait. So it
 * leaves no choice: rows are found by uuid, as `is true` keeps PostgreSQL from the index on `state`
 * and no order is wanted, and changed by id, without a join.
 */
export const CLAIM = `
  update queue_job
  set state = 'enqueued', date_enqueued = to_timestamp($3::float8) at time zone 'utc'
  where id = any(array(
    select id from queue_job
    where uuid = any($1::text[]) and (state = 'pending') is true and ${onBackend(2)}
    for update skip locked
  )) and (state = 'pending') is true
  returning uuid`;

/**
 * Puts back what no request is about: $1 uuids, $2 our backend, $3 when we enqueued each, in
 * seconds. A row that another runner has enqueued since has another date. Planned as a claim is.
 */
export const PUT_BACK = `
  update queue_job set state = 'pending', date_enqueued = null, date_started = null
  where id = any(array(
    select job.id from queue_job job
    join unnest($1::text[], $3::float8[]) as claim(uuid, seconds) on job.uuid = claim.uuid
      and job.date_enqueued = to_timestamp(claim.seconds) at time zone 'utc'
    where job.uuid = any($1::text[]) and (job.state = 'enqueued') is true and ${onBackend(2)}
    for update of job skip locked
  )) and (state = 'enqueued') is true
  returning uuid`;

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
