import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Scheduler, TableFullError } from "../../src/scheduler/mod.ts";
import { job, notifyAll, NOW, take } from "./conformance/steps.ts";

describe("explainChannel", () => {
  it("says what would hold a new job of the channel back, and leaves nothing behind", () => {
    const scheduler = Scheduler.create("root:9,mail:1");
    notifyAll(scheduler, ["a", "b", "c"], { channel: "mail" });
    take(scheduler, NOW);
    const before = [scheduler.channels(), scheduler.jobCount, scheduler.wakeupAtMs(NOW)];

    const { state, waitsAt, reasons, path } = scheduler.explainChannel("mail", NOW);

    assertEquals([state, waitsAt], ["waiting", "root.mail"]);
    assertEquals(reasons, [
      {
        ...{ kind: "order", channel: "root.mail", before: 2, firstEtaMs: null },
        first: { database: "shop", uuid: "b" },
      },
      { kind: "full", channel: "root.mail", taken: 1, capacity: 1, sequential: false },
    ]);
    assertEquals(path.map((it) => [it.name, it.waiting, it.running, it.taken]), [
      ["root.mail", 2, 1, 1],
      ["root", 0, 0, 1],
    ]);
    assertEquals([scheduler.channels(), scheduler.jobCount, scheduler.wakeupAtMs(NOW)], before);
    scheduler.checkInvariants();
  });

  it("finds nothing in the way of an open channel, and does not know an unknown one", () => {
    const scheduler = Scheduler.create("root:9,mail:1");
    scheduler.notify(job("a", { channel: "made.up" }));

    const seen = ["mail", "root", "root.made.up", "other"]
      .map((it) => scheduler.explainChannel(it, NOW).state);

    assertEquals(seen, ["ready", "ready", "ready", "unknown"]);
    assertEquals(scheduler.channels().length, 3);
  });

  it("needs room for one job", () => {
    const scheduler = Scheduler.create("root:9", { maxJobs: 1 });
    scheduler.notify(job("a"));

    assertThrows(() => scheduler.explainChannel("root", NOW), TableFullError);
    assertEquals(scheduler.jobCount, 1);
  });
});
