import { type ChannelStatus, fullChannelName, isJobStateName } from "../../../src/scheduler/mod.ts";
import type { History } from "./history.ts";
import { isCounted, type JobTable, type TableJob } from "./job_table.ts";
import { Violation } from "./violation.ts";

/** All backoffs and graces are over long before. */
const REST_MS = 60 * 60_000;
const CURE_INTERVAL_MS = 2 * 60_000;
/**
 * After all seems over, this shows whether it stays so. Three databases that are read anew every
 * two minutes leave no longer time between them for certain than a third of that.
 */
const CALM_MS = 30_000;
const STEPS_MAX = 20_000;

/** Lets a history end without faults, and checks what must be so then. */
export async function comeToRest(history: History): Promise<void> {
  const { clock } = history;
  history.calm();
  const endMs = clock.nowMs() + REST_MS;
  let curedMs = clock.nowMs();
  let calmMs = Infinity;
  let seenMs = clock.nowMs();
  for (let steps = 0; clock.nowMs() < endMs && clock.nowMs() < calmMs + CALM_MS; steps++) {
    if (steps > STEPS_MAX) throw new Violation(`the runner finds no rest: ${complaintOf(history)}`);
    await history.step(history.quietEvents());
    if (clock.nowMs() > curedMs + CURE_INTERVAL_MS) {
      curedMs = clock.nowMs();
      history.outsiders.cure((table, job) => isHopeless(history, table, job));
    }
    // What is being done at one instant says nothing: time goes on when all of it is done.
    if (clock.nowMs() === seenMs) continue;
    seenMs = clock.nowMs();
    if (complaintOf(history) !== null) calmMs = Infinity;
    else calmMs = Math.min(calmMs, seenMs);
  }
  const complaint = complaintOf(history);
  if (complaint !== null) throw new Violation(complaint);
}

/** What is not as it must be at rest. */
function complaintOf(history: History): string | null {
  const { runner, odoo } = history;
  for (const { turn, table } of runner.links) {
    if (turn.phase !== "ready") return `${table.database} is ${turn.phase}`;
    const [inHand] = turn.inFlight.all();
    if (inHand) return `${table.database}/${inHand.uuid} is still ${inHand.state}`;
  }
  const [request] = odoo.requests;
  if (request) return `${request.name} is still in Odoo`;
  for (const table of history.tables) {
    const job = table.all().find((it) => it.state === "pending" || isCounted(it));
    if (job) return `${table.database}/${job.uuid} is lost: ${job.state}`;
  }
  return differentCount(history);
}

/**
 * Nobody can know that it is dead or what its state means, or it blocks all others: only a user can
 * help.
 */
function isHopeless({ odoo, runner, auditor }: History, table: JobTable, job: TableJob): boolean {
  if (job.state === "failed") return auditor.rules.isSequential(job.channel);
  if (!isJobStateName(job.state)) return true;
  if (odoo.of(table.database, job.uuid).length > 0) return false;
  if (runner.turnOf(table.database).inFlight.get(job.uuid)) return false;
  const { startGuard, hasJobLocks } = table.generation;
  if (job.state === "started") return !hasJobLocks || job.enqueuedMs === null;
  if (job.state !== "enqueued" || startGuard !== "none") return false;
  return job.enqueuedMs === null || auditor.isStranded(table, job.uuid);
}

/** The core's counts are the table's, of failed jobs only where a failure blocks. */
function differentCount({ tables, runner, auditor }: History): string | null {
  const expected = new Map<string, Record<Count, number>>();
  for (const job of tables.flatMap((it) => it.all())) {
    const count = countOf(job);
    if (count === null || (count === "failed" && !auditor.rules.isSequential(job.channel))) {
      continue;
    }
    const name = fullChannelName(job.channel);
    const counts = expected.get(name) ?? { ...NOTHING };
    counts[count]++;
    expected.set(name, counts);
  }
  const found = new Map(runner.scheduler.channels().map((it) => [it.name, it]));
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    const wanted = expected.get(name) ?? NOTHING;
    const got: Pick<ChannelStatus, Count> = found.get(name) ?? NOTHING;
    for (const count of COUNTS) {
      if (count === "failed" && !auditor.rules.isSequential(name)) continue;
      if (got[count] !== wanted[count]) {
        return `${name} has ${wanted[count]} ${count}, the core says ${got[count]}`;
      }
    }
  }
  return null;
}

const COUNTS = ["waiting", "running", "failed", "parked"] as const;
type Count = typeof COUNTS[number];
const NOTHING: Record<Count, number> = { waiting: 0, running: 0, failed: 0, parked: 0 };

function countOf(job: TableJob): Count | null {
  switch (job.state) {
    case "pending":
      return "waiting";
    case "enqueued":
    case "started":
      return "running";
    case "failed":
      return "failed";
    case "done":
    case "cancelled":
      return null;
    default:
      return "parked";
  }
}
