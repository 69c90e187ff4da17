import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../implementations.ts";
import type { CreateScheduler } from "../scheduler_like.ts";
import { channelNames, counts, job, notifyAll, NOW, take } from "./steps.ts";

/** The tree: what is configured, and what is made on the fly. */
export function channelsConformance(
  create: CreateScheduler,
  ConfigError: Entry["ConfigError"],
): void {
  describe("channels()", () => {
    it("shows each channel with its parameters and counts, sorted by name", () => {
      const scheduler = create("root:9,stock:1:sequential:throttle=1.5,mail.bulk:0,mail:2:paused");
      scheduler.notify(job("a", { channel: "mail.bulk", state: "failed" }));

      const channels = scheduler.channels().map((channel) => ({ ...channel }));

      const plain = { capacity: null, sequential: false, throttle: null, paused: false };
      const none = { waiting: 0, running: 0, failed: 0, parked: 0, waitingSinceMs: null };
      const empty = { ...plain, ...none };
      assertEquals(channels, [
        { ...empty, name: "root", capacity: 9 },
        { ...empty, name: "root.mail", capacity: 2, paused: true },
        { ...empty, name: "root.mail.bulk", failed: 1 },
        { ...empty, name: "root.stock", capacity: 1, sequential: true, throttle: 1.5 },
      ]);
    });

    it("counts the channel's own jobs alone", () => {
      const scheduler = create("root:9,a:9,a.b:9");
      for (const channel of ["a", "a.b", "a.b", "root"]) {
        for (const state of ["pending", "started", "failed", "wait_dependencies"]) {
          scheduler.notify(
            job(`${channel} ${state} ${scheduler.channels().length}`, { channel, state }),
          );
        }
      }
      scheduler.notify(job("one more", { channel: "a.b", state: "enqueued" }));

      const seen = ["root", "root.a", "root.a.b"].map((name) => counts(scheduler, name));

      assertEquals(seen, [[1, 1, 1, 1], [1, 1, 1, 1], [1, 2, 1, 1]]);
    });
  });

  describe("a channel's name", () => {
    for (const name of [null, "", "root"]) {
      it(`is root where a job says ${JSON.stringify(name)}`, () => {
        const scheduler = create("root:1");
        scheduler.notify(job("a", { channel: name }));

        assertEquals(counts(scheduler, "root"), [1, 0, 0, 0]);
        assertEquals(channelNames(scheduler), ["root"]);
      });
    }

    it("may leave root. out", () => {
      const scheduler = create("root:9,root.mail:1,stock:1");
      scheduler.notify(job("a", { channel: "mail" }));
      scheduler.notify(job("b", { channel: "root.stock" }));
      scheduler.notify(job("c", { channel: "rootless" }));

      const names = channelNames(scheduler);

      assertEquals(names, ["root", "root.mail", "root.rootless", "root.stock"]);
    });

    it("may have letters beyond ASCII, and capital ones that count", () => {
      const scheduler = create("root:9,Büro:1");
      scheduler.notify(job("a", { channel: "Büro" }));
      scheduler.notify(job("b", { channel: "büro" }));
      scheduler.notify(job("c", { channel: "経理.給与" }));

      const names = channelNames(scheduler);

      assertEquals(names, ["root", "root.Büro", "root.büro", "root.経理.給与"]);
    });
  });

  describe("a channel string", () => {
    it("makes the parents it leaves out, unlimited", () => {
      const scheduler = create("root:9,a.b.c:2");

      const capacities = scheduler.channels().map(({ name, capacity }) => [name, capacity]);

      assertEquals(capacities, [["root", 9], ["root.a", null], ["root.a.b", null], [
        "root.a.b.c",
        2,
      ]]);
    });

    it("that is wrong is refused with all its mistakes", () => {
      const error = assertThrows(() => create("root:-1,mail:2:sequential,stock:x"), ConfigError);

      assertEquals(error.mistakes.length, 3);
    });
  });

  describe("a channel made on the fly", () => {
    it("is unlimited, below its nearest configured ancestor", () => {
      const scheduler = create("root:9,mail:2");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail.x.y" });
      notifyAll(scheduler, ["d", "e", "f"], { channel: "other.x.y" });

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a", "b", "d", "e", "f"]);
    });

    it("has the subcapacity of the channel it is made below", () => {
      const scheduler = create("root:9,mail:9:subcapacity=2");
      notifyAll(scheduler, ["a", "b", "c"], { channel: "mail.x" });
      notifyAll(scheduler, ["d", "e", "f"], { channel: "mail.y.z" });

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a", "b", "d", "e"]);
      assertEquals(scheduler.channels().find(({ name }) => name === "root.mail.x")?.capacity, 2);
    });

    it("does not get a subcapacity from beyond its parent", () => {
      const scheduler = create("root:9:subcapacity=1,mail:9");
      notifyAll(scheduler, ["a", "b"], { channel: "mail.x" });
      notifyAll(scheduler, ["c", "d"], { channel: "y" });

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a", "b", "c"]);
    });

    it("is no parent of another one", () => {
      const scheduler = create("root:9:subcapacity=1");
      scheduler.notify(job("a", { channel: "x" }));
      scheduler.notify(job("b", { channel: "x.y" }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, ["a", "b"]);
    });

    it("vanishes with its last job, and comes back", () => {
      const scheduler = create("root:9:subcapacity=1");
      const seen = ["a", "b"].map((uuid) => {
        scheduler.notify(job(uuid, { channel: "mail" }));
        const withJob = channelNames(scheduler);
        const taken = take(scheduler, NOW);
        scheduler.notify(job(uuid, { channel: "mail", state: "done" }));
        return [withJob, taken, channelNames(scheduler)];
      });

      assertEquals(seen, [
        [["root", "root.mail"], ["a"], ["root"]],
        [["root", "root.mail"], ["b"], ["root"]],
      ]);
    });

    for (const state of ["wait_dependencies", "failed", "started"]) {
      it(`stays as long as a job in it is ${state}`, () => {
        const scheduler = create("root:9");
        scheduler.notify(job("a", { channel: "mail", state }));
        scheduler.notify(job("b", { channel: "mail" }));
        scheduler.forget("shop", "b");

        assertEquals(channelNames(scheduler), ["root", "root.mail"]);
      });
    }

    it("vanishes when its last job moves away", () => {
      const scheduler = create("root:9");
      scheduler.notify(job("a", { channel: "mail" }));
      scheduler.notify(job("a", { channel: "stock" }));

      assertEquals(channelNames(scheduler), ["root", "root.stock"]);
    });
  });

  describe("ten thousand channels", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `p${index % 100}.c${index}`);

    it("work when they are configured", () => {
      const scheduler = create(`root:100,${names.map((name) => `${name}:1`).join(",")}`);
      for (const channel of names) scheduler.notify(job(channel, { channel }));

      const taken = take(scheduler, NOW);

      assertEquals(taken, names.slice(0, 100));
      assertEquals(scheduler.channels().length, 1 + 100 + 10_000);
    });

    it("work when they are made on the fly, and vanish", () => {
      const scheduler = create("root:100:subcapacity=1");
      for (const channel of names) {
        scheduler.notify(job(channel, { channel }));
        scheduler.notify(job(`second ${channel}`, { channel, sequence: 2 }));
      }

      const taken = take(scheduler, NOW);
      const count = scheduler.channels().length;
      scheduler.forgetDatabase("shop");

      assertEquals(taken, names.slice(0, 100));
      assertEquals([count, scheduler.channels().length], [10_001, 1]);
    });
  });
}
