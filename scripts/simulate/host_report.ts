import process from "node:process";
import { parseChannels } from "../../src/scheduler/channel_config.ts";
import { machine, type Row, shown, tableOf } from "../bench/report.ts";
import type { HostDayResult } from "./host_day.ts";
import type { HostHour } from "./host_hours.ts";
import type { HostOptions } from "./host_options.ts";
import type { WaitGroup } from "./host_waits.ts";

/** What it took to play the day here. */
export interface HostCost {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** The last two of other databases, while one floods. */
const WAIT_COLUMNS = ["runs", "p50", "p99", "most", "in flood p50", "in flood p99"] as const;
const BAR = 40;
const MIB = 2 ** 20;

export function headOf(options: HostOptions): string {
  const { databases, jobsADay, hours, seed, channels } = options;
  return [
    `${machine()}`,
    `${count(databases)} databases, ${count(jobsADay)} jobs a day, ${hours} h, seed ${seed}`,
    ...wrapped(`channels ${channels}`),
    "",
    `       ${"places taken in the mean".padEnd(BAR + 6)} ${"runs".padStart(9)}  waiting at most`,
  ].join("\n");
}

/** One line of the chart. */
export function hourLine({ startMs, usedShare, runs, mostWaiting }: HostHour): string {
  const bar = "█".repeat(Math.round(usedShare * BAR)).padEnd(BAR, "·");
  const percent = `${Math.round(usedShare * 100)} %`.padStart(5);
  return `${clock(startMs)}  ${bar} ${percent} ${count(runs).padStart(9)}  ${
    count(mostWaiting).padStart(15)
  }`;
}

/** The tables below it. */
export function tablesOf(options: HostOptions, day: HostDayResult, cost: HostCost): string {
  const perSecond = day.decisions / cost.cpuMs * 1000;
  const faults = Object.entries(day.faults).map(([name, number]) => `${name} ${number}`);
  const configured = parseChannels(options.channels).channels.length;
  const lines: readonly (readonly [string, string])[] = [
    ["jobs", `${count(day.created)} came, ${count(day.done)} done, ${count(day.failed)} failed`],
    ["runs", `${count(day.runs)}, of which ${count(day.retried)} asked to be run again`],
    ["requeued", `${count(day.requeued)} that had failed in a sequential channel`],
    ["waiting", `${count(day.mostWaiting)} at most, at ${clock(day.mostWaitingAtMs)}`],
    ["flood", floodOf(options, day)],
    ["channels", `${configured} configured, ${count(day.channelsMadeOnTheFly)} on the fly`],
    ["core", `${shown(day.memoryBytes / MIB)} MiB for ${count(day.mostJobs)} jobs at most`],
    ["process", `${shown(cost.residentBytes / MIB)} MiB, the simulation itself included`],
    ["scheduler", `${count(day.notices)} notices, ${count(day.decisions)} decisions`],
    ["speed", `${count(perSecond)} decisions and their notices a second of CPU`],
    [
      "time",
      `${shown(cost.cpuMs / 1000)} s of CPU, ${shown(cost.elapsedMs / 1000)} s by the clock`,
    ],
    ["checked", `all invariants ${day.checks} times; ${faults.join(", ")}`],
  ];
  const facts = lines.map(([name, text]) => `${name.padEnd(10)} ${text}`);
  const table = tableOf("seconds that jobs waited", WAIT_COLUMNS, day.waits.map(waitRow));
  return ["", ...facts, "", table].join("\n");
}

export function jsonOf(options: HostOptions, day: HostDayResult, cost: HostCost): string {
  const waits = day.waits.map((it) => waitRow(it));
  const { isJson: _, ...played } = options;
  const cpuDecisions = Math.round(day.decisions / cost.cpuMs * 1000);
  return JSON.stringify({
    ...{ machine: machine(), options: played, cost, decisionsPerCpuSecond: cpuDecisions },
    day: { ...day, waits },
  });
}

/** Measures what `play` takes. */
export function measured<T>(play: () => T): { readonly result: T; readonly cost: HostCost } {
  const [began, used] = [performance.now(), process.cpuUsage()];
  const result = play();
  const { user, system } = process.cpuUsage(used);
  return {
    result,
    cost: {
      elapsedMs: Math.round(performance.now() - began),
      cpuMs: Math.round((user + system) / 1000),
      residentBytes: process.memoryUsage().rss,
    },
  };
}

function floodOf(options: HostOptions, { flood }: HostDayResult): string {
  if (flood === null) return "none";
  const { sinceMs, untilMs } = flood;
  return `${count(options.flood)} jobs at ${clock(sinceMs)}; the last began at ${clock(untilMs)}`;
}

function waitRow({ name, allDay, inFlood }: WaitGroup): Row {
  const seconds = (ms: number) => ms / 1000;
  const others = (share: number) => {
    return inFlood.count === 0 ? null : seconds(inFlood.percentileMs(share));
  };
  const [runs, half, most, longest, othersHalf, othersMost] = WAIT_COLUMNS;
  return {
    name,
    unit: "",
    values: {
      [runs]: allDay.count,
      [half]: seconds(allDay.percentileMs(0.5)),
      [most]: seconds(allDay.percentileMs(0.99)),
      [longest]: seconds(allDay.maxMs),
      [othersHalf]: others(0.5),
      [othersMost]: others(0.99),
    },
  };
}

function count(number: number): string {
  return Math.round(number).toLocaleString("en");
}

/** Time of the day. */
function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 16);
}

/** Broken after commas. */
function wrapped(text: string): string[] {
  const lines = [""];
  for (const part of text.split(/(?<=,)/)) {
    if (lines.at(-1)!.length + part.length > 90) lines.push("  ");
    lines.push(lines.pop()! + part);
  }
  return lines;
}
