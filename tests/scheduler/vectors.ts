import { readFileSync } from "node:fs";
import type { CreateScheduler, SchedulerLike } from "./scheduler_like.ts";

/** Where anything goes; and where, as with Odoo, only what was handed out goes on. */
export const VECTOR_FILES = ["rules.jsonl", "stock.jsonl"] as const;

export type VectorFile = typeof VECTOR_FILES[number];

type Pair = readonly [database: string, uuid: string];

/** A line of a vector file. Times are seconds there. */
type VectorLine =
  | { readonly op?: undefined; readonly channels: string }
  | NotifyLine
  | { readonly op: "remove"; readonly db: string; readonly uuid: string }
  | { readonly op: "removeDb"; readonly db: string }
  | { readonly op: "run"; readonly now: number; readonly expect: readonly Pair[] }
  | { readonly op: "wakeup"; readonly now: number; readonly expect: number | null };

interface NotifyLine {
  readonly op: "notify";
  readonly db: string;
  readonly uuid: string;
  readonly channel: string | null;
  readonly seq: number;
  readonly date: number | null;
  readonly priority: number | null;
  readonly eta: number | null;
  readonly state: string;
}

/**
 * The first answer that differs, in words, with its history and line (both from 1); null when all
 * agree.
 */
export function firstDifference(file: VectorFile, create: CreateScheduler): string | null {
  const lines = readFileSync(`tests/scheduler/vectors/${file}`, "utf8").trimEnd().split("\n");
  let scheduler: SchedulerLike | undefined;
  let history = 0;
  for (const [index, text] of lines.entries()) {
    const line = JSON.parse(text) as VectorLine;
    if (line.op === undefined) {
      history++;
      scheduler = create(line.channels);
      continue;
    }
    if (scheduler === undefined) throw new Error(`${file} must begin with channels`);
    const expected = "expect" in line ? JSON.stringify(line.expect) : undefined;
    const answer = JSON.stringify(answerTo(line, scheduler));
    if (answer !== expected) {
      return `${file}, history ${history}, line ${index + 1}: ${text} got ${answer}`;
    }
  }
  return null;
}

/**
 * What the scheduler answers to a line, in the form of the file; undefined to a line that asks
 * nothing.
 */
function answerTo(
  line: Exclude<VectorLine, { op?: undefined }>,
  scheduler: SchedulerLike,
): unknown {
  switch (line.op) {
    case "notify":
      return notify(line, scheduler);
    case "remove":
      return scheduler.forget(line.db, line.uuid);
    case "removeDb":
      return scheduler.forgetDatabase(line.db);
    case "run":
      return scheduler.takeReady(milliseconds(line.now)).map((job) => [job.database, job.uuid]);
    case "wakeup": {
      const wakeupMs = scheduler.wakeupAtMs(milliseconds(line.now));
      return wakeupMs === Infinity ? null : wakeupMs / 1000;
    }
  }
}

function notify(line: NotifyLine, scheduler: SchedulerLike): void {
  scheduler.notify({
    database: line.db,
    uuid: line.uuid,
    channel: line.channel,
    sequence: line.seq,
    createdMs: line.date === null ? null : milliseconds(line.date),
    priority: line.priority,
    etaMs: line.eta === null ? null : milliseconds(line.eta),
    state: line.state,
  });
}

/** The files' times are whole milliseconds, which seconds in binary are not. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
