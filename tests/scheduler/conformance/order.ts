import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler } from "../scheduler_like.ts";
import { seededRandom } from "../random.ts";
import { job, notifyAll, NOW, take } from "./steps.ts";

/** Which of several due jobs runs first. */
export function orderConformance(create: CreateScheduler): void {
  describe("order", () => {
    it("runs the smaller priority first", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("routine", { priority: 20 }));
      scheduler.notify(job("urgent", { priority: 3, createdMs: 9000, sequence: 9 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["urgent", "routine"]);
    });

    it("runs the older job first where the priority is equal", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("young", { createdMs: 2000, sequence: 1 }));
      scheduler.notify(job("old", { createdMs: 1000, sequence: 2 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["old", "young"]);
    });

    it("runs the smaller sequence first where priority and age are equal", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("second", { sequence: 12 }));
      scheduler.notify(job("first", { sequence: 7 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["first", "second"]);
    });

    it("serves first what was first known where everything is equal", () => {
      const uuids = ["m", "z", "a", "q", "b", "y", "c", "x"];
      const scheduler = create("root:9");
      notifyAll(scheduler, uuids);

      const taken = take(scheduler, NOW);

      assertEquals(taken, uuids);
    });

    it("settles ties by arrival across databases and channels", () => {
      const scheduler = create("root:9,a:9,b:9,b.c:9");
      scheduler.notify(job("1", { database: "z", channel: "b.c" }));
      scheduler.notify(job("2", { database: "a", channel: "root" }));
      scheduler.notify(job("3", { database: "m", channel: "a" }));
      scheduler.notify(job("4", { database: "a", channel: "made.up" }));
      scheduler.notify(job("5", { database: "m", channel: "b" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["1", "2", "3", "4", "5"]);
    });

    it("keeps a job's arrival through every state it can have without being forgotten", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["first", "second"]);
      for (const state of ["failed", "started", "wait_dependencies", "enqueued", "pending"]) {
        scheduler.notify(job("first", { state }));
      }

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["first", "second"]);
    });

    it("keeps a job's arrival when its properties change", () => {
      const scheduler = create("root:9,mail:9");
      notifyAll(scheduler, ["first", "second"]);
      scheduler.notify(job("first", { priority: 99, channel: "mail" }));
      scheduler.notify(job("first"));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["first", "second"]);
    });

    it("gives a job that was forgotten a new arrival", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["ended", "removed", "stays"]);
      scheduler.notify(job("ended", { state: "done" }));
      scheduler.forget("shop", "removed");
      notifyAll(scheduler, ["removed", "ended"]);

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["stays", "removed", "ended"]);
    });

    it("takes a missing priority as 10", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("eleven", { priority: 11 }));
      scheduler.notify(job("missing", { priority: null }));
      scheduler.notify(job("ten", { priority: 10 }));
      scheduler.notify(job("nine", { priority: 9 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["nine", "missing", "ten", "eleven"]);
    });

    it("takes a job without a date of creation as the oldest", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("ancient", { createdMs: -8.64e15 }));
      scheduler.notify(job("dateless 2", { createdMs: null, sequence: 2 }));
      scheduler.notify(job("dateless 1", { createdMs: null, sequence: 1 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["dateless 1", "dateless 2", "ancient"]);
    });

    it("orders priorities from one limit of int32 to the other", () => {
      const priorities = [-(2 ** 31), -(2 ** 31) + 1, -1, 0, 1, 2 ** 31 - 2, 2 ** 31 - 1];
      const scheduler = create("root:9");
      for (const priority of priorities.toReversed()) {
        scheduler.notify(job(String(priority), { priority }));
      }

      const taken = take(scheduler, NOW);

      assertEquals(taken, priorities.map(String));
    });

    it("orders sequences up to the largest whole numbers, and below zero", () => {
      const { MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number;
      const sequences = [
        MIN_SAFE_INTEGER,
        -1,
        0,
        2 ** 31,
        2 ** 32 + 1,
        MAX_SAFE_INTEGER - 1,
        MAX_SAFE_INTEGER,
      ];
      const scheduler = create("root:9");
      for (const sequence of sequences.toReversed()) {
        scheduler.notify(job(String(sequence), { sequence }));
      }

      const taken = take(scheduler, NOW);

      assertEquals(taken, sequences.map(String));
    });

    it("orders dates that differ by a microsecond, and dates before 1970", () => {
      const dates = [-1.5, -1, 0, NOW, NOW + 0.001, NOW + 0.002, NOW + 1];
      const scheduler = create("root:9");
      for (const createdMs of dates.toReversed()) {
        scheduler.notify(job(String(createdMs), { createdMs }));
      }

      const taken = take(scheduler, NOW);

      assertEquals(taken, dates.map(String));
    });

    it("does not take a job with an eta for more urgent, once it is due", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("long due", { etaMs: NOW - 5000, priority: 20 }));
      scheduler.notify(job("no eta", { priority: 10 }));
      scheduler.notify(job("just due", { etaMs: NOW, priority: 5 }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["just due", "no eta", "long due"]);
    });

    it("orders a thousand mixed jobs", () => {
      const random = seededRandom(7);
      const jobs = Array.from({ length: 1000 }, (_, index) =>
        job(String(index), {
          priority: random.below(4) - 2,
          createdMs: 1000 * random.below(5),
          sequence: random.below(8),
        }));
      const scheduler = create("root:1000");
      for (const notice of jobs) scheduler.notify(notice);

      const taken = take(scheduler, NOW);

      const ordered = jobs.toSorted((a, b) =>
        (a.priority ?? 10) - (b.priority ?? 10) || (a.createdMs ?? 0) - (b.createdMs ?? 0) ||
        a.sequence - b.sequence
      ); // toSorted keeps ties as they came
      assertEquals(taken, ordered.map((it) => it.uuid));
    });
  });
}
