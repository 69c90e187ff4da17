import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { HOUR, job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/** When to ask again, if nothing but time happens. */
export function wakeupConformance(create: CreateScheduler): void {
  describe("the wake-up", () => {
    it("is never without jobs", () => {
      assertEquals(create("root:1,mail:1:throttle=5").wakeupAtMs(NOW), Infinity);
    });

    it("is never while root is full", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("a", { etaMs: NOW + HOUR }));

      assertEquals(scheduler.wakeupAtMs(NOW), Infinity);
    });

    it("is the earliest eta", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("a", { etaMs: NOW + 3 * HOUR, priority: 1 }));
      scheduler.notify(job("b", { etaMs: NOW + 2 * HOUR, priority: 2 }));
      scheduler.notify(job("c", { etaMs: NOW + HOUR + 0.5, priority: 3, channel: "mail" }));
      take(scheduler, NOW);

      assertEquals(scheduler.wakeupAtMs(NOW), NOW + HOUR + 0.5);
    });

    it("passes over an eta in a channel that is full", () => {
      const scheduler = create("root:9,mail:1,mail.bulk:9");
      scheduler.notify(job("running", { channel: "mail", state: "started" }));
      scheduler.notify(job("a", { channel: "mail.bulk", etaMs: NOW + SECOND }));
      scheduler.notify(job("b", { etaMs: NOW + HOUR }));
      take(scheduler, NOW);

      assertEquals(scheduler.wakeupAtMs(NOW), NOW + HOUR);
    });

    it("passes over an eta in a channel that is paused", () => {
      const scheduler = create("root:9,mail:1:paused,mail.bulk:9");
      scheduler.notify(job("a", { channel: "mail.bulk", etaMs: NOW + SECOND }));
      scheduler.notify(job("b", { channel: "mail" }));
      take(scheduler, NOW);

      assertEquals(scheduler.wakeupAtMs(NOW), Infinity);
    });

    it("is the end of a throttle behind which a job waits", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);

      assertEquals(scheduler.wakeupAtMs(NOW + SECOND), NOW + 10 * SECOND);
    });

    it("is the later of a throttle's end and an eta", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      scheduler.notify(job("a", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.notify(job("b", { channel: "mail", etaMs: NOW + 4 * SECOND }));
      const throttled = scheduler.wakeupAtMs(NOW);
      scheduler.notify(job("b", { channel: "mail", etaMs: NOW + 14 * SECOND }));

      const held = scheduler.wakeupAtMs(NOW);

      assertEquals([throttled, held], [NOW + 10 * SECOND, NOW + 14 * SECOND]);
    });

    it("is the latest of the throttles on the way to root", () => {
      const scheduler = create("root:9:throttle=5,a:9:throttle=20,a.b:9:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "a.b" });
      take(scheduler, NOW);

      assertEquals(scheduler.wakeupAtMs(NOW), NOW + 20 * SECOND);
    });

    it("is never while a sequential channel holds a failed job of its own", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("a", { channel: "mail", state: "failed" }));
      scheduler.notify(job("b", { channel: "mail", etaMs: NOW + HOUR }));
      take(scheduler, NOW);

      assertEquals(scheduler.wakeupAtMs(NOW), Infinity);
    });

    it("is the eta of the first job in order in a sequential channel", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("a", { channel: "mail", sequence: 1, etaMs: NOW + 2 * HOUR }));
      scheduler.notify(job("b", { channel: "mail", sequence: 2, etaMs: NOW + HOUR }));
      scheduler.notify(job("c", { channel: "mail", sequence: 3 }));
      take(scheduler, NOW);

      assertEquals(scheduler.wakeupAtMs(NOW), NOW + 2 * HOUR);
    });

    it("is now while something due has not been asked for", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("a", { channel: "mail", etaMs: NOW - HOUR }));

      assertEquals(scheduler.wakeupAtMs(NOW), NOW);
    });

    it("says when a parked or failed job runs: never", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("a", { etaMs: NOW + HOUR, state: "wait_dependencies" }));
      scheduler.notify(job("b", { etaMs: NOW + HOUR, state: "failed" }));

      assertEquals(scheduler.wakeupAtMs(NOW), Infinity);
    });

    it("follows an eta that changes, and a job that is removed", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b"], { etaMs: NOW + HOUR });
      scheduler.notify(job("a", { etaMs: NOW + SECOND }));
      const earlier = scheduler.wakeupAtMs(NOW);
      scheduler.forget("shop", "a");

      const later = scheduler.wakeupAtMs(NOW);

      assertEquals([earlier, later], [NOW + SECOND, NOW + HOUR]);
    });

    it("moves no job", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("early", { channel: "mail" }));
      scheduler.wakeupAtMs(NOW);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["urgent"]);
    });
  });

  describe("a clock that steps back", () => {
    it("makes no throttle longer than it is configured, from then on", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      const back = NOW - HOUR;

      const taken = [0, 9, 10].map((s) => take(scheduler, back + s * SECOND));

      assertEquals(taken, [[], [], ["b"]]);
    });

    it("leaves a throttle as it is when that ends sooner", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      take(scheduler, NOW + 9 * SECOND);

      const wakeupMs = scheduler.wakeupAtMs(NOW + 5 * SECOND);

      assertEquals(wakeupMs, NOW + 10 * SECOND);
    });

    it("shortens a throttle for good, also when only the wake-up is asked for", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      const wakeupMs = scheduler.wakeupAtMs(NOW - 3 * SECOND);

      const taken = take(scheduler, NOW + 7 * SECOND);

      assertEquals([wakeupMs, taken], [NOW + 7 * SECOND, ["b"]]);
    });

    it("hands no job out a second time", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b"], { etaMs: NOW });
      take(scheduler, NOW, 1);

      const taken = [NOW - HOUR, NOW].map((nowMs) => take(scheduler, nowMs));

      assertEquals(taken, [[], ["b"]]);
    });

    it("holds back again a job that was due, even where it has flowed to", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("a", { channel: "mail", etaMs: NOW }));
      take(scheduler, NOW);
      scheduler.notify(job("running", { state: "done" }));
      const early = take(scheduler, NOW - SECOND);
      const wakeupMs = scheduler.wakeupAtMs(NOW - SECOND);

      const taken = take(scheduler, NOW);

      assertEquals([early, wakeupMs, taken], [[], NOW, ["a"]]);
    });
  });
}
