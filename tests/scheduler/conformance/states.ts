import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler, Job, SchedulerLike } from "../scheduler_like.ts";
import { channelNames, counts, drain, HOUR, job, notifyAll, NOW, take } from "./steps.ts";

/** Waiting, running, failed, parked. */
const COUNTS_OF = {
  pending: [1, 0, 0, 0],
  enqueued: [0, 1, 0, 0],
  started: [0, 1, 0, 0],
  failed: [0, 0, 1, 0],
  wait_dependencies: [0, 0, 0, 1],
  done: [0, 0, 0, 0],
  cancelled: [0, 0, 0, 0],
} as const;
const STATES = [
  "pending",
  "enqueued",
  "started",
  "failed",
  "wait_dependencies",
  "done",
  "cancelled",
] as const;

/** How a job goes from one state to another, and what a changed property does. */
export function statesConformance(create: CreateScheduler): void {
  describe("a job's state", () => {
    for (const from of STATES) {
      for (const to of STATES) {
        it(`goes from ${from} to ${to}`, () => {
          const scheduler = create("root:1,mail:1");
          scheduler.notify(job("a", { channel: "mail", state: from }));
          scheduler.notify(job("a", { channel: "mail", state: to }));

          const seen = counts(scheduler, "root.mail");
          const taken = take(scheduler, NOW);

          assertEquals(seen, [...COUNTS_OF[to]]);
          assertEquals(taken, to === "pending" ? ["a"] : []);
        });
      }

      it(`takes one place in its channel and in root at most, when it goes on from ${from}`, () => {
        const scheduler = create("root:1,mail:1");
        for (const to of STATES) {
          scheduler.notify(job("a", { channel: "mail", state: from }));
          scheduler.notify(job("a", { channel: "mail", state: to }));
        }
        scheduler.notify(job("b", { channel: "mail" }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, ["b"]);
      });
    }

    it("is running from the hand-out on", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("a", { channel: "mail" }));
      take(scheduler, NOW);

      const seen = counts(scheduler, "root.mail");

      assertEquals(seen, [0, 1, 0, 0]);
    });

    for (const state of ["enqueued", "started"]) {
      it(`becomes running in every channel when it is ${state} while it waits above`, () => {
        const scheduler = withJobInRootsHeap(create("root:2,mail:1"));
        scheduler.notify(job("flowed", { channel: "mail", state }));
        scheduler.notify(job("running 1", { state: "done" }));
        scheduler.notify(job("in mail", { channel: "mail" }));
        scheduler.notify(job("in root"));

        const taken = take(scheduler, NOW);

        assertEquals(counts(scheduler, "root.mail"), [1, 1, 0, 0]);
        assertEquals(taken, [], "root is full: the other running job and this one");
      });
    }

    it("pending again from running waits in its own channel, behind the more urgent", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("a", { channel: "mail" }));
      take(scheduler, NOW);
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      scheduler.notify(job("a", { channel: "mail" }));

      const drained = drain(scheduler, NOW);

      assertEquals(drained, ["urgent", "a"]);
    });

    for (const state of ["failed", "wait_dependencies", "done", "cancelled"]) {
      it(`${state} takes a job out of an ancestor's heap`, () => {
        const scheduler = withJobInRootsHeap(create("root:2,mail:1"));
        scheduler.notify(job("flowed", { channel: "mail", state }));
        scheduler.notify(job("running 1", { state: "done" }));
        scheduler.notify(job("next", { channel: "mail" }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, ["next"]);
      });
    }

    it("failed takes no place in any channel", () => {
      const scheduler = create("root:1,mail:1");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail", state: "failed" });
      scheduler.notify(job("d", { channel: "mail" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["d"]);
      assertEquals(counts(scheduler, "root.mail"), [0, 1, 3, 0]);
      assertEquals(
        counts(scheduler, "root"),
        [0, 0, 0, 0],
        "failed jobs count in their own channel",
      );
    });

    it("over leaves nothing of a job that was never known", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("a", { channel: "mail", state: "done" }));
      scheduler.forget("shop", "b");
      scheduler.touch("shop", "b");

      const names = channelNames(scheduler);

      assertEquals(names, ["root"]);
    });
  });

  describe("a changed property", () => {
    const changes: readonly (readonly [string, Partial<Job>])[] = [
      ["sequence", { sequence: 2 }],
      ["date of creation", { createdMs: 1001 }],
      ["missing date of creation", { createdMs: null }],
      ["priority", { priority: 11 }],
      ["eta", { etaMs: NOW - HOUR }],
    ];
    for (const [what, change] of changes) {
      it(`(${what}) sends a waiting job back to its own channel`, () => {
        const scheduler = withJobInRootsHeap(create("root:2,mail:1"));
        scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
        scheduler.notify(job("flowed", { channel: "mail", ...change }));
        scheduler.notify(job("running 1", { state: "done" }));

        const drained = drain(scheduler, NOW);

        assertEquals(drained, ["urgent", "flowed"]);
      });
    }

    it("(channel) moves a waiting job", () => {
      const scheduler = withJobInRootsHeap(create("root:2,mail:1,stock:1"));
      scheduler.notify(job("stock runs", { channel: "stock", state: "started" }));
      scheduler.notify(job("flowed", { channel: "stock" }));
      scheduler.notify(job("running 1", { state: "done" }));
      scheduler.notify(job("running 2", { state: "done" }));
      scheduler.notify(job("next", { channel: "mail" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["next"]);
      assertEquals(counts(scheduler, "root.stock"), [1, 1, 0, 0]);
    });

    for (const state of ["enqueued", "started"] as const) {
      it(`(channel) moves a running job, which is ${state}`, () => {
        const scheduler = create("root:9,a:1,a.b:1,c:1");
        scheduler.notify(job("running", { channel: "a.b", state }));
        scheduler.notify(job("in a", { channel: "a" }));
        scheduler.notify(job("in c", { channel: "c" }));
        scheduler.notify(job("running", { channel: "c", state }));

        const taken = take(scheduler, NOW);

        assertEquals(taken, ["in a"]);
        assertEquals(counts(scheduler, "root.a.b"), [0, 0, 0, 0]);
        assertEquals(counts(scheduler, "root.c"), [1, 1, 0, 0]);
      });
    }

    for (const state of ["failed", "wait_dependencies"] as const) {
      it(`(channel) moves a job that is ${state}`, () => {
        const scheduler = create("root:9,a:1,b:1");
        scheduler.notify(job("job", { channel: "a", state }));
        scheduler.notify(job("job", { channel: "b", state }));

        const seen = ["root.a", "root.b"].map((name) => counts(scheduler, name));

        assertEquals(seen, [[0, 0, 0, 0], [...COUNTS_OF[state]]]);
      });
    }

    it("comes into force together with a new state", () => {
      const scheduler = create("root:9,mail:1");
      scheduler.notify(job("a", { channel: "mail", state: "failed" }));
      scheduler.notify(job("b", { priority: 5 }));
      scheduler.notify(job("a", { channel: "stock", priority: 1 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a", "b"]);
    });

    it("(priority) makes a waiting job more urgent", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b", "c"]);
      scheduler.notify(job("c", { priority: 1 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["c", "a", "b"]);
    });

    it("(eta) holds a waiting job back, and lets it go", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a", "b"]);
      scheduler.notify(job("a", { etaMs: NOW + HOUR }));
      scheduler.notify(job("b", { etaMs: NOW + HOUR }));
      scheduler.notify(job("b"));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["b"]);
    });

    const same: readonly (readonly [string, Partial<Job>, Partial<Job>])[] = [
      ["no channel and root", { channel: null }, { channel: "root" }],
      ["an empty channel and root", { channel: "" }, { channel: "root" }],
      ["a channel with and without root.", { channel: "mail" }, { channel: "root.mail" }],
      ["no priority and 10", { channel: "mail", priority: null }, {
        channel: "mail",
        priority: 10,
      }],
    ];
    for (const [what, before, after] of same) {
      it(`is none between ${what}`, () => {
        const scheduler = create("root:2,mail:1");
        notifyAll(scheduler, ["running 1", "running 2"], { state: "started" });
        scheduler.notify(job("a", before));
        take(scheduler, NOW);
        scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
        scheduler.notify(job("a", after));
        scheduler.notify(job("running 1", { state: "done" }));

        const drained = drain(scheduler, NOW);

        const stays = after.channel === "root" ? ["urgent", "a"] : ["a", "urgent"];
        assertEquals(drained, stays);
      });
    }
  });
}

/** Two jobs run in root, which is full; the job "flowed" of mail waits in root's heap. */
function withJobInRootsHeap(scheduler: SchedulerLike): SchedulerLike {
  notifyAll(scheduler, ["running 1", "running 2"], { state: "started" });
  scheduler.notify(job("flowed", { channel: "mail" }));
  take(scheduler, NOW);
  return scheduler;
}
