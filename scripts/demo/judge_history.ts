import type { Sql } from "./postgres_server.ts";

/** One change of a job's state, as its row saw it. `null`: the row did not exist. */
export interface StateChange {
  readonly database: string;
  readonly uuid: string;
  /** Full name, as in `root.mail`. */
  readonly channel: string;
  readonly sequence: number;
  readonly priority: number;
  readonly createdMs: number;
  readonly etaMs: number | null;
  readonly oldState: string | null;
  readonly newState: string | null;
  /** PostgreSQL's clock when the row was written; the same for all databases of a server. */
  readonly atMs: number;
  /** Order within one database. */
  readonly id: number;
  /** What was written together has one number, within one database. */
  readonly transaction: number;
}

/** Makes a trigger of our own write every change of state down, whoever makes it. */
export async function installHistory(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create table judge_history (
      id bigserial primary key,
      at timestamptz not null default clock_timestamp(),
      transaction bigint not null default txid_current(),
      uuid varchar not null,
      old_state varchar,
      new_state varchar,
      job jsonb not null
    );
    create function judge_history_note() returns trigger language plpgsql as $note$
    declare
      job queue_job := coalesce(new, old);
    begin
      insert into judge_history (uuid, old_state, new_state, job) values (
        job.uuid, old.state, new.state,
        jsonb_build_object('id', job.id, 'channel', to_jsonb(job) -> 'channel',
          'priority', job.priority, 'created', job.date_created, 'eta', job.eta));
      return null;
    end
    $note$;
    create trigger judge_history after insert or update of state or delete on queue_job
      for each row execute procedure judge_history_note();`);
}

/** Everything that was written down in one database, in the order of writing. */
export async function readHistory(sql: Sql, database: string): Promise<StateChange[]> {
  const rows = await sql<
    (Omit<StateChange, "database" | "channel"> & { channel: string | null })[]
  >`
    select id::float8, transaction::float8, uuid, old_state as "oldState", new_state as "newState",
           (extract(epoch from at) * 1000)::float8 as "atMs",
           (job ->> 'id')::float8 as sequence, job ->> 'channel' as channel,
           coalesce((job ->> 'priority')::integer, 10) as priority,
           coalesce((extract(epoch from (job ->> 'created')::timestamp) * 1000)::float8,
             '-infinity') as "createdMs",
           (extract(epoch from (job ->> 'eta')::timestamp) * 1000)::float8 as "etaMs"
    from judge_history order by id`;
  return rows.map((row) => ({ ...row, database, channel: fullName(row.channel) }));
}

function fullName(channel: string | null): string {
  if (channel === null || channel === "" || channel === "root") return "root";
  return channel.startsWith("root.") ? channel : `root.${channel}`;
}
