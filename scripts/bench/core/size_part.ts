import { statSync } from "node:fs";
import process from "node:process";
import { Scheduler } from "../../../src/scheduler/mod.ts";
import type { BenchOptions } from "../options.ts";
import { median, type Row } from "../report.ts";
import { pathOf } from "../../project.ts";
import { JobColumns } from "./job_columns.ts";
import { collectGarbage, milliseconds } from "./stopwatch.ts";

export const SIZE_COLUMNS = ["Scheduler"];

const COUNT = 1_000_000;
const NOW_MS = 2e12;

/** What a million waiting jobs cost: memory, the first decision, a database that leaves. */
export function measureSize({ rounds }: BenchOptions): Row[] {
  const jobs = new JobColumns(COUNT, ["bulk"]);
  const firstDecisions: number[] = [];
  const leavings: number[] = [];
  const objects: number[] = [];
  let { memoryBytes } = filled(jobs); // warms up
  for (let round = 0; round < rounds; round++) {
    const canCollect = collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const scheduler = filled(jobs);
    if (canCollect && collectGarbage()) {
      objects.push(Math.max(0, process.memoryUsage().heapUsed - before));
    }
    firstDecisions.push(milliseconds(() => scheduler.takeReady(NOW_MS)));
    memoryBytes = scheduler.memoryBytes;
    leavings.push(milliseconds(() => scheduler.forgetDatabase("db3")));
  }
  return [
    row("first decision, 1 M in an unlimited channel", "ms", median(firstDecisions)),
    row("forget a database, 100 k of 1 M", "ms", median(leavings)),
    row("memory of 1 M waiting jobs, each", "bytes", memoryBytes / COUNT),
    row("JavaScript objects of all of them", "KiB", objects.length ? median(objects) / 1024 : null),
    row("its growth while one job of 10 k is rescheduled 1 M times", "bytes", growth()),
    row("scheduler.wasm", "bytes", statSync(pathOf("dist/scheduler.wasm")).size),
  ];
}

function filled(jobs: JobColumns): Scheduler {
  const scheduler = Scheduler.create("root:4,bulk:0");
  for (let job = 0; job < COUNT; job++) {
    scheduler.notify({ ...jobs.notice(job, "pending"), database: `db${job % 10}` });
  }
  return scheduler;
}

/** A job put off for ever must leave nothing behind each time. */
function growth(): number {
  const jobs = new JobColumns(10_000, ["bulk"]);
  const scheduler = Scheduler.create("root:4,bulk:0");
  for (let job = 0; job < jobs.count; job++) scheduler.notify(jobs.notice(job, "pending"));
  const before = scheduler.memoryBytes;
  const notice = jobs.notice(0, "pending");
  for (let time = 1; time <= 1_000_000; time++) {
    scheduler.notify({ ...notice, etaMs: NOW_MS + time });
  }
  return scheduler.memoryBytes - before;
}

function row(name: string, unit: string, value: number | null): Row {
  return { name, unit, values: { Scheduler: value } };
}
