import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { Scheduler } from "../../src/scheduler/mod.ts";
import { job } from "./conformance/steps.ts";

const CHANNELS = "root:9,mail:0,mail.bulk:2,mail.slow:1,sap:1:sequential,idle:3";

describe("Scheduler.overview", () => {
  let scheduler: Scheduler;

  beforeEach(() => {
    scheduler = Scheduler.create(CHANNELS);
  });

  function add(channel: string, count: number, state = "pending"): void {
    for (let number = 0; number < count; number++) {
      scheduler.notify(job(`${channel} ${state} ${number}`, { channel, state }));
    }
  }
  const names = (options: Parameters<Scheduler["overview"]>[0]) =>
    scheduler.overview(options).channels.map((it) => it.name);

  it("has all channels as `channels` has them, by name, with what is below each", () => {
    add("mail.bulk", 3);
    add("mail.bulk", 1, "started");
    add("mail.fly", 2, "failed");
    add("sap", 1, "failed");

    const { channels, count } = scheduler.overview({ max: 100 });

    const own = channels.map((
      { parent: _p, allWaiting: _w, allRunning: _r, allFailed: _f, below: _b, ...it },
    ) => it);
    assertEquals(own, scheduler.channels());
    assertEquals(count, 7);
    assertEquals(channels.slice(0, 3).map((it) => it.parent), [null, "root", "root"]);
    const sums = Object.fromEntries(
      channels.map((it) => [it.name, [it.allWaiting, it.allRunning, it.allFailed, it.below]]),
    );
    assertEquals(sums["root"], [3, 1, 3, 6]);
    assertEquals(sums["root.mail"], [3, 1, 2, 3]);
    assertEquals(sums["root.mail.bulk"], [3, 1, 0, 0]);
    assertEquals(sums["root.idle"], [0, 0, 0, 0]);
  });

  it("has the fullest ones where there are more than wanted, and all above them", () => {
    add("mail.bulk", 3);
    add("sap", 2);

    assertEquals(names({ max: 2 }), ["root", "root.mail", "root.mail.bulk", "root.sap"]);
  });

  it("leaves a channel out that has more above it than there is room for", () => {
    add("mail.bulk", 3);

    assertEquals(names({ max: 1 }), []);
  });

  it("adds failed jobs that only the host knows", () => {
    add("sap", 1, "failed");

    const { channels } = scheduler.overview({ max: 100, failed: new Map([["root.sap", 10]]) });

    assertEquals(channels.find((it) => it.name === "root.sap")?.failed, 11);
    assertEquals(channels[0]!.allFailed, 11);
  });

  it("finds channels by a part of their name, however it is spelled", () => {
    assertEquals(names({ max: 100, search: "SL" }), ["root", "root.mail", "root.mail.slow"]);
    assertEquals(scheduler.overview({ max: 100, search: "mail" }).count, 3);
    assertEquals(scheduler.overview({ max: 100, search: "(" }), { channels: [], count: 0 });
  });
});
