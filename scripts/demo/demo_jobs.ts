import { randomUUID } from "node:crypto";
import type { JudgedChannel } from "./judge.ts";
import type { JobPlan, NewJob } from "./odoo_jobs.ts";

/** The demo's channel tree. `webhook` is not in it: the runner makes that channel on the fly. */
export const CHANNELS: readonly JudgedChannel[] = [
  { name: "root", capacity: 8, sequential: false },
  { name: "root.mail", capacity: 4, sequential: false },
  { name: "root.mail.bulk", capacity: 2, sequential: false },
  { name: "root.accounting", capacity: 1, sequential: true },
  { name: "root.sync", capacity: 3, sequential: false },
];

/** The tree as Odoo users write it: `root:8,mail:4,mail.bulk:2,…`. */
export function channelString(channels: readonly JudgedChannel[]): string {
  return channels.map(({ name, capacity, sequential }) => {
    const entry = name === "root" ? name : name.slice("root.".length);
    return `${entry}:${capacity ?? 0}${sequential ? ":sequential" : ""}`;
  }).join(",");
}

export interface DemoJob extends NewJob {
  readonly uuid: string;
  readonly plan: JobPlan;
}

interface Kind {
  readonly channel: string | null;
  /** Of ten jobs. */
  readonly share: number;
  readonly priority: number;
  readonly workMs: number;
}

/** Channels are named with and without `root.`, as in real databases. */
const KINDS: readonly Kind[] = [
  { channel: "root.mail", share: 2, priority: 10, workMs: 4 },
  { channel: "root.mail.bulk", share: 2, priority: 20, workMs: 6 },
  { channel: "root.accounting", share: 1, priority: 10, workMs: 2 },
  { channel: "sync", share: 3, priority: 5, workMs: 3 },
  { channel: "root.webhook", share: 1, priority: 1, workMs: 1 },
  { channel: null, share: 1, priority: 10, workMs: 8 },
];

const TEN: readonly Kind[] = KINDS.flatMap((kind) => Array<Kind>(kind.share).fill(kind));

/** The job with this number: the same kind, priority, eta and end in every run. */
export function demoJob(number: number): DemoJob {
  const kind = TEN[number % TEN.length] as Kind;
  const round = Math.floor(number / TEN.length);
  const isSequential = kind.channel === "root.accounting";
  return {
    uuid: randomUUID(),
    channel: kind.channel,
    priority: kind.priority + round % 3,
    // In a sequential channel an eta would hold up every job behind it.
    etaInMs: number % 17 === 5 && !isSequential ? 200 + (number % 8) * 100 : null,
    plan: {
      workMs: number % 50 === 49 ? 120 : kind.workMs,
      retries: round % 12 === 3 && (isSequential || number % TEN.length === 6) ? 1 + round % 2 : 0,
      retryInMs: isSequential ? 100 : 300,
      // A failure in a sequential channel would hold up every job behind it, until a user comes.
      outcome: number % 40 === 11 ? "failed" : "done",
    },
  };
}
