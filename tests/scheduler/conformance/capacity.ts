import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { HOUR, job, notifyAll, NOW, take } from "./steps.ts";

/** How many jobs run at once. */
export function capacityConformance(create: CreateScheduler): void {
  describe("capacity", () => {
    it("hands out no more jobs than root has capacity for", () => {
      const scheduler = create("root:2");
      notifyAll(scheduler, ["a", "b", "c"]);

      const taken = [take(scheduler, NOW), take(scheduler, NOW + HOUR)];

      assertEquals(taken, [["a", "b"], []]);
    });

    for (const state of ["done", "cancelled", "failed", "wait_dependencies"]) {
      it(`hands out the next job when one becomes ${state}`, () => {
        const scheduler = create("root:1");
        notifyAll(scheduler, ["a", "b"]);
        take(scheduler, NOW);
        scheduler.notify(job("a", { state }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, ["b"]);
      });
    }

    for (const state of ["enqueued", "started"]) {
      it(`hands out nothing more when a job that was handed out becomes ${state}`, () => {
        const scheduler = create("root:1");
        notifyAll(scheduler, ["a", "b"]);
        take(scheduler, NOW);
        scheduler.notify(job("a", { state }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, []);
      });
    }

    it("hands out the next job when one is removed", () => {
      const scheduler = create("root:1");
      notifyAll(scheduler, ["a", "b"]);
      take(scheduler, NOW);
      scheduler.forget("shop", "a");

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b"]);
    });

    it("hands a job out again when it is pending again", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("a"));
      take(scheduler, NOW);
      scheduler.notify(job("a", { state: "started" }));
      scheduler.notify(job("a"));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a"]);
    });

    it("gives root capacity 1 where the channel string leaves root out", () => {
      const scheduler = create("mail:4");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a"]);
    });

    it("bounds a channel by its own capacity", () => {
      const scheduler = create("root:9,mail:2");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail" });
      scheduler.notify(job("d"));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a", "b", "d"]);
    });

    it("bounds subchannels together by the capacity of their parent", () => {
      const scheduler = create("root:9,mail:3,mail.in:2,mail.out:2");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail.in", createdMs: 2000 });
      notifyAll(scheduler, ["d", "e", "f"], { channel: "mail.out", createdMs: 1000 });

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["d", "e", "a"]);
    });

    it("does not bound a channel of capacity 0, except by root", () => {
      const scheduler = create("root:300,mail:0");
      notifyAll(scheduler, Array.from({ length: 400 }, (_, index) => `${index}`), {
        channel: "mail",
      });

      const taken = take(scheduler, NOW);

      assertEquals(taken.length, 300);
    });

    it("runs everything at once where root has the largest capacity", () => {
      const scheduler = create("root:2147483647,mail:2147483647");
      const uuids = Array.from({ length: 500 }, (_, index) => `${index}`);
      notifyAll(scheduler, uuids, { channel: "mail" });

      const taken = take(scheduler, NOW);

      assertEquals(taken, uuids);
    });

    for (const channels of ["root:0", "root:0,mail:4", "mail:4,root:0"]) {
      it(`runs nothing with "${channels}"`, () => {
        const scheduler = create(channels);
        scheduler.notify(job("a"));
        scheduler.notify(job("b", { channel: "mail" }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, []);
        assertEquals(scheduler.wakeupAtMs(NOW), Infinity);
      });
    }

    it("counts jobs found running at start, even beyond capacity", () => {
      const scheduler = create("root:1");
      notifyAll(scheduler, ["a", "b"], { state: "started" });
      scheduler.notify(job("c", { state: "enqueued" }));
      scheduler.notify(job("d"));

      const taken = ["a", "b", "c"].map((uuid) => {
        scheduler.notify(job(uuid, { state: "done" }));
        return take(scheduler, NOW);
      });

      assertEquals(taken, [[], [], ["d"]]);
    });

    it("counts a running job in its channel and in every ancestor", () => {
      const scheduler = create("root:3,a:2,a.b:1,a.c:9");
      scheduler.notify(job("running", { channel: "a.b", state: "started" }));
      scheduler.notify(job("same channel", { channel: "a.b" }));
      notifyAll(scheduler, ["sister 1", "sister 2"], { channel: "a.c" });
      notifyAll(scheduler, ["root 1", "root 2"]);

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["sister 1", "root 1"]);
    });
  });
}
