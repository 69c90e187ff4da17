import { randomUUID } from "node:crypto";
import { cpus } from "node:os";
import process from "node:process";
import { Scheduler } from "../src/scheduler/mod.ts";
import { SteadyStream } from "../tests/runner/steady_stream.ts";
import { FakeClock } from "../tests/support/fake_clock.ts";
import { memoryUse } from "../tests/support/memory_use.ts";

/*
 * `npm run bench`: what the scheduler costs with a million jobs, and whether memory stays flat.
 * Prints a table, and with `--json` one line more.
 */

const JOBS = 1_000_000;
const figures: Record<string, number> = {};

function measure(name: string, unit: string, figure: () => number): void {
  figures[`${name}, ${unit}`] = Number(figure().toFixed(1));
}

function milliseconds(work: () => void): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

const stream = new SteadyStream(new FakeClock(1e12));
for (const jobs of [50_000, 450_000]) {
  measure(`through a backlog of 100: ${jobs / 1000} k jobs`, "thousand jobs/s", () => {
    return jobs / milliseconds(() => stream.run(jobs));
  });
  const use = memoryUse();
  measure(`… then heap, after ${jobs / 1000} k more`, "MB", () => use.heapBytes / 1e6);
  measure(`… then resident, after ${jobs / 1000} k more`, "MB", () => use.residentBytes / 1e6);
}
stream.close();

const uuids = Array.from({ length: JOBS }, () => randomUUID());

/** Jobs of 50 priorities in no order, as after a night of imports. */
function load(scheduler: Scheduler, channel: string): void {
  for (let i = 0; i < JOBS; i++) {
    scheduler.notify({
      database: "shop",
      uuid: uuids[i]!,
      channel,
      sequence: i,
      createdMs: 1e12 + (i * 7919) % JOBS,
      priority: (i * 31) % 50,
      etaMs: null,
      state: "pending",
    });
  }
}

load(Scheduler.create("root:4"), "warm-up");
const scheduler = Scheduler.create("root:4");
measure("load 1 M jobs", "ms", () => milliseconds(() => load(scheduler, "bulk")));
measure("first decision, 1 M in an unlimited channel", "ms", () => {
  return milliseconds(() => scheduler.takeReady(2e12));
});
measure("memory a job", "bytes", () => scheduler.memoryBytes / JOBS);
measure("drain 100 k through root:4", "thousand jobs/s", () => {
  const drained = Scheduler.create("root:4");
  const job = { database: "shop", channel: null, createdMs: 1e12, priority: null, etaMs: null };
  for (let i = 0; i < 100_000; i++) {
    drained.notify({ ...job, uuid: uuids[i]!, sequence: i, state: "pending" });
  }
  const elapsedMs = milliseconds(() => {
    for (let over = 0; over < 100_000;) {
      for (const { database, uuid } of drained.takeReady(2e12)) {
        drained.forget(database, uuid);
        over++;
      }
    }
  });
  return 100_000 / elapsedMs;
});

const runtime = process.versions["deno"] === undefined ? "Node" : "Deno";
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, ${runtime}`);
for (const [name, figure] of Object.entries(figures)) {
  console.log(`${String(figure).padStart(10)}  ${name}`);
}
if (process.argv.includes("--json")) console.log(JSON.stringify(figures));
