import { randomUUID } from "node:crypto";
import { channelString, type DemoJob } from "../demo/demo_jobs.ts";
import type { JudgedChannel } from "../demo/judge.ts";

/** `webhook` is not in it: the runner makes that channel on the fly. */
export const CHANNELS: readonly JudgedChannel[] = [
  { name: "root", capacity: 20, sequential: false },
  { name: "root.mail", capacity: 8, sequential: false },
  { name: "root.mail.bulk", capacity: 4, sequential: false },
  { name: "root.accounting", capacity: 1, sequential: true },
  { name: "root.sync", capacity: 6, sequential: false },
];

export const CHANNEL_STRING = `${channelString(CHANNELS)},paced:2:throttle=0.1`;

interface Kind {
  readonly channel: string | null;
  readonly priority: number;
  readonly workMs: number;
}

const TEN: readonly Kind[] = [
  { channel: "root.mail", priority: 10, workMs: 30 },
  { channel: "sync", priority: 5, workMs: 20 },
  { channel: "root.mail.bulk", priority: 20, workMs: 40 },
  { channel: "root.accounting", priority: 10, workMs: 10 },
  { channel: "sync", priority: 5, workMs: 20 },
  { channel: "root.mail", priority: 10, workMs: 30 },
  { channel: "paced", priority: 10, workMs: 10 },
  { channel: "root.webhook", priority: 1, workMs: 10 },
  { channel: null, priority: 10, workMs: 60 },
  { channel: "root.mail.bulk", priority: 20, workMs: 40 },
];

/** The job with this number: the same kind, priority, eta and end in every run. */
export function chaosJob(number: number): DemoJob {
  const kind = TEN[number % TEN.length] as Kind;
  const round = Math.floor(number / TEN.length);
  const isSequential = kind.channel === "root.accounting";
  const isLong = !isSequential && round % 12 === number % 12;
  return {
    uuid: randomUUID(),
    channel: kind.channel,
    priority: kind.priority + round % 3,
    // Dead again and again, and yet to end as planned.
    maxRetries: 0,
    // In a sequential channel an eta would hold up every job behind it.
    etaInMs: number % 17 === 5 && !isSequential ? 200 + (number % 8) * 100 : null,
    plan: {
      workMs: isLong ? 10 * kind.workMs : kind.workMs,
      retries: number % 11 === 3 ? 1 + round % 2 : 0,
      retryInMs: isSequential ? 50 : 300,
      // A failure in a sequential channel would hold up every job behind it.
      outcome: number % 13 === 7 && !isSequential ? "failed" : "done",
    },
  };
}
