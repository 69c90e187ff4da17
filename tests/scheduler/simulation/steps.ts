import type { Change, Job, SchedulerLike } from "../scheduler_like.ts";

/** One call of a scheduler, as data: it can be played on several, printed, and left out. */
export type Step =
  | { readonly call: "notify"; readonly job: Job }
  | { readonly call: "forget" | "touch"; readonly database: string; readonly uuid: string }
  | {
    readonly call: "explain";
    readonly database: string;
    readonly uuid: string;
    readonly nowMs: number;
  }
  | { readonly call: DatabaseCall; readonly database: string }
  | { readonly call: "takeReady"; readonly nowMs: number; readonly max: number | null }
  | { readonly call: "wakeupAtMs"; readonly nowMs: number }
  | { readonly call: "configure"; readonly channels: string }
  | {
    readonly call: "changeChannel";
    readonly channel: string;
    readonly change: Change | null;
  };

type DatabaseCall = "forgetDatabase" | "parkDatabase" | "beginScan" | "sweep";

/** What a scheduler answers to a step, as text. An error is an answer: its name. */
export function answerTo(step: Step, scheduler: SchedulerLike): string {
  try {
    return called(step, scheduler);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return isRefusal(error) ? `throws ${error.name}` : `throws ${error.name}: ${error.message}`;
  }
}

/** Every count and parameter of every channel, as text. */
export function channelsOf(scheduler: SchedulerLike): string {
  return scheduler.channels().map((channel) =>
    `${channel.name} capacity=${channel.capacity} sequential=${channel.sequential} ` +
    `throttle=${channel.throttle} paused=${channel.paused} waiting=${channel.waiting} ` +
    `running=${channel.running} failed=${channel.failed} parked=${channel.parked}`
  ).join("\n");
}

/** Refusals are worded as each scheduler likes; anything else is shown in full. */
function isRefusal(error: Error): boolean {
  return error.name === "RangeError" || error.name === "ConfigError";
}

function called(step: Step, scheduler: SchedulerLike): string {
  switch (step.call) {
    case "notify":
      return String(scheduler.notify(step.job));
    case "forget":
    case "touch":
      return String(scheduler[step.call](step.database, step.uuid));
    case "explain":
      return JSON.stringify(sorted(scheduler.explain(step.database, step.uuid, step.nowMs)));
    case "forgetDatabase":
    case "parkDatabase":
    case "beginScan":
    case "sweep":
      return String(scheduler[step.call](step.database));
    case "wakeupAtMs":
      return String(scheduler.wakeupAtMs(step.nowMs));
    case "configure":
      return String(scheduler.configure(step.channels));
    case "changeChannel":
      return String(scheduler.changeChannel(step.channel, step.change));
    case "takeReady": {
      const jobs = step.max === null
        ? scheduler.takeReady(step.nowMs)
        : scheduler.takeReady(step.nowMs, step.max);
      return JSON.stringify(jobs.map(({ database, uuid }) => [database, uuid]));
    }
  }
}

/** With the fields of all objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([name, it]) => [name, sorted(it)]));
}
