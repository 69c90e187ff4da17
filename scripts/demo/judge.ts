import type { StateChange } from "./judge_history.ts";
import type { JobRequests } from "./request_log.ts";
import { ChannelWatch, type DatabaseEvent, type JudgedChannel } from "./judge_channels.ts";
import { JobWatch } from "./judge_job.ts";
import { OrderWatch } from "./judge_order.ts";

export type { JudgedChannel } from "./judge_channels.ts";

/** How a job was meant to end. */
export interface PlannedJob {
  readonly database: string;
  readonly uuid: string;
  readonly outcome: "done" | "failed";
  /** What users made of it is as good; null: deleted. */
  readonly mayAlsoEnd?: readonly (string | null)[];
}

export interface Evidence {
  readonly history: readonly StateChange[];
  readonly requests: readonly Readonly<JobRequests>[];
  readonly planned: readonly PlannedJob[];
  readonly channels: readonly JudgedChannel[];
  /** Rows that others held or wrote, as `database/uuid`: of their turn nothing can be said. */
  readonly disturbed?: ReadonlySet<string>;
  /** From then on nobody served the database: what ran there then is counted by none. */
  readonly unserved?: readonly DatabaseEvent[];
  /** A runner connected anew, and read what had come while it did not hear. */
  readonly reread?: readonly DatabaseEvent[];
}

/** Each list holds one sentence a fault. */
export interface Verdict {
  readonly jobs: number;
  /** Planned jobs whose rows are `failed` in the end. */
  readonly failed: number;
  /** Jobs that never ended. */
  readonly lost: readonly string[];
  /** Jobs that ended otherwise than planned. */
  readonly wrongEnds: readonly string[];
  /**
   * Jobs that were run again without a legitimate way back to `pending`, or by two workers at once.
   */
  readonly doubleRuns: readonly string[];
  /** Jobs with two requests open at the same time. */
  readonly doubleRequests: readonly string[];
  readonly overCapacity: readonly string[];
  /** Jobs that were taken before an earlier one of their channel. */
  readonly outOfOrder: readonly string[];
  /** Jobs that ran before their eta. */
  readonly early: readonly string[];
  /** The most jobs `enqueued` or `started` at one time, in the channel and all below it. */
  readonly maxRunningByChannel: Readonly<Record<string, number>>;
}

/**
 * Says what went wrong, from outside: from what the rows themselves went through and from requests
 * counted where they arrived. It knows nothing of the runner and asks it nothing.
 */
export function judge(evidence: Evidence): Verdict {
  const jobs = new Map<string, JobWatch>();
  const channels = new ChannelWatch(evidence.channels, evidence.unserved);
  const order = new OrderWatch(evidence.channels, evidence.disturbed, evidence.reread);
  // Databases of one server share its clock.
  const history = [...evidence.history].sort((a, b) => a.atMs - b.atMs || a.id - b.id);
  for (const change of history) {
    const name = nameOf(change);
    const job = jobs.get(name) ?? new JobWatch(name);
    jobs.set(name, job);
    job.note(change);
    channels.note(change, name);
    order.note(change, name);
  }
  for (const requests of evidence.requests) jobs.get(nameOf(requests.job))?.compare(requests);

  const watched = [...jobs.values()];
  const ends = evidence.planned.map((plan) => endOf(plan, jobs.get(nameOf(plan))));
  return {
    jobs: evidence.planned.length,
    failed: evidence.planned.filter((plan) => jobs.get(nameOf(plan))?.state === "failed").length,
    lost: ends.flatMap(({ lost }) => lost),
    wrongEnds: ends.flatMap(({ wrong }) => wrong),
    doubleRuns: watched.flatMap((job) => job.doubleRuns),
    doubleRequests: evidence.requests.filter(({ maxOpen }) => maxOpen > 1).map(({ job, maxOpen }) =>
      `${nameOf(job)}: ${maxOpen} requests were open at once`
    ),
    overCapacity: channels.overCapacity,
    outOfOrder: order.outOfOrder,
    early: watched.flatMap((job) => job.early),
    maxRunningByChannel: channels.maxRunning,
  };
}

/** All faults of a verdict as sentences, the worst first. */
export function faultsOf(verdict: Verdict): readonly string[] {
  return [
    ...verdict.doubleRuns,
    ...verdict.lost,
    ...verdict.wrongEnds,
    ...verdict.overCapacity,
    ...verdict.doubleRequests,
    ...verdict.outOfOrder,
    ...verdict.early,
  ];
}

function nameOf(job: { readonly database: string; readonly uuid: string }): string {
  return `${job.database}/${job.uuid}`;
}

function endOf(
  plan: PlannedJob,
  job: JobWatch | undefined,
): { readonly lost: readonly string[]; readonly wrong: readonly string[] } {
  const name = nameOf(plan);
  if (job === undefined) return { lost: [`${name}: was never created`], wrong: [] };
  const { state } = job;
  if (state === plan.outcome || plan.mayAlsoEnd?.includes(state)) return { lost: [], wrong: [] };
  if (state === "done" || state === "failed" || state === "cancelled") {
    return { lost: [], wrong: [`${name}: ended ${state}, planned was ${plan.outcome}`] };
  }
  return { lost: [`${name}: never ended, its row is ${state ?? "gone"}`], wrong: [] };
}
