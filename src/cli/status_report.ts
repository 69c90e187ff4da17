import type { ChannelStatus } from "../scheduler/mod.ts";
import { duration } from "../sentences.ts";
import type { DatabaseStatus, RunnerStatus } from "../status.ts";
import { readable, textTable } from "./text_table.ts";

/** A status for people, on a terminal. */
export function drawStatus(status: RunnerStatus): string {
  const { version, phase, startedMs, nowMs, databases, channels } = status;
  const age = (ms: number) => duration(Math.max(0, nowMs - ms));
  const lines = [
    `odoo-jobrunner ${readable(version)}, up for ${age(startedMs)}: ${PHASES[phase]}`,
    odooLine(status, age),
    schedulerLine(status),
    "",
    ...databases.length === 0
      ? ["No database is served"]
      : textTable([DATABASE_HEAD, ...databases.map((it) => databaseRow(it, age))]),
    "",
    ...textTable([CHANNEL_HEAD, ...channels.map(channelRow)]),
  ];
  return `${lines.join("\n")}\n`;
}

const PHASES: Readonly<Record<RunnerStatus["phase"], string>> = {
  starting: "starting, nobody leads yet",
  standby: "standing by, another runner leads",
  running: "leading",
  stopping: "stopping",
  stopped: "stopped",
};

function odooLine({ odoo }: RunnerStatus, age: (ms: number) => string): string {
  const { url, open, reason, sinceMs, waiting } = odoo;
  const state = open ? "there" : `away for ${age(sinceMs)}: ${reason}`;
  const waits = waiting === 0 ? "" : `, ${waiting} jobs wait for a worker`;
  return `Odoo at ${readable(url)}: ${readable(state)}${waits}`;
}

function schedulerLine({ scheduler, inFlight }: RunnerStatus): string {
  const { state, reason, jobs } = scheduler;
  const { claimed, asked, unsure, returning } = inFlight;
  const why = reason === null ? "" : `: ${readable(reason)}`;
  return `Scheduler ${state}${why}; ${jobs} jobs known, ` +
    `${claimed + asked + unsure + returning} in hand`;
}

const DATABASE_HEAD = ["database", "state", "since", "add-on", "in hand", "reason"];

function databaseRow(database: DatabaseStatus, age: (ms: number) => string) {
  const { name, state, sinceMs, generation, inFlight, stranded, suspectedDead } = database;
  const notes = [
    ...database.reason === null ? [] : [database.reason],
    ...stranded.count === 0 ? [] : [`${stranded.count} stranded`],
    ...suspectedDead.count === 0 ? [] : [`${suspectedDead.count} suspected dead`],
  ];
  return [
    readable(name),
    state,
    age(sinceMs),
    readable(generation ?? "-"),
    inFlight,
    readable(notes.join("; ")),
  ];
}

const CHANNEL_HEAD = ["channel", "capacity", "running", "waiting", "failed", "parked", ""];

/** Parents come before their children: a name is short below its parent. */
function channelRow({ name, capacity, running, waiting, failed, parked, ...more }: ChannelStatus) {
  const parts = name.split(".");
  const notes = [
    ...more.sequential ? ["sequential"] : [],
    ...more.throttle === null ? [] : [`throttle ${more.throttle} s`],
    ...more.paused ? ["paused"] : [],
  ];
  return [
    "  ".repeat(parts.length - 1) + readable(parts.at(-1)!),
    capacity ?? "no limit",
    running,
    waiting,
    failed,
    parked,
    notes.join(", "),
  ];
}
