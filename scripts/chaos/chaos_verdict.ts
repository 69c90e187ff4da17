import { type Evidence, judge } from "../demo/judge.ts";
import type { JobRequests } from "../demo/request_log.ts";

export interface ChaosEvidence extends Omit<Evidence, "requests"> {
  /** What the Odoos have run. */
  readonly runs: readonly Readonly<JobRequests>[];
  /** What each runner has asked for, counted where its requests arrive. */
  readonly asked: readonly (readonly Readonly<JobRequests>[])[];
}

/** A sentence for each fault of the runners. */
export interface ChaosVerdict {
  readonly lost: readonly string[];
  readonly doubleRuns: readonly string[];
  readonly overCapacity: readonly string[];
  readonly outOfOrder: readonly string[];
}

/**
 * Judges what two runners did from what they were seen to do, as the demo's judge does. A runner
 * that is frozen or killed while it asks for a job may be followed by another that asks for it too:
 * that is no fault unless the job is run twice. Two requests of one runner are.
 */
export function chaosVerdict(evidence: ChaosEvidence): ChaosVerdict {
  const verdict = judge({ ...evidence, requests: evidence.runs.map(asIfAskedOnce) });
  const asked = evidence.asked.flat().filter(({ maxOpen }) => maxOpen > 1);
  return {
    lost: [...verdict.lost, ...verdict.wrongEnds],
    doubleRuns: [
      ...verdict.doubleRuns,
      ...asked.map(({ job, maxOpen }) =>
        `${job.database}/${job.uuid}: one runner had ${maxOpen} requests open at once`
      ),
    ],
    overCapacity: verdict.overCapacity,
    outOfOrder: [...verdict.outOfOrder, ...verdict.early],
  };
}

function asIfAskedOnce(requests: Readonly<JobRequests>): JobRequests {
  return { ...requests, maxOpen: 1 };
}
