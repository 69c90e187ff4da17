import type { JobNotice, JobStateName } from "../../src/scheduler/mod.ts";
import type { HostDatabase } from "./host_databases.ts";
import type { JobKind } from "./job_kinds.ts";

/** What a job is made of; what will become of it is settled when it comes. */
export interface JobPlan {
  readonly database: HostDatabase;
  readonly kind: JobKind;
  readonly createdMs: number;
  readonly priority: number;
  readonly etaMs: number | null;
  /** Of each of its runs. */
  readonly durationMs: number;
  /** How many runs ask for another. */
  readonly retries: number;
  readonly isFailing: boolean;
}

/** A job of the simulated host; as it is, it is the notice of its row. */
export class HostJob implements JobNotice {
  readonly database: string;
  readonly uuid: string;
  readonly channel: string | null;
  readonly createdMs: number;
  readonly priority: number;
  etaMs: number | null;
  state: JobStateName = "pending";
  runs = 0;
  retriesLeft: number;
  isFailing: boolean;
  /** Since when it could run, but for the channels. */
  dueMs: number;
  /** When something happens to it: its run ends, someone requeues it. */
  nextMs = Infinity;
  /** In the agenda. */
  position = -1;

  constructor(readonly plan: JobPlan, readonly sequence: number) {
    this.database = plan.database.name;
    this.uuid = uuidOf(sequence);
    this.channel = plan.database.channelOf.get(plan.kind)!;
    this.createdMs = plan.createdMs;
    this.priority = plan.priority;
    this.etaMs = plan.etaMs;
    this.retriesLeft = plan.retries;
    this.isFailing = plan.isFailing;
    this.dueMs = Math.max(plan.createdMs, plan.etaMs ?? 0);
  }
}

const EIGHT_DIGITS = 0x10000000;

/** The uuid of a job: scattered as real ones are, but for its end, which is the job's sequence. */
function uuidOf(sequence: number): string {
  const scattered = EIGHT_DIGITS | (Math.imul(sequence, 0x9e3779b1) >>> 5);
  const end = EIGHT_DIGITS | sequence;
  return `${scattered.toString(16)}-0000-4000-8000-0000${end.toString(16)}`;
}

/** The sequence of the job that has this uuid. */
export function sequenceOf(uuid: string): number {
  return Number.parseInt(uuid.slice(28), 16) ^ EIGHT_DIGITS;
}
