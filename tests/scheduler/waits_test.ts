import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { Scheduler } from "../../src/scheduler/mod.ts";
import { job, NOW, SECOND } from "./conformance/steps.ts";
import { seededRandom } from "./random.ts";

const ENOUGH = 1_000_000;

describe("Waits", () => {
  let scheduler: Scheduler;

  beforeEach(() => {
    scheduler = Scheduler.create("root:9,mail:0,mail.bulk:0,stopped:1:paused");
  });

  function channelSince(name: string): number | null | undefined {
    return scheduler.channels().find((it) => it.name === name)?.waitingSinceMs;
  }

  describe("survey", () => {
    it("finds the job that has waited longest, whoever is more urgent", () => {
      const common = { channel: "mail" };
      scheduler.notify(job("urgent", { ...common, priority: 1, createdMs: NOW - 10 * SECOND }));
      scheduler.notify(job("oldest", { ...common, priority: 99, createdMs: NOW - 60 * SECOND }));
      scheduler.notify(job("young", { ...common, createdMs: NOW }));

      scheduler.waits.survey(NOW, ENOUGH);

      assertEquals(channelSince("root.mail"), NOW - 60 * SECOND);
      assertEquals(scheduler.waits.sinceMs("shop"), NOW - 60 * SECOND);
    });

    it("counts from the eta; leaves out what is not due, runs, has failed or has no date", () => {
      const createdMs = NOW - 60 * SECOND;
      const notify = (uuid: string, changes: Parameters<typeof job>[1]) =>
        scheduler.notify(job(uuid, { channel: "mail", createdMs, ...changes }));
      notify("due", { etaMs: NOW - 5 * SECOND });
      notify("not due", { etaMs: NOW + 1 });
      notify("running", { state: "started" });
      notify("failed", { state: "failed" });
      notify("parked", { state: "wait_dependencies" });
      notify("undated", { createdMs: null });

      scheduler.notify(job("later", { channel: "mail.bulk", createdMs, etaMs: NOW + 1 }));

      scheduler.waits.survey(NOW, ENOUGH);

      assertEquals(channelSince("root.mail"), NOW - 5 * SECOND);
      assertEquals(channelSince("root.mail.bulk"), null);
    });

    it("tells channels and databases apart", () => {
      scheduler.notify(job("a", { channel: "mail", createdMs: NOW - 3 }));
      scheduler.notify(job("b", { channel: "stopped", database: "crm", createdMs: NOW - 7 }));

      scheduler.waits.survey(NOW, ENOUGH);

      assertEquals(["root", "root.mail", "root.stopped"].map(channelSince), [
        null,
        NOW - 3,
        NOW - 7,
      ]);
      const since = ["shop", "crm", "unknown"].map((it) => scheduler.waits.sinceMs(it));
      assertEquals(since, [NOW - 3, NOW - 7, null]);
    });

    it("answers what the last whole round has found, while the next is under way", () => {
      scheduler.notify(job("old", { channel: "mail", createdMs: NOW - 100 }));
      for (let i = 0; i < 9; i++) {
        scheduler.notify(job(`${i}`, { channel: "mail", createdMs: NOW - i }));
      }

      const isOver = [];
      for (let i = 0; i < 4; i++) {
        isOver.push(scheduler.waits.survey(NOW, 3));
        if (i < 3) assertEquals(channelSince("root.mail"), null);
      }

      assertEquals(isOver, [false, false, false, true]);
      assertEquals(channelSince("root.mail"), NOW - 100);
    });

    it("goes on when the job at which it stands leaves", () => {
      const random = seededRandom(5);
      const uuids = Array.from({ length: 200 }, (_, i) => `${i}`);
      for (const uuid of uuids) scheduler.notify(job(uuid, { createdMs: NOW - 1 }));
      scheduler.notify(job("oldest", { createdMs: NOW - 100 }));
      scheduler.notify(job("other", { database: "crm", createdMs: NOW - 50 }));

      for (const uuid of uuids) {
        scheduler.waits.survey(NOW, random.below(3));
        scheduler.forget("shop", uuid);
        scheduler.checkInvariants();
      }
      while (!scheduler.waits.survey(NOW, 3));
      while (!scheduler.waits.survey(NOW, 3));

      assertEquals(scheduler.waits.sinceMs("shop"), NOW - 100);
      scheduler.forgetDatabase("shop");
      assertEquals(scheduler.waits.sinceMs("shop"), null);
      assertEquals(scheduler.waits.sinceMs("crm"), NOW - 50);
    });

    it("has an answer for no job that no longer waits", () => {
      scheduler.notify(job("a", { channel: "mail", createdMs: NOW - 3 }));
      scheduler.waits.survey(NOW, ENOUGH);

      scheduler.takeReady(NOW);

      assertEquals(channelSince("root.mail"), null);
    });
  });

  describe("taken", () => {
    it("counts by the bits of milliseconds how long jobs had waited", () => {
      for (const waitedMs of [0, 1, 3, 4, 5_000, 2 ** 40]) {
        scheduler.notify(job(`${waitedMs}`, { createdMs: NOW - waitedMs }));
      }
      scheduler.notify(job("eta", { createdMs: 0, etaMs: NOW - 4 }));
      scheduler.notify(job("undated", { createdMs: null }));

      scheduler.takeReady(NOW);

      const { counts, totalMs } = scheduler.waits.taken;
      const found = counts.flatMap((count, bits) => count > 0 ? [[bits, count]] : []);
      assertEquals(found, [[0, 1], [1, 1], [2, 1], [3, 2], [13, 1], [32, 1]]);
      assertEquals(totalMs, 0 + 1 + 3 + 4 + 4 + 5_000 + (2 ** 32 - 1));
    });

    it("counts a job of the future as one that has not waited", () => {
      scheduler.notify(job("a", { createdMs: NOW + 500 }));

      scheduler.takeReady(NOW);

      assertEquals(scheduler.waits.taken.counts[0], 1);
    });
  });
});
