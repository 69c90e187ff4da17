import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler, Explained, SchedulerLike } from "../scheduler_like.ts";
import { counts, job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/** Why a job does not run: each reason, where it waits, and its way. */
export function explanationConformance(create: CreateScheduler): void {
  describe("explain", () => {
    it("knows nothing of an unknown job", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("a"));

      const seen = [["shop", "b"], ["other", "a"], ["shop", "0a1b2c3d-0000-4000-8000-000000000030"]]
        .map(([database, uuid]) => scheduler.explain(database!, uuid!, NOW));

      const unknown = { state: "unknown", waitsAt: null, reasons: [], path: [] };
      assertEquals(seen, [unknown, unknown, unknown]);
    });

    it("says that a job runs, has failed or is parked, and shows its way", () => {
      const scheduler = create("root:3,mail:2:throttle=2");
      scheduler.notify(job("runs", { channel: "mail.bulk", state: "started" }));
      scheduler.notify(job("failed", { channel: "mail", state: "failed" }));
      scheduler.notify(job("parked", { channel: "mail", state: "wait_dependencies" }));

      const seen = ["runs", "failed", "parked"].map((it) => asked(scheduler, it));

      assertEquals(seen.map((it) => it.state), ["running", "failed", "parked"]);
      assertEquals(seen.map((it) => [it.waitsAt, it.reasons]), [[null, []], [null, []], [
        null,
        [],
      ]]);
      const mail = {
        ...{ name: "root.mail", capacity: 2, sequential: false, throttle: 2, paused: false },
        ...{ waiting: 0, running: 0, failed: 1, parked: 1, taken: 1, waitingSinceMs: null },
      };
      assertEquals(seen[0]!.path.map((it) => it.name), ["root.mail.bulk", "root.mail", "root"]);
      assertEquals(seen[0]!.path[1], mail);
    });

    it("says that a job is ready, hands nothing out and moves nothing", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("early", { channel: "mail" }));

      const early = asked(scheduler, "early");
      scheduler.notify(job("urgent", { channel: "mail", priority: 1 }));
      const seen = [asked(scheduler, "urgent").state, asked(scheduler, "early").state];

      assertEquals([early.state, ...seen], ["ready", "ready", "waiting"]);
      assertEquals(counts(scheduler, "root.mail"), [2, 0, 0, 0]);
      assertEquals(take(scheduler, NOW), ["urgent"]);
    });

    it("says for which eta a job waits", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("a", { etaMs: NOW + SECOND }));

      const seen = [asked(scheduler, "a"), asked(scheduler, "a", NOW + SECOND)];

      assertEquals(seen[0]!.reasons, [{ kind: "eta", untilMs: NOW + SECOND }]);
      assertEquals(seen.map((it) => it.state), ["waiting", "ready"]);
    });

    it("says which channels are full", () => {
      const scheduler = create("root:2,mail:1");
      scheduler.notify(job("mail", { channel: "mail", state: "started" }));
      scheduler.notify(job("root", { state: "started" }));
      scheduler.notify(job("a", { channel: "mail.bulk" }));
      take(scheduler, NOW);

      const { waitsAt, reasons } = asked(scheduler, "a");

      assertEquals(waitsAt, "root.mail");
      assertEquals(reasons, [full("root.mail", 1), full("root", 2)]);
    });

    it("says that places are taken by jobs that wait further up", () => {
      const scheduler = create("root:1,mail:1");
      scheduler.notify(job("runs", { state: "started" }));
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);

      const seen = ["a", "b"].map((it) => asked(scheduler, it));

      assertEquals(seen.map((it) => it.waitsAt), ["root", "root.mail"]);
      assertEquals(seen[0]!.reasons, [full("root", 1)]);
      assertEquals(seen[1]!.reasons, [full("root.mail", 1), full("root", 1)]);
    });

    it("says that a sequential channel is busy, or has failed jobs", () => {
      const scheduler = create("root:9,sap:1:sequential");
      scheduler.notify(job("a", { channel: "sap", state: "started" }));
      scheduler.notify(job("b", { channel: "sap" }));

      const busy = asked(scheduler, "b").reasons;
      scheduler.notify(job("a", { channel: "sap", state: "failed" }));
      const failed = asked(scheduler, "b").reasons;

      assertEquals(busy, [full("root.sap", 1, true)]);
      assertEquals(failed, [{ kind: "failed", channel: "root.sap", failed: 1 }]);
    });

    it("says that a sequential channel waits for the eta of its first job", () => {
      const scheduler = create("root:9,sap:1:sequential");
      scheduler.notify(job("a", { channel: "sap", priority: 1, etaMs: NOW + SECOND }));
      scheduler.notify(job("b", { channel: "sap" }));

      const seen = [asked(scheduler, "b"), asked(scheduler, "a")].map((it) => it.reasons);

      assertEquals(seen, [
        [order("root.sap", 1, "a", NOW + SECOND)],
        [{ kind: "eta", untilMs: NOW + SECOND }],
      ]);
    });

    it("says until when a channel is throttled", () => {
      const scheduler = create("root:9,mail:9:throttle=2");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);

      const seen = [asked(scheduler, "b", NOW + SECOND), asked(scheduler, "b", NOW + 2 * SECOND)];

      const throttled = { kind: "throttled", channel: "root.mail", untilMs: NOW + 2 * SECOND };
      assertEquals(seen.map((it) => it.reasons), [[throttled], []]);
    });

    it("makes no throttle longer than it is when the clock steps back", () => {
      const scheduler = create("root:9,mail:9:throttle=2");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);

      const { reasons } = asked(scheduler, "b", NOW - 60 * SECOND);

      assertEquals(reasons, [
        { kind: "throttled", channel: "root.mail", untilMs: NOW - 58 * SECOND },
      ]);
    });

    it("says which channels are paused, by name or by a capacity of 0", () => {
      const scheduler = create("root:0,mail:2:paused");
      scheduler.notify(job("a", { channel: "mail" }));

      const { reasons } = asked(scheduler, "a");

      assertEquals(reasons, [
        { kind: "paused", channel: "root.mail" },
        { kind: "paused", channel: "root" },
      ]);
    });

    it("says all at once, in the order of the way", () => {
      const scheduler = create("root:1,sap:1:sequential:throttle=5:paused");
      scheduler.notify(job("failed", { channel: "sap", state: "failed" }));
      scheduler.notify(job("runs", { channel: "sap", state: "started" }));
      scheduler.notify(job("first", { channel: "sap", priority: 1 }));
      scheduler.notify(job("a", { channel: "sap", etaMs: NOW + SECOND }));

      const { reasons } = asked(scheduler, "a");

      assertEquals(reasons, [
        { kind: "eta", untilMs: NOW + SECOND },
        order("root.sap", 1, "first"),
        { kind: "paused", channel: "root.sap" },
        full("root.sap", 1, true),
        { kind: "failed", channel: "root.sap", failed: 1 },
        full("root", 1),
      ]);
    });

    it("counts the more urgent jobs where it waits, and names the first, of any database", () => {
      const scheduler = create("root:1");
      scheduler.notify(job("runs", { state: "started" }));
      notifyAll(scheduler, ["c", "b"]);
      scheduler.notify(job("a", { database: "other", priority: 5 }));
      scheduler.notify(job("late", { priority: 1, etaMs: NOW + SECOND }));
      notifyAll(scheduler, ["mine", "later"]);

      const { reasons } = asked(scheduler, "mine");

      assertEquals(reasons, [order("root", 3, "a", null, "other"), full("root", 1)]);
    });

    it("counts what subchannels would give, no more than they may", () => {
      const scheduler = create("root:2,mail:2,sap:1:sequential,off:9:paused");
      notifyAll(scheduler, ["m1", "m2", "m3"], { channel: "mail", priority: 1 });
      notifyAll(scheduler, ["s1", "s2"], { channel: "sap", priority: 2 });
      notifyAll(scheduler, ["o1"], { channel: "off", priority: 0 });
      scheduler.notify(job("mine"));

      const seen = [asked(scheduler, "mine"), asked(scheduler, "s1"), asked(scheduler, "m3")];

      assertEquals(seen.map((it) => it.reasons), [
        [order("root", 3, "m1")],
        [order("root", 2, "m1")],
        [order("root.mail", 2, "m1")],
      ]);
    });

    it("does not count a subchannel whose first job is not due", () => {
      const scheduler = create("root:1,sap:1:sequential,sap.a:9");
      scheduler.notify(job("s1", { channel: "sap", priority: 1, etaMs: NOW + SECOND }));
      notifyAll(scheduler, ["s2", "s3"], { channel: "sap.a", priority: 2 });
      scheduler.notify(job("mine"));

      assertEquals(asked(scheduler, "mine").state, "ready");
      assertEquals(take(scheduler, NOW), ["mine"]);
    });

    it("goes through a deep tree of sequential channels without losing itself", () => {
      const channel = Array.from({ length: 60 }, (_, level) => `c${level}`);
      const names = channel.map((_, level) => channel.slice(0, level + 1).join("."));
      const scheduler = create(["root:1", ...names.map((it) => `${it}:1:sequential`)].join(","));
      for (const name of names) notifyAll(scheduler, [`a ${name}`, `b ${name}`], { channel: name });

      const { state, reasons, path } = asked(scheduler, `b ${names[0]}`);

      assertEquals([state, path.length], ["waiting", 2]);
      assert(reasons.length > 0);
    });
  });
}

function asked(scheduler: SchedulerLike, uuid: string, nowMs = NOW): Explained {
  return scheduler.explain("shop", uuid, nowMs);
}

function full(channel: string, capacity: number, sequential = false) {
  return { kind: "full", channel, taken: capacity, capacity, sequential };
}

function order(
  channel: string,
  before: number,
  uuid: string,
  firstEtaMs: number | null = null,
  database = "shop",
) {
  return { kind: "order", channel, before, first: { database, uuid }, firstEtaMs };
}
