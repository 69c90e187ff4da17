import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { drain, HOUR, job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/** What holds jobs back besides capacity and order: a throttle, a pause. */
export function throttleConformance(create: CreateScheduler): void {
  describe("a throttle", () => {
    it("lets one job pass at a time, and the next exactly when the time is over", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail" });

      const taken = [0, 9.999, 10, 19, 60].map((s) => take(scheduler, NOW + s * SECOND));

      assertEquals(taken, [["a"], [], ["b"], [], ["c"]]);
    });

    it("may be a fraction of a second", () => {
      const scheduler = create("root:9,mail:9:throttle=0.25");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });

      const taken = [0, 249, 250].map((ms) => take(scheduler, NOW + ms));

      assertEquals(taken, [["a"], [], ["b"]]);
    });

    it("goes on when the job that began it is over", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.forget("shop", "a");

      const taken = [9, 10].map((s) => take(scheduler, NOW + s * SECOND));

      assertEquals(taken, [[], ["b"]]);
    });

    it("holds for root", () => {
      const scheduler = create("root:9:throttle=10");
      notifyAll(scheduler, ["a", "b"]);

      const taken = [0, 5, 10].map((s) => take(scheduler, NOW + s * SECOND));

      assertEquals(taken, [["a"], [], ["b"]]);
    });

    it("holds for the jobs of subchannels together", () => {
      const scheduler = create("root:9,mail:9:throttle=10,mail.in:9,mail.out:9");
      scheduler.notify(job("a", { channel: "mail.in" }));
      scheduler.notify(job("b", { channel: "mail.out" }));
      scheduler.notify(job("c", { channel: "mail" }));

      const taken = [0, 10, 20].map((s) => take(scheduler, NOW + s * SECOND));

      assertEquals(taken, [["a"], ["b"], ["c"]]);
    });

    it("counts releases to the parent, not runs", () => {
      const scheduler = create("root:1,mail:9:throttle=10");
      scheduler.notify(job("running", { state: "started" }));
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail" });
      [0, 10].forEach((s) => take(scheduler, NOW + s * SECOND));
      scheduler.notify(job("running", { state: "done" }));

      const drained = [10, 19, 20].map((s) => drain(scheduler, NOW + s * SECOND));

      assertEquals(drained, [["a", "b"], [], ["c"]]);
    });

    it("is not begun by a job that was found running", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      scheduler.notify(job("running", { channel: "mail", state: "started" }));
      scheduler.notify(job("a", { channel: "mail" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a"]);
    });

    it("holds back its own channel alone", () => {
      const scheduler = create("root:9,mail:9:throttle=10,stock:9:throttle=5,sale:9");
      for (const channel of ["mail", "stock", "sale"]) {
        notifyAll(scheduler, [`${channel} 1`, `${channel} 2`], { channel });
      }

      const taken = [0, 5, 10].map((s) => take(scheduler, NOW + s * SECOND));

      assertEquals(taken, [["mail 1", "stock 1", "sale 1", "sale 2"], ["stock 2"], ["mail 2"]]);
    });

    it("releases the most urgent of the jobs that have come by then", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      take(scheduler, NOW + 5 * SECOND);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));

      const taken = take(scheduler, NOW + 10 * SECOND);

      assertEquals(taken, ["urgent"]);
    });
  });

  describe("a paused channel", () => {
    it("releases nothing, while others go on", () => {
      const scheduler = create("root:9,mail:9:paused,stock:9");
      scheduler.notify(job("a", { channel: "mail" }));
      scheduler.notify(job("b", { channel: "stock" }));

      const taken = take(scheduler, NOW + HOUR);

      assertEquals(taken, ["b"]);
    });

    it("holds back the jobs of its subchannels", () => {
      const scheduler = create("root:9,mail:9:paused,mail.bulk:9");
      scheduler.notify(job("a", { channel: "mail.bulk" }));
      scheduler.notify(job("b", { channel: "mail.made.up" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, []);
    });

    it("lets the jobs flow that wait below it", () => {
      const scheduler = create("root:9,mail:9:paused,mail.bulk:1");
      scheduler.notify(job("early", { channel: "mail.bulk" }));
      take(scheduler, NOW);
      scheduler.notify(job("urgent", { channel: "mail.bulk", priority: 1 }));
      scheduler.configure("root:9,mail:9,mail.bulk:1");

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["early", "urgent"]);
    });

    it("counts its running jobs in its ancestors", () => {
      const scheduler = create("root:1,mail:9:paused");
      scheduler.notify(job("running", { channel: "mail", state: "started" }));
      scheduler.notify(job("a"));

      const taken = take(scheduler, NOW);

      assertEquals(taken, []);
    });

    it("may be root", () => {
      const scheduler = create("root:9:paused,mail:9");
      scheduler.notify(job("a", { channel: "mail" }));
      scheduler.notify(job("b"));

      const taken = take(scheduler, NOW);

      assertEquals(taken, []);
      assertEquals(scheduler.wakeupAtMs(NOW), Infinity);
    });
  });
}
