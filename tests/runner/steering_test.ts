import { assertEquals, assertThrows } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { Steering } from "../../src/runner/steering.ts";
import type { SteerTarget } from "../../src/steering.ts";
import { FakeClock } from "../support/fake_clock.ts";

const EVERYTHING: SteerTarget = { what: "everything", name: null };
const MAIL: SteerTarget = { what: "channel", name: "mail" };
const SHOP: SteerTarget = { what: "database", name: "shop" };

describe("Steering", () => {
  let clock: FakeClock;
  let scheduler: LiveScheduler;
  let steering: Steering;
  let told: string[];

  beforeEach(() => {
    clock = new FakeClock(1_000);
    scheduler = new LiveScheduler("root:9,mail:2,off:1:paused,sap:1:sequential", () => {}, {
      clock,
    });
    told = [];
    steering = new Steering({
      ...{ clock, scheduler },
      isServed: (name) => name === "shop",
      onDatabase: (name) => void told.push(name),
      onMore: () => {},
    });
  });

  it("says who has paused what, and since when", () => {
    steering.pause(MAIL, "anna");
    clock.advance(5);
    steering.pause(SHOP, "ben");
    steering.pause(EVERYTHING, "ben");
    // Whoever was first has paused it.
    steering.pause(MAIL, "carl");

    assertEquals(steering.status.paused, [
      { what: "everything", name: null, by: "ben", sinceMs: 1_005 },
      { what: "channel", name: "root.mail", by: "anna", sinceMs: 1_000 },
      { what: "database", name: "shop", by: "ben", sinceMs: 1_005 },
    ]);
    assertEquals([steering.isAllPaused, steering.reasonFor("shop")], [true, "paused by ben"]);
  });

  it("takes back what was paused", () => {
    for (const target of [MAIL, SHOP, EVERYTHING]) steering.pause(target, "anna");

    for (const target of [MAIL, SHOP, EVERYTHING]) steering.resume(target, "anna");

    assertEquals(steering.status, { paused: [], resumed: [], capacities: [] });
    assertEquals([steering.isAllPaused, steering.reasonFor("shop")], [false, null]);
    assertEquals([scheduler.channel("mail")?.paused, told], [false, ["shop", "shop"]]);
  });

  it("resumes a channel that the string pauses, and pauses it again", () => {
    const off: SteerTarget = { what: "channel", name: "root.off" };

    steering.resume(off, "anna");
    const resumed = [steering.status.resumed.length, scheduler.channel("off")?.paused];
    steering.pause(off, "anna");

    assertEquals(resumed, [1, false]);
    assertEquals([steering.status.resumed, scheduler.channel("off")?.paused], [[], true]);
  });

  it("keeps what was resumed going while the string pauses it, and not for a later pause", () => {
    const change = (channels: string) => {
      scheduler.configure(channels);
      steering.noteConfigured();
      const { resumed, capacities } = steering.status;
      return [scheduler.channel("off")?.paused, resumed.length, capacities.length];
    };
    steering.resume({ what: "channel", name: "off" }, "anna");
    steering.changeCapacity("off", 3, "anna");

    const seen = [change("off:2:paused"), change("off:2"), change("off:2:paused")];

    assertEquals(seen, [[false, 1, 1], [false, 0, 1], [true, 0, 1]]);
  });

  it("changes a capacity, and goes back to the string's", () => {
    steering.changeCapacity("mail", 7, "anna");
    const changed = [scheduler.channel("mail")?.capacity, steering.status.capacities];
    steering.pause(MAIL, "anna");
    steering.changeCapacity("mail", null, "anna");

    assertEquals(changed, [7, [{ channel: "root.mail", capacity: 7, by: "anna", sinceMs: 1_000 }]]);
    const { capacity, paused } = scheduler.channel("mail")!;
    assertEquals([capacity, paused, steering.status.capacities], [2, true, []]);
  });

  it("refuses what it does not know and what cannot be", () => {
    const refused = [
      () => steering.pause({ what: "channel", name: "mial" }, "anna"),
      () => steering.resume({ what: "channel", name: "mial" }, "anna"),
      () => steering.pause({ what: "database", name: "shpo" }, "anna"),
      () => steering.resume({ what: "database", name: "shpo" }, "anna"),
      () => steering.changeCapacity("mail", 0, "anna"),
      () => steering.changeCapacity("mail", 1.5, "anna"),
      () => steering.changeCapacity("mail", 2 ** 31, "anna"),
      () => steering.changeCapacity("sap", 2, "anna"),
      () => steering.changeCapacity("mial", 2, "anna"),
    ];

    for (const call of refused) assertThrows(call, RangeError);

    assertEquals(steering.status, { paused: [], resumed: [], capacities: [] });
  });

  it("knows a channel made on the fly that is paused and has gone", () => {
    const fly: SteerTarget = { what: "channel", name: "fly" };
    const job = { ...JOB, channel: "fly" };
    scheduler.notify(job);
    steering.pause(fly, "anna");
    scheduler.notify({ ...job, state: "done" });
    scheduler.configure("root:9");

    steering.resume(fly, "anna");

    assertEquals(steering.status, { paused: [], resumed: [], capacities: [] });
  });
});

const JOB = {
  ...{ database: "shop", uuid: "a", sequence: 1, createdMs: 0, priority: 10, etaMs: null },
  state: "pending",
};
