import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Heartbeat } from "../../src/database/heartbeat.ts";
import { NO_METER } from "../../src/meter.ts";
import type { DatabaseTurn } from "../../src/runner/database_turn.ts";
import { Hearing } from "../../src/runner/hearing.ts";
import { FakeClock } from "../support/fake_clock.ts";

describe("Hearing", () => {
  function hearing() {
    const clock = new FakeClock(100);
    const told: string[] = [];
    const heartbeat = { channel: "ours", heard: () => told.push("heartbeat") };
    const turn = { notified: (uuid: string) => told.push(uuid) };
    const meter = { ...NO_METER, notified: () => told.push("counted") };
    return {
      clock,
      told,
      hearing: new Hearing({
        ...{ clock, meter },
        heartbeat: heartbeat as unknown as Heartbeat,
        turn: turn as unknown as DatabaseTurn,
      }),
    };
  }

  it("tells changes and heartbeats apart, and that either was heard", () => {
    const { clock, told, hearing: it } = hearing();
    assertEquals(it.heardMs, null);

    it.hear("queue_job", "a");
    clock.advance(7);
    it.hear("ours", "");

    assertEquals(told, ["counted", "a", "heartbeat"]);
    assertEquals(it.heardMs, 107);
  });

  it("knows when the first change came that is not read yet", () => {
    const { clock, hearing: it } = hearing();
    it.hear("ours", "");
    assertEquals(it.reading(true), null);
    clock.advance(1);
    it.hear("queue_job", "a");
    clock.advance(1);
    it.hear("queue_job", "b");

    assertEquals([it.reading(false), it.reading(true), it.reading(true)], [101, 101, null]);
  });
});
