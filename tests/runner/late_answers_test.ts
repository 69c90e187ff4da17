import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { TimerSet } from "../../src/clock.ts";
import { InFlight, type InFlightJob } from "../../src/runner/in_flight.ts";
import { LateAnswers } from "../../src/runner/late_answers.ts";
import { FakeClock } from "../support/fake_clock.ts";

describe("LateAnswers", () => {
  const inFlight = new InFlight();
  let clock: FakeClock;
  let letGo: string[];
  let late: LateAnswers;

  beforeEach(() => {
    clock = new FakeClock(1_000_000);
    letGo = [];
    late = new LateAnswers({
      clock,
      timers: new TimerSet(clock),
      letGo: (uuid) => void letGo.push(uuid),
    });
  });

  function over(uuid: string): InFlightJob {
    const job = inFlight.add(uuid, "root");
    late.note(job);
    return job;
  }

  it("lets each request go 30 s after its job was over", () => {
    over("a");
    clock.advance(20_000);
    over("b");
    clock.advance(10_000);
    const first = [...letGo];

    clock.advance(20_000);

    assertEquals([first, letGo], [["a"], ["a", "b"]]);
    assertEquals(clock.openTimers, 0);
  });

  it("keeps one timer, however many jobs are over and answered", () => {
    for (let number = 0; number < 1_000; number++) late.answered(over(`job ${number}`));
    over("a");

    assertEquals(clock.openTimers, 1);
    clock.advance(60_000);
    assertEquals([letGo, clock.openTimers], [["a"], 0]);
  });

  it("waits its time for a job that was over later than one that was answered", () => {
    late.answered(over("a"));
    clock.advance(20_000);
    over("b");

    clock.advance(29_999);

    assertEquals(letGo, []);
    clock.advance(1);
    assertEquals(letGo, ["b"]);
  });

  it("does not wait longer when the clock steps back", () => {
    over("a");
    over("b");
    clock.set(clock.nowMs() - 3_600_000);
    over("c");

    clock.advance(3_630_000);

    assertEquals(letGo, ["a", "b", "c"]);
  });
});
