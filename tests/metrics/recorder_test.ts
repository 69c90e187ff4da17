import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CountsByName, NAMES_MAX, OTHER } from "../../src/metrics/counts_by_name.ts";
import { Histogram } from "../../src/metrics/histogram.ts";
import { Recorder } from "../../src/metrics/recorder.ts";

describe("Recorder", () => {
  it("measures from the first notification of each batch to the next decision", () => {
    const recorder = new Recorder();
    recorder.read(1_000);
    recorder.read(1_040);

    recorder.decided(1_042);
    recorder.decided(9_000);

    assertEquals(recorder.toDecision.sumMs, 42 + 2);
    assertEquals(recorder.toDecision.counts.reduce((a, b) => a + b), 2);
    assertEquals(recorder.decisionCount, 2);
  });

  it("counts by database until that is forgotten", () => {
    const recorder = new Recorder();
    recorder.asked("shop");
    recorder.asked("crm");
    recorder.asked("shop");
    recorder.foundDead("shop", 3);
    recorder.reconnecting("shop");

    recorder.forget("shop");

    assertEquals([...recorder.askedJobs.entries()], [["crm", 1]]);
    assertEquals([...recorder.deadJobs.entries(), ...recorder.reconnects.entries()], []);
    assertEquals(recorder.askedCount, 3);
  });

  it("counts statements, and the jobs they are about, by kind", () => {
    const recorder = new Recorder();
    recorder.ran("read", 10);
    recorder.ran("read", 30);
    recorder.ran("claim", 2);

    assertEquals([...recorder.statements.entries()], [["read", 2], ["claim", 1]]);
    assertEquals([...recorder.statementJobs.entries()], [["read", 40], ["claim", 2]]);
  });
});

describe("CountsByName", () => {
  it("counts names beyond its bound together, and never takes a name away again", () => {
    const counts = new CountsByName();
    for (let number = 0; number < NAMES_MAX + 50; number++) counts.add(`db${number}`);
    counts.add("db0", 2);

    const shown = new Map(counts.entries());
    assertEquals(shown.size, NAMES_MAX + 1);
    assertEquals([shown.get("db0"), shown.get(OTHER)], [3, 50]);
  });
});

describe("Histogram", () => {
  it("counts a duration in the first bound that it does not exceed", () => {
    const histogram = new Histogram([10, 100]);
    for (const ms of [0, 10, 10.5, 100, 101, Infinity]) histogram.observe(ms);

    assertEquals([...histogram.counts], [2, 2, 2]);
  });

  it("takes a negative duration for none, as after a step of the clock", () => {
    const histogram = new Histogram([10]);
    histogram.observe(-5);

    assertEquals([...histogram.counts, histogram.sumMs], [1, 0, 0]);
  });
});
