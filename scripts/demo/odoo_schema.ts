import type { OdooGeneration } from "./odoo_generations.ts";
import type { Sql } from "./postgres_server.ts";

export { generationNamed, GENERATIONS, type OdooGeneration } from "./odoo_generations.ts";

export interface InstallOptions {
  /** As in `ir_module_module.state`: `to upgrade` while Odoo upgrades it. Default `installed`. */
  readonly state?: "installed" | "to upgrade" | "uninstalled";
  /** 8.0 without the column `channel`: the connector before it had channels. Default true. */
  readonly hasChannelColumn?: boolean;
}

/**
 * Makes an empty database look like one of Odoo with the add-on of this generation: its module row,
 * its tables with the columns and indexes Odoo gives them, and from 12.0 on its trigger.
 */
export async function installAddon(
  sql: Sql,
  generation: OdooGeneration,
  options: InstallOptions = {},
): Promise<void> {
  await sql.unsafe(addonSql(generation, options));
}

/** A database of Odoo where the add-on is known but not installed. */
export async function installOdooOnly(sql: Sql): Promise<void> {
  await sql.unsafe(MODULE_TABLE + moduleRows("queue_job", "uninstalled", null));
}

/** The same as one text, for `psql`. */
export function addonSql(generation: OdooGeneration, options: InstallOptions = {}): string {
  const state = options.state ?? "installed";
  return [
    MODULE_TABLE,
    moduleRows(generation.addon, state, generation.addonVersion),
    generation.hasActiveColumn ? WORKER_TABLE : "",
    jobTable(generation, options.hasChannelColumn ?? true),
    generation.hasLockTable ? LOCK_TABLE : "",
    generation.triggerMadeBy === "addon" ? ADDON_TRIGGER : "",
  ].join("\n");
}

const MODULE_TABLE = `
  create table ir_module_module (
    id serial primary key,
    name varchar not null unique,
    state varchar,
    latest_version varchar,
    author varchar,
    website varchar,
    demo boolean
  );
  create index ir_module_module_state_index on ir_module_module (state);`;

function moduleRows(addon: string, state: string, version: string | null): string {
  const latest = version === null ? "null" : `'${version}'`;
  const series = version?.split(".").slice(0, 2).join(".") ?? "16.0";
  return `
  insert into ir_module_module (name, state, latest_version, demo) values
    ('base', 'installed', '${series}.1.3', false),
    ('web', 'installed', '${series}.1.0', false),
    ('${addon}', '${state}', ${latest}, false);`;
}

/** The workers of 8.0's own "Enqueue Jobs" mechanism. */
const WORKER_TABLE = `
  create table queue_worker (
    id serial primary key,
    uuid varchar not null,
    pid varchar not null,
    date_start timestamp,
    date_alive timestamp
  );`;

function jobTable(generation: OdooGeneration, hasChannelColumn: boolean): string {
  const columns = [
    "id serial primary key",
    "create_uid integer, write_uid integer, create_date timestamp, write_date timestamp",
    "uuid varchar not null",
    "name varchar",
    "func_string varchar",
    "model_name varchar",
    "user_id integer not null default 1, company_id integer",
    "state varchar not null",
    "priority integer",
    "exc_info text",
    "result text",
    "date_created timestamp, date_started timestamp, date_enqueued timestamp, date_done timestamp",
    "eta timestamp",
    "retry integer, max_retries integer",
    ...when(hasChannelColumn, "channel varchar"),
    ...addonColumns(generation),
  ];
  const indexed = ["uuid", "state", ...when(generation.addon === "queue_job", "channel")];
  return [
    `create table queue_job (\n    ${columns.join(",\n    ")}\n  );`,
    ...indexed.map((name) => `create index queue_job_${name}_index on queue_job (${name});`),
    ...when(generation.addon === "queue_job", IDENTITY_INDEX),
  ].map((line) => "  " + line).join("\n");
}

function addonColumns(generation: OdooGeneration): readonly string[] {
  if (generation.addon === "connector") {
    return [
      "func bytea",
      "job_function_id integer",
      ...when(generation.hasActiveColumn, "active boolean, worker_id integer"),
    ];
  }
  return [
    "method_name varchar, records text, args text, kwargs text, job_function_id integer",
    "identity_key varchar",
    ...when(generation.hasExceptionColumns, "exc_name varchar, exc_message varchar"),
    ...when(generation.hasExceptionColumns, "exec_time double precision, worker_pid integer"),
    ...when(generation.hasDependencies, "dependencies text, graph_uuid varchar"),
    ...when(generation.hasDependencies, "date_cancelled timestamp"),
  ];
}

function when(condition: boolean, item: string): readonly string[] {
  return condition ? [item] : [];
}

const IDENTITY_INDEX = `create index queue_job_identity_key_state_partial_index
    on queue_job (identity_key)
    where state in ('pending', 'enqueued') and identity_key is not null;`;

/**
 * One row for each job that ever started: its worker keeps it locked for as long as the job runs.
 */
const LOCK_TABLE = `
  create table queue_job_lock (
    id serial primary key,
    queue_job_id integer not null references queue_job (id) on delete cascade
  );
  create index queue_job_lock_queue_job_id_index on queue_job_lock (queue_job_id);`;

const ADDON_TRIGGER = `
  create function queue_job_notify() returns trigger language plpgsql as $notify$
  begin
    if tg_op = 'DELETE' then
      if old.state <> 'done' then
        perform pg_notify('queue_job', old.uuid);
      end if;
    else
      perform pg_notify('queue_job', new.uuid);
    end if;
    return null;
  end
  $notify$;
  create trigger queue_job_notify
    after insert or update or delete on queue_job
    for each row execute procedure queue_job_notify();`;
