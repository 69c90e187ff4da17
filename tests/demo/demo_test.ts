import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Demo } from "../../scripts/demo/demo.ts";
import { CHANNELS, channelString, demoJob } from "../../scripts/demo/demo_jobs.ts";
import { type DemoOptions, readOptions } from "../../scripts/demo/demo_options.ts";

describe("Demo", () => {
  it("runs all its jobs as planned and says so", async () => {
    const lines: string[] = [];
    const options = readOptions(["--jobs", "60", "--databases", "2", "--exit"]) as DemoOptions;
    const demo = new Demo(options, (line) => lines.push(line));

    const summary = await demo.run();

    assertEquals(
      { ok: summary.ok, jobs: summary.jobs, over: summary.done + summary.failed },
      { ok: true, jobs: 60, over: 60 },
      lines.join("\n"),
    );
    assertMatch(lines.join("\n"), /Page {9}http:\/\/127\.0\.0\.1:\d+\/$/m);
    assertMatch(lines.join("\n"), /Runner {7}process \d+, settings \S+odoo\.conf\n/);
  });
});

describe("readOptions", () => {
  it("has defaults for all", () => {
    const { jobs, databases, workers, exit, generation } = readOptions([]) as DemoOptions;

    assertEquals([jobs, databases, workers, exit], [300, 1, 4, false]);
    assertEquals(generation.name, "16.0-2025");
  });

  it("gives nothing when help is asked for", () => {
    assertEquals(readOptions(["--help"]), null);
  });

  it("refuses numbers that make no sense, and unknown options", () => {
    assertThrows(() => readOptions(["--jobs", "0"]), RangeError, 'Cannot use --jobs="0"');
    assertThrows(() => readOptions(["--workers", "four"]), RangeError, '--workers="four"');
    assertThrows(() => readOptions(["--generation", "7.0"]), RangeError, '"7.0"');
    assertThrows(() => readOptions(["--job", "1"]), TypeError);
  });
});

describe("demoJob", () => {
  const jobs = Array.from({ length: 300 }, (_, number) => demoJob(number));

  it("makes retries, failures, etas and priorities in several channels", () => {
    assertEquals(new Set(jobs.map((job) => job.channel)).size, 6);
    assertEquals(jobs.some((job) => job.plan.retries > 0), true);
    assertEquals(jobs.some((job) => job.plan.outcome === "failed"), true);
    assertEquals(jobs.some((job) => typeof job.etaInMs === "number"), true);
    assertEquals(new Set(jobs.map((job) => job.priority)).size > 3, true);
  });

  it("plans no failure where it would hold up all others", () => {
    const sequential = jobs.filter((job) => job.channel === "root.accounting");

    assertEquals(sequential.some((job) => job.plan.retries > 0), true);
    assertEquals(sequential.some((job) => job.plan.outcome === "failed"), false);
  });
});

describe("channelString", () => {
  it("writes the channels as Odoo's users do", () => {
    assertEquals(
      channelString(CHANNELS),
      "root:8,mail:4,mail.bulk:2,accounting:1:sequential,sync:3",
    );
  });
});
