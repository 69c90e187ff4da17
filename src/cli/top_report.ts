import type { OverviewChannel } from "../scheduler/mod.ts";
import { duration } from "../sentences.ts";
import type { Wish } from "../steering.ts";
import type { ShownHistory, SteeringView, View } from "../view.ts";
import { channelNotes, databaseTable, indentedName, statusHead } from "./status_report.ts";
import type { Line, Style } from "./terminal_codes.ts";
import { readable, textTable } from "./text_table.ts";

/** What stands on the screen at one moment. */
export interface Frame {
  readonly url: string;
  readonly intervalMs: number;
  /** The last one that came. */
  readonly view: View | null;
  /** The runner gave no answer, and since when. */
  readonly lost:
    | { readonly reason: string; readonly sinceMs: number; readonly nowMs: number }
    | null;
}

/** As many lines as fit on the screen, what matters most among them. */
export function frameLines(frame: Frame, rows: number, hasBlocks: boolean): Line[] {
  const { view, lost, url, intervalMs } = frame;
  const keys = line(`q or Ctrl-C ends; asked every ${intervalMs / 1000} s`, "dim");
  const loss = lost === null ? [] : [line(lossText(lost), "red")];
  const asking = view || lost ? [] : [line(`Asking the job runner at ${readable(url)}`)];
  const above = [...loss, ...asking];
  const body = [...above, ...view ? bodyLines(view, rows - above.length, hasBlocks) : []];
  const bodyRows = Math.max(0, rows - 2);
  const below = Array.from({ length: Math.max(1, rows - body.length - 1) }, () => line(""));
  return [...body.slice(0, bodyRows), ...below, keys].slice(0, Math.max(1, rows));
}

/** The tables share what the head leaves: a third for databases, or for all that are in trouble. */
function bodyLines(view: View, rows: number, hasBlocks: boolean): Line[] {
  const head = headLines(view, hasBlocks);
  // Two heads, lines between the parts, the keys, and one for what each table leaves out.
  const room = Math.max(2, rows - head.length - 8);
  const inTrouble = view.databases.filter(isInTrouble).length;
  const third = Math.min(view.databases.length, Math.floor(room / 3));
  const databaseRows = Math.max(third, Math.min(inTrouble, Math.floor(room / 2)));
  const channels = Math.min(view.channels.length, room - databaseRows);
  return [
    ...[...head, line("")],
    ...[...channelLines(view, channels, hasBlocks), line("")],
    ...databaseLines(view, room - channels),
  ];
}

/** The same for those who read it later, whole. */
export function plainView(view: View, hasBlocks: boolean): string {
  const lines = [
    line(new Date(view.nowMs).toISOString()),
    ...headLines(view, hasBlocks),
    line(""),
    ...channelLines(view, Infinity, hasBlocks),
    line(""),
    ...databaseLines(view, Infinity),
  ];
  return `${lines.map((it) => it.text).join("\n")}\n`;
}

function line(text: string, style: Style = "plain"): Line {
  return { text, style };
}

function lossText({ reason, sinceMs, nowMs }: NonNullable<Frame["lost"]>): string {
  const age = duration(Math.max(0, nowMs - sinceMs));
  return `Lost for ${age}, trying again. ${readable(reason)}`;
}

function headLines(view: View, hasBlocks: boolean): Line[] {
  const [process, odoo, scheduler] = statusHead(view);
  const { phase } = view;
  return [
    line(process!, phase === "running" || phase === "standby" ? "bold" : "yellow"),
    line(odoo!, view.odoo.open ? "plain" : "red"),
    line(scheduler!, view.scheduler.state === "deciding" ? "plain" : "red"),
    line(jobsText(view.lastHour, hasBlocks)),
    ...steeringTexts(view.steering, view.nowMs).map((it) => line(it, "yellow")),
  ];
}

const LEVELS = "▁▂▃▄▅▆▇█";
const PLAIN_LEVELS = "_.:-=+*#";

/** How many jobs were over a minute in the last hour, and how long those taken had waited. */
function jobsText(history: ShownHistory, hasBlocks: boolean): string {
  const { answered, stepMs, waitMs, waitP95Ms } = history;
  // The last step may have only begun.
  const last = Math.max(0, answered.length - 2);
  const perMinute = (count: number) => Math.round(count * 60_000 / stepMs);
  const waited = waitMs[last] ?? null;
  const p95 = waitP95Ms[last] ?? null;
  const waits = waited === null ? "" : `, waited ${duration(waited)}`;
  const longer = p95 === null ? "" : ` (1 in 20 longer than ${duration(p95)})`;
  const most = Math.max(0, ...answered);
  const hour = most === 0 ? "" : `  ${drawLevels(answered, most, hasBlocks)} last hour`;
  return `Jobs ${perMinute(answered[last] ?? 0)} a minute${waits}${longer}${hour}`;
}

/** Some twenty characters, each the most of its part. */
function drawLevels(values: readonly number[], most: number, hasBlocks: boolean): string {
  const levels = hasBlocks ? LEVELS : PLAIN_LEVELS;
  const size = Math.ceil(values.length / 20);
  let drawn = "";
  for (let start = 0; start < values.length; start += size) {
    const share = Math.max(...values.slice(start, start + size)) / most;
    drawn += levels[Math.min(levels.length - 1, Math.floor(share * levels.length))];
  }
  return drawn;
}

/** What operators have changed. */
function steeringTexts(steering: SteeringView, nowMs: number): string[] {
  const { paused, pausedCount, resumed, resumedCount, capacities, capacityCount } = steering;
  const how = ({ by, sinceMs }: Wish) => {
    return ` by ${readable(by)} for ${duration(Math.max(0, nowMs - sinceMs))}`;
  };
  const texts = [
    ...paused.map((it) => {
      const whole = it.name === null ? it.what : `${it.what} ${readable(it.name)}`;
      return `Paused: ${whole},${how(it)}`;
    }),
    ...resumed.map((it) => {
      return `Resumed: channel ${readable(it.name!)},${how(it)}, paused by the settings`;
    }),
    ...capacities.map((it) => {
      return `Capacity of ${readable(it.channel)}: ${it.capacity},${how(it)}`;
    }),
  ];
  const count = pausedCount + resumedCount + capacityCount;
  return count <= 3 ? texts : [...texts.slice(0, 2), `${count - 2} more changes`];
}

const CHANNEL_HEAD = [
  ...["channel", "", "capacity", "running", "waiting", "failed", "parked", "oldest", ""],
];

function channelLines(view: View, max: number, hasBlocks: boolean): Line[] {
  const shown = fullest(view.channels, max);
  const rows = shown.map((it) => channelRow(it, view, hasBlocks));
  const [head, ...lines] = textTable([CHANNEL_HEAD, ...rows]);
  return [
    line(head!, "bold"),
    ...lines.map((text, index) => line(text, styleOf(shown[index]!))),
    ...leftOut(view.channelCount - shown.length, "channels"),
  ];
}

function channelRow(
  channel: OverviewChannel,
  { nowMs, steering }: View,
  hasBlocks: boolean,
) {
  const { capacity, allRunning, allWaiting, allFailed, parked, waitingSinceMs } = channel;
  return [
    indentedName(channel),
    drawBar(allRunning, capacity, hasBlocks),
    capacity ?? "no limit",
    allRunning,
    allWaiting,
    allFailed,
    parked,
    waitingSinceMs === null ? "" : duration(Math.max(0, nowMs - waitingSinceMs)),
    channelNotes(channel, steering),
  ];
}

function styleOf({ paused, failed, sequential, allRunning, allWaiting }: OverviewChannel): Style {
  // A failure blocks it.
  if (sequential && failed > 0) return "red";
  if (paused) return "yellow";
  return allRunning + allWaiting === 0 ? "dim" : "plain";
}

const BAR_WIDTH = 10;

/** How much of the capacity is taken. */
function drawBar(running: number, capacity: number | null, hasBlocks: boolean): string {
  if (capacity === null || capacity === 0) return "";
  const share = Math.min(1, running / capacity);
  const filled = running === 0 ? 0 : Math.max(1, Math.round(share * BAR_WIDTH));
  const [full, empty] = hasBlocks ? "█░" : "#.";
  return full!.repeat(filled) + empty!.repeat(BAR_WIDTH - filled);
}

/** The channels with most to do, and all above them, in their order. */
function fullest(channels: readonly OverviewChannel[], max: number): readonly OverviewChannel[] {
  if (channels.length <= max) return channels;
  const jobs = (it: OverviewChannel) => it.waiting + it.running + it.failed;
  const shown = new Set<string>();
  for (const { name } of [...channels].sort((a, b) => jobs(b) - jobs(a))) {
    const parts = name.split(".");
    const path = parts.map((_, index) => parts.slice(0, index + 1).join("."));
    const added = path.filter((it) => !shown.has(it));
    if (shown.size + added.length <= max) added.forEach((it) => shown.add(it));
  }
  return channels.filter((it) => shown.has(it.name));
}

/** Nothing is done for it, and somebody may want to know why. */
function isInTrouble({ state }: View["databases"][number]): boolean {
  return !["ready", "standby", "ignored"].includes(state);
}

function databaseLines(view: View, max: number): Line[] {
  const shown = view.databases.slice(0, max);
  const [head, ...lines] = databaseTable(shown, view.nowMs);
  return [
    line(head!, "bold"),
    ...lines.map((text, index) => line(text, isInTrouble(shown[index]!) ? "yellow" : "plain")),
    ...leftOut(view.databaseCount - shown.length, "databases"),
  ];
}

function leftOut(count: number, what: string): Line[] {
  return count === 0 ? [] : [line(`and ${count} more ${what}`, "dim")];
}
