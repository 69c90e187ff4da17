import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import {
  ConfigError,
  type JobNotice,
  Scheduler,
  SchedulerError,
  TableFullError,
} from "../../src/scheduler/mod.ts";
import { FakeClock } from "../support/fake_clock.ts";

const JOB: JobNotice = {
  database: "shop",
  uuid: "a",
  channel: null,
  sequence: 1,
  createdMs: 0,
  priority: 10,
  etaMs: null,
  state: "pending",
};

/** Makes schedulers of which the first `traps` do so when they are notified. */
function trapping(traps: number): (channels: string) => Scheduler {
  let made = 0;
  return (channels) => {
    const scheduler = Scheduler.create(channels);
    const value = () => {
      throw new SchedulerError("broken on purpose");
    };
    if (made++ < traps) Object.defineProperty(scheduler, "notify", { value });
    return scheduler;
  };
}

describe("LiveScheduler", () => {
  it("goes on with a new scheduler when the old one traps", async () => {
    const live = new LiveScheduler("root:1", () => live.notify(JOB), { create: trapping(1) });

    live.notify(JOB);
    await Promise.resolve();

    assertEquals(live.channels()[0]?.waiting, 1);
  });

  it("tells its owner only when the call that trapped is over", async () => {
    const events: string[] = [];
    const live = new LiveScheduler("root:1", () => void events.push("told"), {
      create: trapping(1),
    });

    live.notify(JOB);
    events.push("over");
    await Promise.resolve();

    assertEquals(events, ["over", "told"]);
  });

  it("is made anew after pauses that grow while it traps again and again", async () => {
    const clock = new FakeClock();
    const madeMs: number[] = [];
    const fill = () => {
      madeMs.push(clock.nowMs());
      live.notify(JOB);
    };
    const live = new LiveScheduler("root:1", fill, { clock, create: trapping(6) });

    live.notify(JOB);
    await Promise.resolve();
    clock.advance(100_000);

    assertEquals(madeMs, [0, 1_000, 3_000, 7_000, 15_000, 31_000]);
    assertEquals([live.channels()[0]?.waiting, live.status.state], [1, "deciding"]);
  });

  it("is made anew at once when it was sound for a minute", async () => {
    const clock = new FakeClock();
    const madeMs: number[] = [];
    const fill = () => void madeMs.push(clock.nowMs());
    const live = new LiveScheduler("root:1", fill, { clock, create: trapping(2) });

    for (let count = 0; count < 2; count++) {
      live.notify(JOB);
      await Promise.resolve();
      clock.advance(60_001);
    }

    assertEquals(madeMs, [0, 60_001]);
  });

  it("hands out nothing and says why until it is filled", async () => {
    const clock = new FakeClock();
    const live = new LiveScheduler("root:1", () => live.notify(JOB), {
      clock,
      create: trapping(2),
    });
    live.notify(JOB);
    await Promise.resolve();
    const taken: string[] = [];

    live.notify(JOB);
    live.takeEach(0, Infinity, (_database, uuid) => taken.push(uuid));

    const { state, reason, trapCount } = live.status;
    assertEquals([state, reason, trapCount], ["trapped", "broken on purpose", 2]);
    assertEquals([taken, live.wakeupAtMs(0)], [[], Infinity]);
    clock.advance(1_000);
    live.takeEach(0, Infinity, (_database, uuid) => taken.push(uuid));
    assertEquals(taken, ["a"]);
  });

  it("asks for another one later when the engine has no memory for it", async () => {
    const clock = new FakeClock();
    let count = 0;
    const create = (channels: string) => {
      if (++count === 2) throw new RangeError("out of memory");
      return trapping(count === 1 ? 1 : 0)(channels);
    };
    const live = new LiveScheduler("root:1", () => live.notify(JOB), { clock, create });

    live.notify(JOB);
    await Promise.resolve();
    const { reason } = live.status;
    clock.advance(1_000);

    assertEquals(reason, "No new scheduler: RangeError: out of memory");
    assertEquals(live.channels()[0]?.waiting, 1);
  });

  it("says that it is full, and asks for refused jobs when there is room again", async () => {
    const told: (readonly string[])[] = [];
    const live = new LiveScheduler("root:1", () => {}, {
      onRoom: (databases) => told.push(databases),
      create: (channels) => Scheduler.create(channels, { maxJobs: 10 }),
    });
    for (let number = 0; number < 10; number++) live.notify({ ...JOB, uuid: `${number}` });
    assertThrows(() => live.notify({ ...JOB, database: "other" }), TableFullError);
    const { state, reason } = live.status;

    live.forget("shop", "0");
    await Promise.resolve();

    assertEquals([state, reason], ["full", "jobs of other wait until there is room for them"]);
    assertEquals(told, [["other"]]);
    assertEquals(live.status.state, "deciding");
  });

  it("names sequential channels as rows may spell them", () => {
    const live = new LiveScheduler("root:2,mail:1:sequential,work:1", () => {});

    assertEquals(live.sequentialChannels(), ["root.mail", "mail"]);
  });

  it("puts another channel string in force, and keeps it when it is made anew", async () => {
    const live = new LiveScheduler("root:1", () => {}, { create: trapping(1) });

    live.configure("root:3");
    live.notify(JOB);
    await Promise.resolve();

    assertEquals([live.status.trapCount, live.channel("root")?.capacity], [1, 3]);
  });

  it("keeps the string in force when it refuses another, also while it is broken", () => {
    const live = new LiveScheduler("root:1", () => {}, { create: trapping(2) });
    const wrong = ["root:x", "root:1,a:2:sequential"];

    assertThrows(() => live.configure(wrong[0]!), ConfigError);
    live.notify(JOB);
    assertThrows(() => live.configure(wrong[1]!), ConfigError);

    assertEquals([live.status.state, live.channel("root")?.capacity], ["trapped", 1]);
  });

  it("lays changes of channels over whatever it is made of", async () => {
    const live = new LiveScheduler("root:9,mail:1", () => {}, { create: trapping(1) });

    live.changeChannel("root.mail", { capacity: 4, paused: true });
    live.configure("root:9,mail:2");
    live.notify(JOB);
    await Promise.resolve();

    const { capacity, paused } = live.channel("mail")!;
    assertEquals([live.status.trapCount, capacity, paused], [1, 4, true]);
  });

  it("takes a change and a string while it is broken", async () => {
    const clock = new FakeClock();
    const live = new LiveScheduler("root:1", () => live.notify(JOB), {
      clock,
      create: trapping(2),
    });
    live.notify(JOB);
    await Promise.resolve();

    live.configure("root:9,mail:1");
    live.changeChannel("root.mail", { paused: true });
    clock.advance(1_000);

    assertEquals(live.channel("mail")?.paused, true);
  });
});
