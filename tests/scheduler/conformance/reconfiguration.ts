import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../implementations.ts";
import type { CreateScheduler } from "../scheduler_like.ts";
import { channelNames, counts, drain, job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/** A new channel string for a scheduler that holds jobs. */
export function reconfigurationConformance(
  create: CreateScheduler,
  ConfigError: Entry["ConfigError"],
): void {
  describe("a new channel string", () => {
    it("that gives more capacity releases more", () => {
      const scheduler = create("root:1");
      notifyAll(scheduler, ["a", "b", "c"]);
      take(scheduler, NOW);
      scheduler.configure("root:3");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b", "c"]);
    });

    it("that pauses a channel calls back jobs that have flowed on", () => {
      const scheduler = create("root:1,mail:9");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.configure("root:9,mail:9:paused");

      assertEquals(take(scheduler, NOW), []);
    });

    it("that gives less capacity waits until enough running jobs are over", () => {
      const scheduler = create("root:3");
      notifyAll(scheduler, ["a", "b", "c", "d"]);
      take(scheduler, NOW);
      scheduler.configure("root:2");

      const taken = ["a", "b"].map((uuid) => {
        scheduler.notify(job(uuid, { state: "done" }));
        return take(scheduler, NOW);
      });

      assertEquals(taken, [[], ["d"]]);
    });

    it("leaves every job what it is", () => {
      const scheduler = create("root:1,mail:1");
      notifyAll(scheduler, ["w1", "w2"], { channel: "mail" });
      scheduler.notify(job("running", { channel: "mail", state: "started" }));
      notifyAll(scheduler, ["f1", "f2", "f3"], { channel: "mail", state: "failed" });
      scheduler.notify(job("parked", { channel: "mail", state: "wait_dependencies" }));

      const seen = ["root:9", "root:9,mail.bulk:2,stock:3", "root:0,mail:1:paused"].map((text) => {
        scheduler.configure(text);
        return counts(scheduler, "root.mail");
      });

      assertEquals(seen, [[2, 1, 3, 1], [2, 1, 3, 1], [2, 1, 3, 1]]);
    });

    it("shows the new parameters of a channel", () => {
      const scheduler = create("root:1,mail:1:sequential");
      scheduler.configure("root:9,mail:4:throttle=2.5:paused");

      const mail = scheduler.channels().find(({ name }) => name === "root.mail");

      const none = { waiting: 0, running: 0, failed: 0, parked: 0, waitingSinceMs: null };
      const shown = {
        name: "root.mail",
        capacity: 4,
        sequential: false,
        throttle: 2.5,
        paused: true,
      };
      assertEquals({ ...mail }, { ...shown, ...none });
    });

    it("turns a channel that it leaves out into one made on the fly", () => {
      const scheduler = create("root:9:subcapacity=2,mail:1:sequential:throttle=10");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.configure("root:9:subcapacity=2");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b"]);
    });

    it("lets go of a channel that it leaves out and that holds no jobs", () => {
      const scheduler = create("root:9,mail:1,stock:1");
      scheduler.notify(job("a", { channel: "stock", state: "wait_dependencies" }));
      scheduler.configure("root:9");

      const names = channelNames(scheduler);

      assertEquals(names, ["root", "root.stock"]);
    });

    it("lets go of a channel that it left out when its last job is gone", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("a", { channel: "mail" }));
      scheduler.configure("root:9");
      scheduler.forget("shop", "a");

      const names = channelNames(scheduler);

      assertEquals(names, ["root"]);
    });

    it("puts its rules on a channel that was made on the fly, for the jobs there too", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("running", { channel: "mail", state: "started" }));
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      scheduler.configure("root:9,mail:2");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a"]);
    });

    it("counts running jobs in a parent that comes between", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("running", { channel: "mail.bulk", state: "started" }));
      scheduler.notify(job("a", { channel: "mail.bulk" }));
      scheduler.configure("root:9,mail:1");

      const taken = take(scheduler, NOW);

      assertEquals(taken, []);
    });

    it("no longer counts running jobs in a parent that goes away", () => {
      const scheduler = create("root:2,mail:1,mail.bulk:1");
      scheduler.notify(job("running", { channel: "mail.bulk", state: "started" }));
      scheduler.notify(job("a", { channel: "mail" }));
      scheduler.configure("root:2");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a"]);
    });

    it("leaves a job where it has flowed to", () => {
      const scheduler = create("root:1,mail:5");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("flowed", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.configure("root:1,mail:1");
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.notify(job("running", { state: "done" }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["flowed", "urgent"]);
    });

    it("counts a job that has flowed past a parent that comes between", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("flowed", { channel: "mail.bulk" }));
      take(scheduler, NOW);
      scheduler.configure("root:1,mail:1");
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.notify(job("running", { state: "done" }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["flowed", "urgent"]);
    });

    it("sends a job back to its own channel when its heap is no longer on its way", () => {
      const scheduler = create("root:3,mail:1");
      scheduler.notify(job("running", { channel: "mail", state: "started" }));
      scheduler.notify(job("flowed", { channel: "mail.bulk" }));
      take(scheduler, NOW);
      scheduler.configure("root:3:subcapacity=1");
      scheduler.notify(job("urgent", { channel: "mail.bulk", priority: 1 }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["urgent", "flowed"]);
    });

    it("keeps arrivals", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("1", { channel: "mail" }));
      scheduler.notify(job("2"));
      scheduler.notify(job("3", { channel: "stock" }));
      scheduler.configure("root:9,stock:1");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["1", "2", "3"]);
    });

    it("pauses a channel and lets it go on", () => {
      const scheduler = create("root:9,mail:9");
      scheduler.notify(job("a", { channel: "mail" }));

      const taken = ["root:9,mail:9:paused", "root:9,mail:9"].map((text) => {
        scheduler.configure(text);
        return take(scheduler, NOW);
      });

      assertEquals(taken, [[], ["a"]]);
    });

    it("makes a channel sequential, with the failures that it already has", () => {
      const scheduler = create("root:9,mail:9");
      scheduler.notify(job("failed", { channel: "mail", state: "failed" }));
      scheduler.notify(job("a", { channel: "mail" }));
      scheduler.configure("root:9,mail:1:sequential");

      const taken = take(scheduler, NOW);

      assertEquals(taken, []);
    });

    it("with a new subcapacity changes the channels made on the fly", () => {
      const scheduler = create("root:9,mail:9:subcapacity=1");
      notifyAll(scheduler, ["a", "b", "c", "d"], { channel: "mail.made" });
      const before = take(scheduler, NOW);
      scheduler.configure("root:9,mail:9:subcapacity=3");

      const after = take(scheduler, NOW);

      assertEquals([before, after], [["a"], ["b", "c"]]);
    });

    it("that is wrong throws and changes nothing", () => {
      const scheduler = create("root:1,mail:2:throttle=3");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      const before = scheduler.channels();

      assertThrows(() => scheduler.configure("root:9,stock:2:sequential"), ConfigError);

      assertEquals(scheduler.channels(), before);
      assertEquals(take(scheduler, NOW + 5 * SECOND), []);
    });
  });

  describe("a new throttle", () => {
    it("that is shorter ends sooner, counted from the last question", () => {
      const scheduler = create("root:9,mail:9:throttle=100");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      take(scheduler, NOW + 20 * SECOND);
      scheduler.configure("root:9,mail:9:throttle=10");

      const taken = [29, 30].map((s) => take(scheduler, NOW + s * SECOND));

      assertEquals(taken, [[], ["b"]]);
    });

    it("that is longer does not lengthen the one that runs", () => {
      const scheduler = create("root:9,mail:9:throttle=10");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.configure("root:9,mail:9:throttle=100");

      const taken = [9, 10, 109, 110].map((s) => take(scheduler, NOW + s * SECOND));

      assertEquals(taken, [[], ["b"], [], ["c"]]);
    });

    it("that follows upon none does not hold back the next job", () => {
      const scheduler = create("root:9,mail:1:throttle=100");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.forget("shop", "a");
      scheduler.configure("root:9,mail:1");
      scheduler.configure("root:9,mail:1:throttle=100");

      const taken = take(scheduler, NOW + SECOND);

      assertEquals(taken, ["b"]);
    });
  });
}
