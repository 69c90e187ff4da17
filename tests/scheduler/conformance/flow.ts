import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { counts, drain, HOUR, job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/** How jobs flow up to root, and where a maximum cuts the hand-out off. */
export function flowConformance(create: CreateScheduler): void {
  describe("flow", () => {
    it("brings a job from the depth of the tree to root in one question", () => {
      const channel = Array.from({ length: 60 }, (_, level) => `c${level}`).join(".");
      const scheduler = create(`root:1,${channel}:1`);
      notifyAll(scheduler, ["a", "b"], { channel });

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["a", "b"]);
    });

    it("runs root's own more urgent job before one that flowed up", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("a", { channel: "mail" }));
      take(scheduler, NOW, 0);
      scheduler.notify(job("b", { priority: 1 }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["b", "a"]);
    });

    it("keeps a job where it has flowed to when a more urgent one arrives below", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("early", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.notify(job("running", { state: "done" }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["early", "urgent"]);
    });

    it("lets no job flow between two questions", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("early", { channel: "mail" }));
      scheduler.wakeupAtMs(NOW);
      scheduler.channels();
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["urgent", "early"]);
    });

    it("counts a job that waits in a parent's heap in the channel that released it", () => {
      const scheduler = create("root:1,mail:2");
      scheduler.notify(job("running", { state: "started" }));
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.forget("shop", "b");
      take(scheduler, NOW);
      scheduler.notify(job("more urgent", { channel: "mail", priority: 0 }));
      scheduler.notify(job("running", { state: "done" }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["urgent", "more urgent", "a"]);
    });

    it("counts a waiting job in its own channel, wherever it has flowed to", () => {
      const scheduler = create("root:1,mail:2,mail.bulk:2");
      scheduler.notify(job("running", { state: "started" }));
      scheduler.notify(job("a", { channel: "mail.bulk" }));
      take(scheduler, NOW);

      const seen = ["root", "root.mail", "root.mail.bulk"].map((name) => counts(scheduler, name));

      assertEquals(seen, [[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]);
    });

    it("holds a job back until its eta", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("a", { etaMs: NOW }));

      const taken = [NOW - SECOND, NOW - 0.25, NOW].map((nowMs) => take(scheduler, nowMs));

      assertEquals(taken, [[], [], ["a"]]);
    });

    it("lets a job pass another whose eta is ahead", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("later", { channel: "mail", priority: 1, etaMs: NOW + HOUR }));
      scheduler.notify(job("now", { channel: "mail" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["now"]);
    });
  });

  describe("a maximum", () => {
    it("ends the hand-out", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b", "c"]);

      const taken = [2, 2, 2].map((max) => take(scheduler, NOW, max));

      assertEquals(taken, [["a", "b"], ["c"], []]);
    });

    it("gives with two calls for 5 what one call for 10 gives", () => {
      const [once, twice] = [create(TREE), create(TREE)].map((scheduler) => {
        for (let index = 0; index < 30; index++) {
          const channel = ["a", "a.b", "a.c", "d", null][index % 5] ?? null;
          scheduler.notify(job(`${index}`, { channel, priority: (index * 7) % 4 }));
        }
        return scheduler;
      });

      const taken = [
        once && take(once, NOW, 10),
        twice && [...take(twice, NOW, 5), ...take(twice, NOW, 5)],
      ];

      assertEquals(taken[0], taken[1]);
      assertEquals(taken[0]?.length, 10);
    });

    it("of 0 hands out nothing, but lets jobs flow", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("early", { channel: "mail" }));
      const none = take(scheduler, NOW, 0);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));

      const taken = take(scheduler, NOW);

      assertEquals([none, taken], [[], ["early"]]);
    });

    it("leaves what it cuts off ready, which shows in the wake-up", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b"]);
      take(scheduler, NOW, 1);

      const wakeupMs = scheduler.wakeupAtMs(NOW);

      assertEquals(wakeupMs, NOW);
    });

    it("of 0 begins no throttle of root", () => {
      const scheduler = create("root:9:throttle=10");
      scheduler.notify(job("a"));
      take(scheduler, NOW, 0);

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a"]);
    });

    it("larger than what is ready changes nothing", () => {
      const scheduler = create("root:2");
      notifyAll(scheduler, ["a", "b", "c"]);

      const taken = take(scheduler, NOW, 1_000_000);

      assertEquals(taken, ["a", "b"]);
    });
  });
}

const TREE = "root:12,a:7,a.b:3,a.c:1:sequential,d:3:throttle=5";
