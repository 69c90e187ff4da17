import type { WhyOptions } from "../config/inquiry_options.ts";
import type { Settings } from "../config/settings.ts";
import type { PathChannel } from "../scheduler/mod.ts";
import type { ChannelWhy, DatabaseWhy, JobsWhy, JobWhy, RunningJob, ToldReason } from "../why.ts";
import { duration } from "../sentences.ts";
import { EXIT_FAILURE, EXIT_HELD_BACK, EXIT_OK, EXIT_UNKNOWN, type Output } from "./exit.ts";
import { askProcess, healthUrl } from "./running_process.ts";
import { readable, textTable } from "./text_table.ts";

/** `why`: asks the running process why a job, a channel or a database does not run. */
export async function why(
  settings: Settings,
  options: WhyOptions,
  { write, writeError }: Output,
): Promise<number> {
  const url = options.url ?? healthUrl(settings);
  let asked;
  try {
    asked = await askProcess(url, `/why?${questionOf(options)}`);
  } catch (error) {
    writeError(`${readable((error as Error).message)}\n`);
    return EXIT_FAILURE;
  }
  const { status, value } = asked;
  const error = (value as { error?: unknown }).error;
  if (typeof error === "string" && options.channel === null) {
    writeError(`The job runner at ${url} answers: ${readable(error)}\n`);
    return EXIT_FAILURE;
  }
  if (options.isJson) write(`${JSON.stringify(value)}\n`);
  if (typeof error === "string") {
    if (!options.isJson) write(`The job runner knows no channel ${readable(options.channel!)}\n`);
    return status === 404 ? EXIT_UNKNOWN : EXIT_FAILURE;
  }
  if (options.uuid !== null) return tellJobs(value as JobsWhy, options, write);
  const answer = value as ChannelWhy | DatabaseWhy;
  if (!options.isJson) write(drawAnswer(answer));
  if (status === 404) return EXIT_UNKNOWN;
  return answer.reasons.some(holdsBack) ? EXIT_HELD_BACK : EXIT_OK;
}

function questionOf({ uuid, channel, database }: WhyOptions): string {
  const given = Object.entries({ uuid, channel, database })
    .filter((it): it is [string, string] => it[1] !== null);
  return new URLSearchParams(given).toString();
}

function tellJobs(value: JobsWhy, { isJson }: WhyOptions, write: Output["write"]): number {
  const { jobs, asked, uuid } = value;
  const known = jobs.filter((it) => !it.reasons.some(isNoJob));
  if (!isJson) {
    const databases = asked === 1 ? "1 database" : `${asked} databases`;
    if (jobs.length === 0) write(`No job ${readable(uuid)} in ${databases}\n`);
    else write(jobs.map(drawAnswer).join("\n"));
  }
  if (known.some((it) => it.reasons.some(holdsBack))) return EXIT_HELD_BACK;
  if (known.length > 0) return EXIT_OK;
  return jobs.some((it) => it.reasons.some(isUnread)) ? EXIT_FAILURE : EXIT_UNKNOWN;
}

/** Nobody has seen the job there. */
function isNoJob(reason: ToldReason): boolean {
  return reason.kind === "missing" || isUnread(reason) ||
    (reason.kind === "database" && reason.state === "unserved");
}

function isUnread({ kind }: ToldReason): boolean {
  return kind === "unreadable";
}

function holdsBack(reason: ToldReason): boolean {
  const { kind } = reason;
  if (kind === "inHands") return reason.state === "unsure" || reason.state === "returning";
  return !["next", "runs", "over"].includes(kind);
}

/** The subject, its reasons one a line, and its way through the channels. */
function drawAnswer(answer: JobWhy | ChannelWhy | DatabaseWhy): string {
  const { reasons } = answer;
  const lines = [readable(subjectOf(answer))];
  if (reasons.length === 0) lines.push("  nothing holds it back");
  lines.push(...reasons.map((it) => `  ${readable(it.text)}`));
  if ("changes" in answer) lines.push(...answer.changes.map((it) => `  ${readable(it.text)}`));
  if ("path" in answer && answer.path.length > 0) {
    const { path, waitsAt } = answer;
    const rows = path.map((it) => [
      `${it.name === waitsAt ? "> " : "  "}${readable(it.name)}`,
      ...cells(it),
    ]);
    lines.push("", ...textTable([HEAD, ...rows]));
  }
  if ("running" in answer && answer.running.length > 0) {
    const jobs = answer.running.map((it) => `  ${readable(runningText(it, answer.nowMs))}`);
    lines.push("", "What takes its places, the first of them:", ...jobs);
  }
  if ("history" in answer && answer.history.length > 0) {
    const seen = answer.history.map((it) => `  ${timeOf(it.atMs)}  ${readable(it.text)}`);
    lines.push("", "Seen by this job runner:", ...seen);
  }
  return `${lines.join("\n")}\n`;
}

function runningText({ database, uuid, state, sinceMs }: RunningJob, nowMs: number): string {
  const since = sinceMs === null ? "" : ` for ${duration(Math.max(0, nowMs - sinceMs))}`;
  return `${uuid} of database ${database}, ${state}${since}`;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

const HEAD = ["  channel", "taken", "capacity", "waiting", "running", "failed"];

function cells({ taken, capacity, waiting, running, failed }: PathChannel) {
  return [taken, capacity ?? "no limit", waiting, running, failed];
}

function subjectOf(answer: JobWhy | ChannelWhy | DatabaseWhy): string {
  if ("uuid" in answer) return `Job ${answer.uuid} of database ${answer.database}`;
  if ("channel" in answer) return `A job that comes to channel ${answer.channel} now`;
  return `Database ${answer.database}`;
}
