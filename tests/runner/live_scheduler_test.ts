import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { type JobNotice, Scheduler, SchedulerError } from "../../src/scheduler/mod.ts";

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
    const live = new LiveScheduler("root:1", () => live.notify(JOB), trapping(1));

    live.notify(JOB);
    await Promise.resolve();

    assertEquals(live.channels()[0]?.waiting, 1);
  });

  it("tells its owner only when the call that trapped is over", async () => {
    const events: string[] = [];
    const live = new LiveScheduler("root:1", () => void events.push("told"), trapping(1));

    live.notify(JOB);
    events.push("over");
    await Promise.resolve();

    assertEquals(events, ["over", "told"]);
  });

  it("gives up when the new one traps while it is filled", async () => {
    let thrown: unknown;
    const fill = () => {
      thrown = assertThrows(() => live.notify(JOB), SchedulerError);
    };
    const live = new LiveScheduler("root:1", fill, trapping(2));

    live.notify(JOB);
    await Promise.resolve();

    assertEquals((thrown as Error).message, "broken on purpose");
  });

  it("names sequential channels as rows may spell them", () => {
    const live = new LiveScheduler("root:2,mail:1:sequential,work:1", () => {});

    assertEquals(live.sequentialChannels(), ["root.mail", "mail"]);
  });
});
