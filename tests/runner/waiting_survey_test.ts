import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { WaitingSurvey } from "../../src/runner/waiting_survey.ts";
import { job, NOW } from "../scheduler/conformance/steps.ts";
import { FakeClock } from "../support/fake_clock.ts";

describe("WaitingSurvey", () => {
  it("finds the oldest of many jobs, a few at a time, and looks again", () => {
    const clock = new FakeClock(NOW);
    const scheduler = new LiveScheduler("root:1", () => {});
    scheduler.notify(job("oldest", { createdMs: NOW - 60_000 }));
    for (let i = 0; i < 12_000; i++) scheduler.notify(job(`${i}`, { createdMs: NOW }));
    const survey = new WaitingSurvey({ clock, scheduler });
    survey.start();

    clock.advance(5_000);
    assertEquals(scheduler.waitingSinceMs("shop"), null);
    clock.advance(200);
    assertEquals(scheduler.waitingSinceMs("shop"), NOW - 60_000);

    scheduler.forget("shop", "oldest");
    clock.advance(5_200);
    assertEquals(scheduler.waitingSinceMs("shop"), NOW);

    survey.stop();
    assertEquals(clock.openTimers, 0);
  });
});
