import process from "node:process";
import type { TakenWaits } from "../scheduler/mod.ts";
import type { RunnerStatus } from "../status.ts";
import { channelFamilies, jobsOf } from "./channel_families.ts";
import { databaseFamilies } from "./database_families.ts";
import type { Recorder } from "./recorder.ts";
import { counter, type Distribution, type Family, gauge, histogram, labelled } from "./sample.ts";

/** Waits are shown from 256 ms, below which Odoo's dates say nothing, to 4.7 hours. */
const FIRST_WAIT_CLASS = 8;
const LAST_WAIT_CLASS = 24;

/** All that is measured, by its name. What is there now comes from the status, as it is asked. */
export function familiesOf(status: RunnerStatus, recorder: Recorder): Family[] {
  return [
    ...channelFamilies(status.channels, status.nowMs),
    ...jobFamilies(status, recorder),
    ...databaseFamilies(status.databases, status.nowMs),
    ...workFamilies(recorder),
    ...runnerFamilies(status),
    ...familiesOfProcess(status),
  ];
}

function jobFamilies(status: RunnerStatus, recorder: Recorder): Family[] {
  const { channels, inFlight, takenWaits } = status;
  return [
    gauge(
      "queue_job_jobs_to_do",
      "Jobs that are not over, the running and failed ones too",
      channels.reduce((sum, it) => sum + jobsOf(it), 0),
    ),
    counter(
      "queue_job_jobs_scheduled_total",
      "Jobs that Odoo was asked to run",
      labelled("db", recorder.askedJobs.entries()),
    ),
    counter(
      "queue_job_dead_jobs_requeued_total",
      "Jobs found dead, and put back or failed",
      labelled("db", recorder.deadJobs.entries()),
    ),
    gauge(
      "odoo_jobrunner_jobs_in_flight",
      "Jobs in the runner's hands, by state",
      labelled("state", Object.entries(inFlight)),
    ),
    histogram(
      "odoo_jobrunner_job_wait_seconds",
      "How long jobs had waited when they were taken, since they were created or due",
      waitsOf(takenWaits),
    ),
    histogram(
      "odoo_jobrunner_commit_to_decision_seconds",
      "From when the runner hears of a change (not from its commit) to the decision that knows it",
      recorder.toDecision,
    ),
    histogram(
      "odoo_jobrunner_decision_to_answer_seconds",
      "From the decision to run a job to the end of its request to Odoo",
      recorder.toAnswer,
    ),
  ];
}

function workFamilies(recorder: Recorder): Family[] {
  return [
    counter(
      "odoo_jobrunner_requests_total",
      "Requests to Odoo that are over, by outcome",
      labelled("outcome", recorder.outcomes.entries()),
    ),
    counter("odoo_jobrunner_decisions_total", "Decisions", recorder.decisionCount),
    counter(
      "odoo_jobrunner_notifications_total",
      "Notifications of changes that were heard",
      recorder.notificationCount,
    ),
    counter(
      "odoo_jobrunner_statements_total",
      "SQL statements about jobs that were answered, by kind",
      labelled("kind", recorder.statements.entries()),
    ),
    counter(
      "odoo_jobrunner_statement_jobs_total",
      "Jobs that these statements were about: by statements, how large the batches are",
      labelled("kind", recorder.statementJobs.entries()),
    ),
    counter(
      "odoo_jobrunner_database_reconnects_total",
      "Sessions with databases that were lost or could not be made",
      labelled("db", recorder.reconnects.entries()),
    ),
  ];
}

function runnerFamilies({ phase, odoo, scheduler }: RunnerStatus): Family[] {
  return [
    gauge("odoo_jobrunner_leader", "1 while this runner leads", Number(phase === "running")),
    gauge("odoo_jobrunner_odoo_up", "1 while Odoo can be reached", Number(odoo.open)),
    gauge(
      "odoo_jobrunner_odoo_waiting_jobs",
      "Jobs that Odoo was asked for and has not begun with, as when no worker is free",
      odoo.waiting,
    ),
    gauge(
      "odoo_jobrunner_scheduler_deciding",
      "1 while the scheduler decides on all jobs; 0 when it is full, or to be made anew",
      Number(scheduler.state === "deciding"),
    ),
    gauge("odoo_jobrunner_scheduler_jobs", "Jobs that the scheduler knows", scheduler.jobs),
    gauge(
      "odoo_jobrunner_scheduler_memory_bytes",
      "Size of the scheduler's memory; it never shrinks",
      scheduler.memoryBytes,
    ),
    counter(
      "odoo_jobrunner_scheduler_traps_total",
      "How often the scheduler was made anew after a bug",
      scheduler.trapCount,
    ),
  ];
}

function familiesOfProcess({ version, startedMs }: RunnerStatus): Family[] {
  const { user, system } = process.cpuUsage();
  const runtime = "deno" in process.versions ? "deno" : "node";
  return [
    gauge("odoo_jobrunner_build_info", "Always 1: what runs", [
      { labels: { version, runtime, runtime_version: process.versions[runtime]! }, value: 1 },
    ]),
    gauge("process_start_time_seconds", "When the runner was started", startedMs / 1000),
    counter("process_cpu_seconds_total", "Time that the process computed", (user + system) / 1e6),
    gauge("process_resident_memory_bytes", "Memory of the process", process.memoryUsage().rss),
  ];
}

function waitsOf({ counts, totalMs }: TakenWaits): Distribution {
  const classes = Array.from({ length: LAST_WAIT_CLASS + 1 }, (_, it) => it);
  const sum = (from: number, to?: number) => counts.slice(from, to).reduce((a, b) => a + b, 0);
  const shown = classes.slice(FIRST_WAIT_CLASS);
  const [first, ...others] = shown;
  return {
    boundsMs: shown.map((it) => 2 ** it),
    counts: [
      sum(0, first! + 1),
      ...others.map((it) => counts[it] ?? 0),
      sum(LAST_WAIT_CLASS + 1),
    ],
    sumMs: totalMs,
  };
}
