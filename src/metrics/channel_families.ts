import type { ChannelStatus } from "../scheduler/mod.ts";
import { OTHER } from "./counts_by_name.ts";
import { type Family, gauge, type Sample } from "./sample.ts";

/** Those with the most jobs are shown one by one; all others together. */
export const CHANNELS_MAX = 200;

/** A channel as it is measured. */
interface Measured {
  readonly labels: Readonly<Record<"channel" | "root" | "leaf", string>>;
  readonly capacity: number | null;
  readonly waiting: number;
  /** With those of its subchannels, which take places in it too. */
  readonly running: number;
  readonly failed: number;
  readonly parked: number;
  readonly oldestMs: number;
}

/** Jobs by channel, under the names of the add-on's own draft, and how long they wait. */
export function channelFamilies(channels: readonly ChannelStatus[], nowMs: number): Family[] {
  const shown = chosen(channels, nowMs);
  const samples = (value: (it: Measured) => number): Sample[] =>
    shown.map((it) => ({ labels: it.labels, value: value(it) }));
  const withCapacity = shown.filter((it) => it.labels.channel !== OTHER);
  return [
    gauge(
      "queue_job_channel_capacity",
      "Places of the channel; +Inf without a limit",
      withCapacity.map((it) => ({ labels: it.labels, value: it.capacity ?? Infinity })),
    ),
    gauge("queue_job_channel_pending", "Own waiting jobs", samples((it) => it.waiting)),
    gauge(
      "queue_job_channel_running",
      "Jobs that take a place in the channel, those of its subchannels too",
      samples((it) => it.running),
    ),
    gauge("queue_job_channel_failed", "Own failed jobs", samples((it) => it.failed)),
    gauge(
      "queue_job_channel_waiting_dependencies",
      "Own jobs that wait for other jobs",
      samples((it) => it.parked),
    ),
    gauge(
      "odoo_jobrunner_channel_oldest_waiting_seconds",
      "How long the own job waits that has been due for longest; looked for every few seconds",
      samples((it) => it.oldestMs / 1000),
    ),
  ];
}

function chosen(channels: readonly ChannelStatus[], nowMs: number): Measured[] {
  const parents = new Set(channels.map((it) => parentOf(it.name)));
  const running = runningOf(channels);
  const measured = (it: ChannelStatus): Measured => ({
    ...it,
    labels: {
      channel: it.name,
      root: String(it.name === "root"),
      leaf: String(!parents.has(it.name)),
    },
    running: running.get(it.name) ?? 0,
    oldestMs: oldestMs(it, nowMs),
  });
  if (channels.length <= CHANNELS_MAX) return channels.map(measured);
  const byJobs = [...channels].sort((a, b) => jobsOf(b) - jobsOf(a));
  const shown = byJobs.slice(0, CHANNELS_MAX).map(measured);
  return [...shown, together(byJobs.slice(CHANNELS_MAX), nowMs)];
}

/** Their own jobs alone, so that none counts twice. */
function together(channels: readonly ChannelStatus[], nowMs: number): Measured {
  const sum = { waiting: 0, running: 0, failed: 0, parked: 0, oldestMs: 0 };
  for (const it of channels) {
    sum.waiting += it.waiting;
    sum.running += it.running;
    sum.failed += it.failed;
    sum.parked += it.parked;
    sum.oldestMs = Math.max(sum.oldestMs, oldestMs(it, nowMs));
  }
  return { ...sum, capacity: null, labels: { channel: OTHER, root: "false", leaf: "false" } };
}

function runningOf(channels: readonly ChannelStatus[]): Map<string, number> {
  const running = new Map<string, number>();
  for (const it of channels) {
    if (it.running === 0) continue;
    for (let name: string | null = it.name; name !== null; name = parentOf(name)) {
      running.set(name, (running.get(name) ?? 0) + it.running);
    }
  }
  return running;
}

function parentOf(name: string): string | null {
  const end = name.lastIndexOf(".");
  return end < 0 ? null : name.slice(0, end);
}

function oldestMs({ waitingSinceMs }: ChannelStatus, nowMs: number): number {
  return waitingSinceMs === null ? 0 : Math.max(0, nowMs - waitingSinceMs);
}

export function jobsOf({ waiting, running, failed, parked }: ChannelStatus): number {
  return waiting + running + failed + parked;
}
