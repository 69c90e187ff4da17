import type { ChannelStatus } from "../scheduler/mod.ts";
import { duration, steeredNotes } from "../sentences.ts";
import type { DatabaseStatus, RunnerStatus } from "../status.ts";
import type { SteeringStatus } from "../steering.ts";
import { readable, textTable } from "./text_table.ts";

/** A status for people, on a terminal. */
export function drawStatus(status: RunnerStatus): string {
  const { nowMs, databases, channels, steering } = status;
  const lines = [
    ...statusHead(status),
    "",
    ...databaseTable(databases, nowMs),
    "",
    ...textTable([CHANNEL_HEAD, ...channels.map((it) => channelRow(it, steering))]),
  ];
  return `${lines.join("\n")}\n`;
}

type Head = Pick<
  RunnerStatus,
  "version" | "phase" | "startedMs" | "nowMs" | "odoo" | "scheduler" | "inFlight"
>;
type Age = (sinceMs: number) => string;

/** The process, Odoo and the scheduler, each on a line. */
export function statusHead(head: Head): string[] {
  const { version, phase, startedMs, nowMs } = head;
  const age = ageAt(nowMs);
  return [
    `odoo-jobrunner ${readable(version)}, up for ${age(startedMs)}: ${PHASES[phase]}`,
    odooLine(head, age),
    schedulerLine(head),
  ];
}

/** A line for each, after the head of the table. */
export function databaseTable(databases: readonly DatabaseStatus[], nowMs: number): string[] {
  if (databases.length === 0) return ["No database is served"];
  return textTable([DATABASE_HEAD, ...databases.map((it) => databaseRow(it, ageAt(nowMs)))]);
}

function ageAt(nowMs: number): Age {
  return (sinceMs) => duration(Math.max(0, nowMs - sinceMs));
}

const PHASES: Readonly<Record<RunnerStatus["phase"], string>> = {
  starting: "starting, nobody leads yet",
  standby: "standing by, another runner leads",
  running: "leading",
  stopping: "stopping",
  stopped: "stopped",
};

function odooLine({ odoo }: Head, age: Age): string {
  const { url, open, reason, sinceMs, waiting } = odoo;
  const state = open ? "there" : `away for ${age(sinceMs)}: ${reason}`;
  const waits = waiting === 0 ? "" : `, ${waiting} jobs wait for a worker`;
  return `Odoo at ${readable(url)}: ${readable(state)}${waits}`;
}

function schedulerLine({ scheduler, inFlight }: Head): string {
  const { state, reason, jobs } = scheduler;
  const { claimed, asked, unsure, returning } = inFlight;
  const why = reason === null ? "" : `: ${readable(reason)}`;
  return `Scheduler ${state}${why}; ${jobs} jobs known, ` +
    `${claimed + asked + unsure + returning} in hand`;
}

const DATABASE_HEAD = ["database", "state", "since", "add-on", "in hand", "reason"];

function databaseRow(database: DatabaseStatus, age: Age) {
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

function channelRow(channel: ChannelStatus, steering: SteeringStatus) {
  const { capacity, running, waiting, failed, parked } = channel;
  const numbers = [running, waiting, failed, parked];
  return [
    indentedName(channel),
    capacity ?? "no limit",
    ...numbers,
    channelNotes(channel, steering),
  ];
}

/** Parents come before their children: a name is short below its parent. */
export function indentedName({ name }: ChannelStatus): string {
  const parts = name.split(".");
  return "  ".repeat(parts.length - 1) + readable(parts.at(-1)!);
}

/** What is special about a channel, and which of it operators have changed. */
export function channelNotes(channel: ChannelStatus, steering: SteeringStatus): string {
  const { sequential, throttle } = channel;
  return [
    ...sequential ? ["sequential"] : [],
    ...throttle === null ? [] : [`throttle ${throttle} s`],
    ...steeredNotes(channel, steering).map(readable),
  ].join(", ");
}
