import type { DemoOptions } from "./demo_options.ts";
import { faultsOf, type JudgedChannel, type Verdict } from "./judge.ts";
import type { StateChange } from "./judge_history.ts";
import type { JobRequests } from "./request_log.ts";

/** What the demo says at its end, in JSON with `--json`. */
export interface Summary extends Readonly<Disturbances> {
  /** Nothing was lost, run twice, over capacity or otherwise than planned. */
  readonly ok: boolean;
  readonly jobs: number;
  readonly seconds: number;
  readonly jobsPerSecond: number;
  readonly maxRunningByChannel: Readonly<Record<string, number>>;
  readonly doubleRuns: number;
  readonly doubleRequests: number;
  readonly lost: number;
  /** Not over yet when the demo was interrupted. */
  readonly unfinished: number;
  readonly wrongEnds: number;
  readonly overCapacity: number;
  readonly outOfOrder: number;
  readonly early: number;
  readonly done: number;
  readonly failed: number;
  readonly retries: number;
  readonly requests: number;
  readonly generation: string;
  readonly databases: number;
  readonly workers: number;
}

/** What came from outside while the demo ran. */
export interface Disturbances {
  runnerRestarts: number;
  workerDeaths: number;
  /** Jobs that failed because their own connection was terminated. */
  requeuedByUser: number;
  /** Jobs of dead workers, on generations where the runner cannot know. */
  putBackByAdministrator: number;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly history: readonly StateChange[];
  readonly requests: readonly Readonly<JobRequests>[];
  readonly disturbances: Disturbances;
  readonly isComplete: boolean;
}

export function summaryOf(options: DemoOptions, outcome: Outcome): Summary {
  const { verdict, history, requests, disturbances, isComplete } = outcome;
  const judged = isComplete ? verdict : { ...verdict, lost: [] };
  const unfinished = isComplete ? 0 : verdict.lost.length;
  const seconds = secondsOf(history);
  const ended = verdict.jobs - verdict.lost.length;
  const failed = verdict.failed;
  return {
    ok: faultsOf(judged).length === 0,
    jobs: verdict.jobs,
    seconds: round(seconds, 100),
    jobsPerSecond: seconds === 0 ? 0 : round(ended / seconds, 10),
    maxRunningByChannel: verdict.maxRunningByChannel,
    doubleRuns: verdict.doubleRuns.length,
    doubleRequests: verdict.doubleRequests.length,
    lost: judged.lost.length,
    unfinished,
    wrongEnds: verdict.wrongEnds.length,
    overCapacity: verdict.overCapacity.length,
    outOfOrder: verdict.outOfOrder.length,
    early: verdict.early.length,
    done: ended - failed,
    failed,
    retries: history.filter(isReturn).length,
    requests: requests.reduce((sum, { arrivals }) => sum + arrivals, 0),
    ...disturbances,
    generation: options.generation.name,
    databases: options.databases,
    workers: options.workers,
  };
}

const FAULTS_SHOWN = 10;

export function summaryLines(
  summary: Summary,
  verdict: Verdict,
  channels: readonly JudgedChannel[],
): string[] {
  const faults = faultsOf(summary.unfinished > 0 ? { ...verdict, lost: [] } : verdict);
  const rows: readonly (readonly [string, string | number])[] = [
    ["ended as planned", `${summary.done + summary.failed - summary.wrongEnds} of ${summary.jobs}`],
    ["", `${summary.done} done, ${summary.failed} failed, ${summary.retries} retries on the way`],
    ["run twice", summary.doubleRuns],
    ["asked twice at once", summary.doubleRequests],
    ["lost", summary.lost],
    ["over capacity", summary.overCapacity],
    ["out of order", summary.outOfOrder],
    ["before their eta", summary.early],
    ["most at once", mostRunning(verdict, channels)],
    ...disturbanceRows(summary),
  ];
  return [
    `${summary.jobs} jobs in ${summary.seconds} s, ${summary.jobsPerSecond} a second`,
    ...rows.map(([name, value]) => `  ${name.padEnd(22)}${value}`),
    ...(faults.length === 0 ? [] : ["Faults"]),
    ...faults.slice(0, FAULTS_SHOWN).map((fault) => `  ${fault}`),
    ...(faults.length > FAULTS_SHOWN ? [`  and ${faults.length - FAULTS_SHOWN} more`] : []),
    "Judged by what a trigger of the demo's own wrote down in each database, and by requests",
    "counted where they arrived: not by what the runner says.",
  ];
}

function mostRunning(verdict: Verdict, channels: readonly JudgedChannel[]): string {
  return Object.entries(verdict.maxRunningByChannel).map(([name, running]) => {
    const capacity = channels.find((channel) => channel.name === name)?.capacity ?? null;
    const shortName = name === "root" ? name : name.slice("root.".length);
    return `${shortName} ${running}${capacity === null ? "" : ` of ${capacity}`}`;
  }).join(", ");
}

/** Named only when they happened. */
function disturbanceRows(summary: Summary): readonly (readonly [string, number])[] {
  const rows = [
    ["unfinished", summary.unfinished],
    ["runner started again", summary.runnerRestarts],
    ["workers that died", summary.workerDeaths],
    ["requeued by a user", summary.requeuedByUser],
    ["put back by hand", summary.putBackByAdministrator],
  ] as const;
  return rows.filter(([, count]) => count > 0);
}

/** From the first job that was taken to the last that ended. */
function secondsOf(history: readonly StateChange[]): number {
  let firstMs = Infinity;
  let lastMs = -Infinity;
  for (const { newState, atMs } of history) {
    if (newState === "enqueued") firstMs = Math.min(firstMs, atMs);
    if (newState === "done" || newState === "failed") lastMs = Math.max(lastMs, atMs);
  }
  return lastMs > firstMs ? (lastMs - firstMs) / 1000 : 0;
}

function isReturn({ oldState, newState }: StateChange): boolean {
  return oldState === "started" && newState === "pending";
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
