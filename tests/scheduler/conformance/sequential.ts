import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { drain, HOUR, job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/**
 * Channels in which one failed or late job holds all others back, and those in which it does not.
 */
export function sequentialConformance(create: CreateScheduler): void {
  describe("a sequential channel", () => {
    it("runs one job at a time, in order", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("second", { channel: "mail", sequence: 2 }));
      scheduler.notify(job("first", { channel: "mail", sequence: 1 }));

      const before = [take(scheduler, NOW), take(scheduler, NOW)];
      scheduler.notify(job("first", { channel: "mail", sequence: 1, state: "done" }));
      const after = take(scheduler, NOW);

      assertEquals([...before, after], [["first"], [], ["second"]]);
    });

    it("holds the second job back while the first has failed", () => {
      const scheduler = create("root:9,mail:1:sequential");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.notify(job("a", { channel: "mail", state: "failed" }));

      const taken = take(scheduler, NOW + HOUR);

      assertEquals(taken, []);
    });

    for (const state of ["done", "cancelled", "wait_dependencies"]) {
      it(`goes on when its failed job becomes ${state}`, () => {
        const scheduler = create("root:9,mail:1:sequential");
        scheduler.notify(job("a", { channel: "mail", state: "failed" }));
        scheduler.notify(job("b", { channel: "mail" }));
        scheduler.notify(job("a", { channel: "mail", state }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, ["b"]);
      });
    }

    it("runs its failed job first, in order, when that is pending again", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("a", { channel: "mail", state: "failed" }));
      scheduler.notify(job("b", { channel: "mail" }));
      scheduler.notify(job("a", { channel: "mail" }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["a", "b"]);
    });

    it("goes on when its failed job moves to another channel", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("a", { channel: "mail", state: "failed" }));
      scheduler.notify(job("b", { channel: "mail" }));
      scheduler.notify(job("a", { channel: "stock", state: "failed" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b"]);
    });

    it("waits until the last of several failed jobs is gone", () => {
      const scheduler = create("root:9,mail:1:sequential");
      notifyAll(scheduler, ["a", "b"], { channel: "mail", state: "failed" });
      scheduler.notify(job("c", { channel: "mail" }));

      const taken = ["a", "b"].map((uuid) => {
        scheduler.forget("shop", uuid);
        return take(scheduler, NOW);
      });

      assertEquals(taken, [[], ["c"]]);
    });

    it("is not blocked by a failure in a subchannel", () => {
      const scheduler = create("root:9,mail:1:sequential,mail.bulk:1");
      scheduler.notify(job("a", { channel: "mail.bulk", state: "failed" }));
      scheduler.notify(job("b", { channel: "mail" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b"]);
    });

    it("holds back the jobs of subchannels while a job of its own has failed", () => {
      const scheduler = create("root:9,mail:1:sequential,mail.bulk:1");
      scheduler.notify(job("a", { channel: "mail", state: "failed" }));
      scheduler.notify(job("b", { channel: "mail.bulk" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, []);
    });

    it("waits for the eta of its first job in order, while others are due", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("first", { channel: "mail", sequence: 1, etaMs: NOW + HOUR }));
      scheduler.notify(job("second", { channel: "mail", sequence: 2 }));
      scheduler.notify(job("third", { channel: "mail", sequence: 3, etaMs: NOW + SECOND }));

      const drained = [NOW, NOW + HOUR - 1, NOW + HOUR].map((nowMs) => drain(scheduler, nowMs));

      assertEquals(drained, [[], [], ["first", "second", "third"]]);
    });

    it("goes on when the job with the far eta is parked", () => {
      const scheduler = create("root:9,mail:1:sequential");
      scheduler.notify(job("first", { channel: "mail", etaMs: NOW + HOUR }));
      scheduler.notify(job("second", { channel: "mail" }));
      scheduler.notify(
        job("first", { channel: "mail", etaMs: NOW + HOUR, state: "wait_dependencies" }),
      );

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["second"]);
    });

    it("orders the jobs that flowed up into it with its own", () => {
      const scheduler = create("root:9,mail:1:sequential,mail.bulk:0");
      scheduler.notify(job("own", { channel: "mail", priority: 5, etaMs: NOW + HOUR }));
      scheduler.notify(job("bulk", { channel: "mail.bulk", priority: 9 }));
      const blocked = take(scheduler, NOW);
      scheduler.notify(job("more urgent", { channel: "mail.bulk", priority: 1 }));

      const taken = take(scheduler, NOW);

      assertEquals([blocked, taken], [[], ["more urgent"]]);
    });

    it("does not wait for a job that its subchannel still holds back", () => {
      const scheduler = create("root:9,mail:1:sequential,mail.bulk:0");
      scheduler.notify(job("bulk", { channel: "mail.bulk", priority: 1, etaMs: NOW + HOUR }));
      scheduler.notify(job("own", { channel: "mail" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["own"]);
    });

    it("may be throttled too", () => {
      const scheduler = create("root:9,mail:1:sequential:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });

      const drained = [0, 9, 10].map((s) => drain(scheduler, NOW + s * SECOND));

      assertEquals(drained, [["a"], [], ["b"]]);
    });

    it("may be root, which only a failed job of root itself blocks", () => {
      const scheduler = create("root:1:sequential,mail:1");
      scheduler.notify(job("mail failed", { channel: "mail", state: "failed" }));
      scheduler.notify(job("a", { channel: "mail" }));
      const open = drain(scheduler, NOW);
      scheduler.notify(job("root failed", { state: "failed" }));
      scheduler.notify(job("b", { channel: "mail" }));

      const blocked = drain(scheduler, NOW);

      assertEquals([open, blocked], [["a"], []]);
    });
  });

  describe("a channel that is not sequential", () => {
    for (const channels of ["root:9,mail:1", "root:9,mail:1:sequential=false"]) {
      it(`goes on after a failure, with "${channels}"`, () => {
        const scheduler = create(channels);
        scheduler.notify(job("a", { channel: "mail", state: "failed" }));
        scheduler.notify(job("b", { channel: "mail" }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, ["b"]);
      });
    }
  });
}
