import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { channelNames, counts, drain, HOUR, job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/**
 * Where the stock runner is wrong on purpose, and what holds here: one case for each row of the
 * table.
 */
export function differencesConformance(create: CreateScheduler): void {
  describe("unlike the stock runner", () => {
    it("takes a job for running when it is enqueued while it waits in an ancestor", () => {
      const scheduler = create("root:1,mail:2");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("flowed", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.notify(job("flowed", { channel: "mail", state: "enqueued" }));
      scheduler.notify(job("running", { state: "done" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, [], "neither handed out again nor its slot taken twice");
    });

    it("leaves a waiting job where it is when pending is repeated", () => {
      const scheduler = create("root:1,mail:1:throttle=10");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("flowed", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.notify(job("flowed", { channel: "mail" }));
      scheduler.notify(job("running", { state: "done" }));

      const taken = take(scheduler, NOW + SECOND);

      assertEquals(taken, ["flowed"], "its place kept, no second throttle");
    });

    it("does not take an eta that stays in the row for a change", () => {
      const scheduler = create("root:1,mail:1:throttle=10");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("flowed", { channel: "mail", etaMs: NOW }));
      take(scheduler, NOW);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.notify(job("flowed", { channel: "mail", etaMs: NOW }));
      scheduler.notify(job("running", { state: "done" }));

      const taken = take(scheduler, NOW + SECOND);

      assertEquals(taken, ["flowed"]);
    });

    it("parks a known job that waits for dependencies", () => {
      const scheduler = create("root:1");
      notifyAll(scheduler, ["waiting", "running"]);
      scheduler.notify(job("running", { state: "started" }));
      notifyAll(scheduler, ["waiting", "running"], { state: "wait_dependencies" });
      scheduler.notify(job("next"));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["next"]);
      assertEquals(counts(scheduler, "root"), [0, 1, 0, 2]);
    });

    it("keeps a sequential channel in order when several etas are in it", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("1", { channel: "mail", sequence: 1, etaMs: NOW + 2 * HOUR }));
      scheduler.notify(job("2", { channel: "mail", sequence: 2, etaMs: NOW + HOUR }));

      const taken = [NOW + HOUR, NOW + 2 * HOUR].map((nowMs) => take(scheduler, nowMs));

      assertEquals(taken, [[], ["1"]]);
    });

    it("names an unconfigured channel below a configured one as it is", () => {
      const scheduler = create("root:9,sub:1");
      scheduler.notify(job("a", { channel: "root.sub.x" }));

      const names = channelNames(scheduler);

      assertEquals(names, ["root", "root.sub", "root.sub.x"]);
    });

    it("knows two jobs of one uuid in two databases", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("a", { database: "shop", channel: "mail" }));
      scheduler.notify(job("a", { database: "test", channel: "stock" }));

      const taken = scheduler.takeReady(NOW).map(({ database, uuid }) => [database, uuid]);

      assertEquals(taken, [["shop", "a"], ["test", "a"]]);
    });

    it("takes NULL for priority 10 and for created before all others", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("eleven", { priority: 11, createdMs: null }));
      scheduler.notify(job("ten", { priority: 10 }));
      scheduler.notify(job("null", { priority: null, createdMs: null }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["null", "ten", "eleven"]);
    });

    it("takes sequential=false for false, and unknown keys for nothing", () => {
      const scheduler = create("root:9,mail:2:sequential=false:colour=blue");
      scheduler.notify(job("failed", { channel: "mail", state: "failed" }));
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail" });

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a", "b"]);
    });

    it("obeys root:0 at the end of the channel string", () => {
      const scheduler = create("sub:4,root:0");
      scheduler.notify(job("a", { channel: "sub" }));

      const taken = take(scheduler, NOW + HOUR);

      assertEquals(taken, []);
    });

    it("puts jobs whose eta came due into the order of all", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("due", { etaMs: NOW, priority: 20 }));
      scheduler.notify(job("urgent", { priority: 1 }));
      scheduler.notify(job("routine", { priority: 30 }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["urgent", "due", "routine"]);
    });

    it("asks for no wake-up for an empty channel in its throttle pause", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      scheduler.notify(job("a", { channel: "mail" }));
      take(scheduler, NOW);

      const wakeupMs = scheduler.wakeupAtMs(NOW);

      assertEquals(wakeupMs, Infinity);
    });

    it("serves first what was first known where the order ties", () => {
      const uuids = Array.from({ length: 50 }, (_, index) => `${(index * 37) % 50}`);
      const scheduler = create("root:1");
      notifyAll(scheduler, uuids);

      const drained = drain(scheduler, NOW);

      assertEquals(drained, uuids);
    });
  });

  describe("like the stock runner", () => {
    it("lets a job that flowed down keep its place", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("a", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.notify(job("running", { state: "done" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a"]);
    });
  });
}
