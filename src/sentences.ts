import type { ChannelStatus, KnownJob } from "./scheduler/mod.ts";
import type { SteeringStatus } from "./steering.ts";
import type { DatabaseState, InFlightCounts, RunnerPhase } from "./status.ts";
import type {
  ChannelReason,
  JobEvent,
  OperatorChange,
  Reason,
  RunningJob,
  ToldChange,
  ToldReason,
} from "./why.ts";

/** A reason with its sentence: all that is ever said of why jobs do not run stands here. */
export function told(reason: Reason, nowMs: number): ToldReason {
  return { ...reason, text: textOf(reason, nowMs) };
}

/** All reasons as one sentence about their subject, as in `job 1a2b of database shop`. */
export function sentenceOf(subject: string, reasons: readonly ToldReason[]): string {
  const texts = reasons.length === 0 ? ["nothing holds it back"] : reasons.map((it) => it.text);
  return `${subject}: ${texts.join("; ")}`;
}

function textOf(reason: Reason, nowMs: number): string {
  switch (reason.kind) {
    case "missing":
      return "the database has no such job";
    case "unreadable":
      return `its row cannot be read: ${reason.problem}`;
    case "over":
      return reason.sinceMs === null
        ? `it is ${reason.state}`
        : `it has been ${reason.state}${since(reason.sinceMs, nowMs)}`;
    case "jobFailed":
      return `it has failed${since(reason.sinceMs, nowMs)}` +
        (reason.error === null ? "" : `: ${reason.error}`);
    case "dependencies": {
      const [first] = reason.parents;
      const jobs = reason.open === 1 ? "1 job" : `${reason.open} jobs`;
      if (first === undefined) return "it waits for other jobs, which Odoo has to release";
      return `it waits for ${jobs} to be done, first ${first.uuid}, which is ${first.state}`;
    }
    case "oddState":
      return `it is "${reason.state}", a state that no version of the add-on knows`;
    case "inHands":
      return `${IN_HANDS[reason.state]}${since(reason.sinceMs, nowMs)}`;
    case "runs":
      return `Odoo runs it${since(reason.sinceMs, nowMs)}`;
    case "stranded":
      return `it is stranded, enqueued${since(reason.sinceMs, nowMs)}: nobody knows whether Odoo ` +
        "has it; when Odoo does not run it, requeue it by hand";
    case "suspectedDead":
      return `it is suspected dead, started${since(reason.sinceMs, nowMs)}: when Odoo does not ` +
        "run it, requeue it by hand";
    case "othersRequest":
      return `it was enqueued${since(reason.sinceMs, nowMs)}, and no request of this job runner ` +
        "is about it";
    case "runner":
      return RUNNER[reason.phase];
    case "database": {
      const why = reason.reason === null ? "" : `: ${reason.reason}`;
      return DATABASE[reason.state].replace(" …", since(reason.sinceMs, nowMs)) + why;
    }
    case "pausedBy": {
      const what = reason.name === null ? reason.what : `${reason.what} ${reason.name}`;
      return `${what} is paused by ${reason.by} since ${new Date(reason.sinceMs).toISOString()}`;
    }
    case "reading":
      return "the jobs of all databases are read first";
    case "scheduler":
      return reason.state === "trapped"
        ? `the scheduler waits to be made anew: ${reason.reason}`
        : `the scheduler has no room for more jobs: ${reason.reason}`;
    case "odoo":
      return `Odoo at ${reason.url} is away${since(reason.sinceMs, nowMs)}: ${reason.reason}`;
    case "backPressure":
      return `Odoo is asked for few jobs at once after it was away or overloaded, and ` +
        `${reason.waiting} wait for it`;
    case "unread":
      return "its row is newer than what the scheduler knows, and is read in a moment";
    case "next":
      return "it is its turn, and it is taken now";
    default:
      return waitText(reason, nowMs);
  }
}

/** What an operator has changed of a channel, with its sentence. */
export function toldChange(change: OperatorChange): ToldChange {
  const byWhom = `by ${change.by} since ${new Date(change.sinceMs).toISOString()}`;
  if (change.kind === "resumed") {
    return { ...change, text: `it is resumed ${byWhom}, and paused by the settings` };
  }
  const { capacity, configured } = change;
  const other = configured === undefined ? "" : `, and ${configured ?? "no limit"} by the settings`;
  return { ...change, text: `its capacity is ${capacity} ${byWhom}${other}` };
}

/** Whether a channel is paused, and what operators have changed of it, in a few words each. */
export function steeredNotes(
  channel: Pick<ChannelStatus, "name" | "paused">,
  steering: SteeringStatus,
): string[] {
  const { name, paused } = channel;
  const pausing = steering.paused.find((it) => it.what === "channel" && it.name === name);
  const resumed = steering.resumed.find((it) => it.name === name);
  const changed = steering.capacities.find((it) => it.channel === name);
  return [
    ...pausing ? [`paused by ${pausing.by}`] : paused ? ["paused"] : [],
    ...resumed ? [`resumed by ${resumed.by}, paused by the settings`] : [],
    ...changed ? [`capacity by ${changed.by}`] : [],
  ];
}

/** What has happened to a job, for people. */
export function eventText(event: JobEvent, detail: string | null): string {
  return EVENTS[event] + (detail === null ? "" : `: ${detail}`);
}

const EVENTS: Readonly<Record<JobEvent, string>> = {
  taken: "taken: its turn had come",
  notClaimed: "not claimed",
  unsure: "its database was lost while it was claimed",
  asked: "Odoo was asked for it",
  begun: "Odoo had begun with it",
  answered: "the request was over",
  putBack: "put back to pending",
  foundDead: "found dead, and set back",
};

/** What the scheduler says. */
function waitText(reason: ChannelReason, nowMs: number): string {
  switch (reason.kind) {
    case "eta":
      return `it waits for its eta, ${until(reason.untilMs, nowMs)}`;
    case "paused":
      return `channel ${reason.channel} is paused by the settings`;
    case "full": {
      const { channel, taken, capacity, sequential, running = [] } = reason;
      const jobs = running.length === 0 ? null : runningText(running, nowMs);
      if (!sequential) {
        const text = `${taken} of ${capacity}${jobs === null ? "" : `; running: ${jobs}`}`;
        return `channel ${channel} is full (${text})`;
      }
      return `channel ${channel} is sequential and has a job that is not over` +
        (jobs === null ? "" : `: ${jobs}`);
    }
    case "failed":
      return `channel ${reason.channel} is sequential and ${failedText(reason)}: it goes on when ` +
        "a failed job is done, cancelled or requeued";
    case "throttled":
      return `channel ${reason.channel} is throttled for ${left(reason.untilMs, nowMs)} more` +
        moment(", until", reason.untilMs);
    case "order": {
      const { before, channel, first, firstEtaMs } = reason;
      const jobs = before === 1 ? "1 job goes" : `${before} jobs go`;
      const eta = firstEtaMs === null
        ? ""
        : `, whose eta it waits for in order, ${until(firstEtaMs, nowMs)}`;
      return `${jobs} before it in channel ${channel}, first ${jobText(first)}${eta}`;
    }
  }
}

/** The first of those that take places, and since when. */
function runningText(running: readonly RunningJob[], nowMs: number): string {
  const named = running.slice(0, NAMED_MAX)
    .map((it) => jobText(it) + since(it.sinceMs, nowMs));
  return named.join(", ") + (running.length > NAMED_MAX ? " and others" : "");
}

/** More would make a sentence that nobody reads. */
const NAMED_MAX = 2;

function failedText({ failed, first }: Extract<ChannelReason, { kind: "failed" }>): string {
  if (failed === 1) return first ? `job ${jobText(first)} has failed` : "a job of it has failed";
  return `${failed} have failed${first ? `, first ${jobText(first)}` : ""}`;
}

function jobText({ database, uuid }: KnownJob): string {
  return `${uuid} of database ${database}`;
}

const IN_HANDS: Readonly<Record<keyof InFlightCounts, string>> = {
  claimed: "it is taken, and its row is about to become enqueued",
  asked: "Odoo is asked for it and has not begun: it waits for a free worker,",
  unsure: "its database was lost while it was taken: its row will tell,",
  returning: "it is about to be put back,",
};

const RUNNER: Readonly<Record<RunnerPhase, string>> = {
  starting: "this job runner does not lead yet",
  standby: "this job runner stands by for another one, which leads: ask that one",
  running: "this job runner is at work",
  stopping: "this job runner stops, and takes no more jobs",
  stopped: "this job runner has stopped",
};

/** `…` stands for how long. */
const DATABASE: Readonly<Record<DatabaseState | "unserved", string>> = {
  connecting: "its database has not been connected …",
  scanning: "the jobs of its database are being read, …",
  ready: "its database has been served …",
  standby: "its database is on standby …",
  recovering: "its database has been lost or held …, and is tried again",
  quarantined: "its database has failed again and again …, and is tried less often",
  foreign: "another job runner is at work on its database …",
  paused: "its database is paused …",
  ignored: "its database has no jobs to run …",
  unserved: "its database is not served by this job runner",
};

function since(ms: number | null, nowMs: number): string {
  return ms === null ? "" : ` for ${duration(Math.max(0, nowMs - ms))}`;
}

function until(ms: number, nowMs: number): string {
  const leftMs = ms - nowMs;
  if (leftMs === Infinity) return "which never comes";
  return `in ${left(ms, nowMs)}${moment(", at", ms)}`;
}

/** Nothing where no calendar reaches. */
function moment(before: string, ms: number): string {
  return Math.abs(ms) < 8.64e15 ? `${before} ${new Date(ms).toISOString()}` : "";
}

function left(ms: number, nowMs: number): string {
  return duration(Math.max(0, ms - nowMs));
}

const UNITS: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
];

/** As in `3 min`, `2 h` or `1.5 s`. */
export function duration(ms: number): string {
  for (const [unitMs, name] of UNITS) {
    if (ms >= 2 * unitMs) return `${Math.floor(ms / unitMs)} ${name}`;
  }
  return ms < 10_000 ? `${Math.ceil(ms / 100) / 10} s` : `${Math.round(ms / 1000)} s`;
}
