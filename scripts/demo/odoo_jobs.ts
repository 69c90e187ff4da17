import { randomUUID } from "node:crypto";
import type { OdooGeneration } from "./odoo_generations.ts";
import type { Sql } from "./postgres_server.ts";

/** A job as a test or the demo wishes it; what is left out is as Odoo leaves it. */
export interface NewJob {
  readonly uuid?: string;
  /** Null or left out: root. */
  readonly channel?: string | null;
  /** Default 10. */
  readonly priority?: number | null;
  /** How far in the future the job is due; negative: already. */
  readonly etaInMs?: number | null;
  /** Default pending. */
  readonly state?: string;
  /** Default 5. */
  readonly maxRetries?: number;
  /** What the stand-in makes of it; see `JobPlan`. */
  readonly plan?: Partial<JobPlan>;
}

/**
 * What a job does when the stand-in runs it. Kept beside Odoo's table, where a real job has its
 * code.
 */
export interface JobPlan {
  /** How long the job works. Default 0. */
  readonly workMs: number;
  /** How often it is put back with an eta before it ends. Default 0. */
  readonly retries: number;
  /** How far in the future each of these etas is. Default 100. */
  readonly retryInMs: number;
  readonly outcome: "done" | "failed";
}

/** Jobs without a row here do nothing and are done. */
export async function createPlanTable(sql: Sql): Promise<void> {
  await sql`
    create table if not exists stand_in_plan (
      uuid varchar primary key,
      work_ms float8 not null default 0,
      retries integer not null default 0,
      retry_in_ms float8 not null default 100,
      outcome varchar not null default 'done'
    )`;
}

/**
 * Adds jobs as Odoo does, all in one transaction and in this order, and answers their uuids.
 * Plans need `createPlanTable` first.
 */
export async function addJobs(
  sql: Sql,
  generation: OdooGeneration,
  jobs: readonly NewJob[],
): Promise<string[]> {
  const rows = jobs.map((job) => ({ priority: 10, ...job, uuid: job.uuid ?? randomUUID() }));
  const columns: Record<string, string> = {
    ...COLUMNS,
    // A database of 8.0 may lack the column: named only when it is wished for.
    ...(rows.some((row) => row.channel !== undefined) ? { channel: "channel" } : {}),
    ...(generation.hasActiveColumn ? { active: "true" } : {}),
  };
  const hasPlans = rows.some((row) => row.plan !== undefined);
  await sql.unsafe(
    `with job as materialized (select * from json_to_recordset($1::text::json) as (${JOB_FIELDS}))
     ${hasPlans ? `, planned as (${INSERT_PLANS})` : ""}
     insert into queue_job (${Object.keys(columns).join(", ")})
     select ${Object.values(columns).join(", ")} from job`,
    [JSON.stringify(rows)],
  );
  return rows.map((row) => row.uuid);
}

const UTC_NOW = "(now() at time zone 'utc')";

const JOB_FIELDS = `
  uuid varchar, channel varchar, priority integer, "etaInMs" float8, state varchar,
  "maxRetries" integer, plan json`;

const COLUMNS: Readonly<Record<string, string>> = {
  uuid: "uuid",
  name: "'res.partner.export_record'",
  model_name: "'res.partner'",
  state: "coalesce(state, 'pending')",
  priority: "priority",
  retry: "0",
  max_retries: `coalesce("maxRetries", 5)`,
  create_date: UTC_NOW,
  date_created: UTC_NOW,
  date_enqueued: `case when state in ('enqueued', 'started') then ${UTC_NOW} end`,
  date_started: `case when state = 'started' then ${UTC_NOW} end`,
  eta: `${UTC_NOW} + "etaInMs" * interval '1 millisecond'`,
};

const INSERT_PLANS = `
  insert into stand_in_plan (uuid, work_ms, retries, retry_in_ms, outcome)
  select uuid, coalesce((plan->>'workMs')::float8, 0), coalesce((plan->>'retries')::integer, 0),
         coalesce((plan->>'retryInMs')::float8, 100), coalesce(plan->>'outcome', 'done')
  from job where plan is not null`;
