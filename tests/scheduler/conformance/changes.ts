import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { CreateScheduler, SchedulerLike } from "../scheduler_like.ts";
import { job, notifyAll, NOW, SECOND, take } from "./steps.ts";

/** What an operator changes of a channel, whatever the channel string says. */
export function changesConformance(create: CreateScheduler): void {
  describe("a change of a channel", () => {
    it("that pauses it lets what runs go on and keeps its places", () => {
      const scheduler = create("root:9,mail:2");
      notifyAll(scheduler, ["a", "b", "c", "d"], { channel: "mail" });
      take(scheduler, NOW);
      scheduler.changeChannel("mail", { paused: true });
      scheduler.notify(job("a", { channel: "mail", state: "done" }));

      const paused = take(scheduler, NOW);
      scheduler.changeChannel("mail", null);

      assertEquals([paused, take(scheduler, NOW)], [[], ["c"]]);
    });

    it("that pauses it calls back jobs that have flowed on and do not run", () => {
      const scheduler = create("root:1,mail:9,mail.bulk:9");
      notifyAll(scheduler, ["a", "b"], { channel: "mail.bulk" });
      notifyAll(scheduler, ["c"]);
      take(scheduler, NOW);
      scheduler.changeChannel("mail", { paused: true });
      scheduler.notify(job("a", { channel: "mail.bulk", state: "done" }));

      const paused = take(scheduler, NOW);
      scheduler.notify(job("c", { state: "done" }));
      scheduler.changeChannel("mail", null);

      assertEquals([paused, take(scheduler, NOW)], [["c"], ["b"]]);
    });

    it("that ends calls them back where the string pauses the channel", () => {
      const scheduler = create("root:1,mail:9:paused,mail.bulk:9");
      scheduler.changeChannel("mail", { paused: false });
      notifyAll(scheduler, ["a", "b"], { channel: "mail.bulk" });
      take(scheduler, NOW);
      scheduler.changeChannel("mail", null);
      scheduler.notify(job("a", { channel: "mail.bulk", state: "done" }));

      const paused = take(scheduler, NOW);
      scheduler.changeChannel("mail", { paused: false });

      assertEquals([paused, take(scheduler, NOW)], [[], ["b"]]);
    });

    it("that resumes it counts where the string pauses it", () => {
      const scheduler = create("root:9,mail:1:paused");
      notifyAll(scheduler, ["a"], { channel: "mail" });

      scheduler.changeChannel("mail", { paused: false });

      assertEquals(take(scheduler, NOW), ["a"]);
    });

    it("that gives it more and less capacity loses no place", () => {
      const scheduler = create("root:9,mail:2");
      notifyAll(scheduler, ["a", "b", "c", "d", "e"], { channel: "mail" });
      take(scheduler, NOW);

      scheduler.changeChannel("mail", { capacity: 3 });
      const more = take(scheduler, NOW);
      scheduler.changeChannel("mail", { capacity: 1 });
      const less = ["a", "b", "c"].map((uuid) => {
        scheduler.notify(job(uuid, { channel: "mail", state: "done" }));
        return take(scheduler, NOW);
      });

      assertEquals([more, less], [["c"], [[], [], ["d"]]]);
    });

    it("stays when another string comes into force, with or without that channel", () => {
      const scheduler = create("root:9,mail:2");
      scheduler.changeChannel("mail", { paused: true, capacity: 5 });
      notifyAll(scheduler, ["a"], { channel: "mail" });

      const seen = ["root:4,mail:1", "root:4"].map((text) => {
        scheduler.configure(text);
        const { capacity, paused } = channelOf(scheduler, "root.mail")!;
        return [capacity, paused, take(scheduler, NOW)];
      });

      assertEquals(seen, [[5, true, []], [5, true, []]]);
    });

    it("stays when a channel made on the fly goes with its last job and comes again", () => {
      const scheduler = create("root:9");
      notifyAll(scheduler, ["a"], { channel: "fly" });
      scheduler.changeChannel("fly", { paused: true });
      scheduler.forget("shop", "a");
      // Empty channels are dropped.
      scheduler.configure("root:9");
      notifyAll(scheduler, ["b"], { channel: "root.fly" });

      const paused = take(scheduler, NOW);
      scheduler.changeChannel("fly", null);

      assertEquals([paused, take(scheduler, NOW)], [[], ["b"]]);
    });

    it("makes no channel", () => {
      const scheduler = create("root:9");

      scheduler.changeChannel("fly", { paused: true });

      assertEquals(scheduler.channels().map((it) => it.name), ["root"]);
    });

    it("leaves a sequential channel its one place", () => {
      const scheduler = create("root:9,sap:1:sequential");
      notifyAll(scheduler, ["a", "b"], { channel: "sap" });

      scheduler.changeChannel("sap", { capacity: 4 });

      assertEquals(take(scheduler, NOW), ["a"]);
    });

    it("leaves a throttle its pause", () => {
      const scheduler = create("root:9,mail:2:throttle=2");
      notifyAll(scheduler, ["a", "b"], { channel: "mail" });
      take(scheduler, NOW);

      scheduler.changeChannel("mail", { capacity: 5 });

      const asked = [take(scheduler, NOW + SECOND), take(scheduler, NOW + 2 * SECOND)];
      assertEquals(asked, [[], ["b"]]);
    });
  });
}

function channelOf(scheduler: SchedulerLike, name: string) {
  return scheduler.channels().find((it) => it.name === name);
}
