import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { TimerSet } from "../../src/clock.ts";
import { LinkState } from "../../src/runner/link_state.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LogLines } from "../support/log_lines.ts";

function make(random = 1) {
  const clock = new FakeClock();
  const log = new LogLines();
  const state = new LinkState({
    ...{ database: "shop", clock, timers: new TimerSet(clock), random: () => random },
    timing: { discoveryIntervalMs: 30_000 },
    logger: () => log.logger("runner"),
    onChange: () => {},
  });
  return { clock, log, state };
}

const READY = { phase: "ready", reason: null } as const;
const SCANNING = { phase: "scanning", reason: null } as const;
const HELD = { phase: "held", reason: "cannot claim: read-only" } as const;

describe("LinkState", () => {
  it("tells a change once, however often it is entered", () => {
    const { clock, log, state } = make();

    state.enter("standby", "another");
    clock.advance(5);
    state.enter("standby", "another");
    const { sinceMs } = state.shown;
    state.enter("paused", "upgrade");

    assertEquals(log.texts, ["standby: another", "paused: upgrade"]);
    assertEquals([sinceMs, state.shown.sinceMs], [0, 5]);
  });

  it("is quarantined after five failures in a row, which is told once", () => {
    const { log, state } = make();

    const states = Array.from({ length: 7 }, () => {
      state.failed("refused", "ECONNREFUSED");
      return state.state;
    });

    assertEquals(states, [...Array(4).fill("recovering"), ...Array(3).fill("quarantined")]);
    assertEquals(state.reason, "refused");
    assertEquals(
      log.texts[0],
      "database connection failed: refused (check --db-host, --db-port); trying again",
    );
    assertEquals(log.countOf("quarantined"), 1);
    assertEquals(log.texts.length, 2);
  });

  it("waits longer after each failure, minutes at last", () => {
    const { state } = make();

    const waits = Array.from({ length: 12 }, () => state.failed("x", "").waitMs / 1000);

    assertEquals(waits, [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it("waits between nothing and that, as chance will have it", () => {
    const { state } = make(0.5);

    assertEquals([state.failed("x", "").waitMs, state.failed("x", "").waitMs], [250, 500]);
  });

  it("leaves Odoo time after it has ended all connections, whoever hurries", () => {
    const { state } = make(0);

    assertEquals(state.failed("ended", "57P01"), { waitMs: 3_000, mayHurry: false });
    assertEquals(state.failed("refused", "ECONNREFUSED"), { waitMs: 0, mayHurry: true });
  });

  it("begins to count anew when the database was ready", () => {
    const { log, state } = make();
    for (let count = 0; count < 6; count++) state.failed("x", "");

    state.led(SCANNING, null);
    state.led(READY, "a remark");
    const { waitMs } = state.failed("x", "");

    assertEquals([waitMs, state.state], [500, "recovering"]);
    assertEquals(log.countOf("database connection failed"), 2);
  });

  for (const found of ["standby", "paused", "ignored"] as const) {
    it(`begins to count anew when the database was found to be ${found}`, () => {
      const { log, state } = make();
      for (let count = 0; count < 6; count++) state.failed("x", "");

      state.enter(found, "a reason");
      const { waitMs } = state.failed("x", "");

      assertEquals([waitMs, state.state], [500, "recovering"]);
      assertEquals(log.countOf("database connection failed"), 2);
    });
  }

  it("looks as often for a database that does not exist as for new ones", () => {
    const { state } = make();

    const waits = Array.from({ length: 9 }, () => state.failed("x", "3D000").waitMs / 1000);

    assertEquals(waits.slice(-3), [30, 30, 30]);
  });

  it("does not say that jobs are taken again where another runner is at work by then", () => {
    const { clock, log, state } = make();
    state.led(HELD, null);
    state.led(READY, null);

    state.led({ phase: "foreign", reason: "a stock runner" }, null);
    clock.advance(60_000);

    assertEquals(log.countOf("taken again"), 0);
  });

  it("counts holds as failures as long as the database is not well for a while", () => {
    const { clock, log, state } = make();
    const states: string[] = [];
    for (let count = 0; count < 5; count++) {
      state.led(HELD, null);
      state.led(SCANNING, null);
      states.push(state.state);
      state.led(READY, null);
      clock.advance(14_999);
    }
    assertEquals(states, [...Array(4).fill("recovering"), "quarantined"]);
    assertEquals(log.countOf("taken again"), 0);

    clock.advance(1);
    state.led(HELD, null);

    assertEquals(state.state, "recovering");
    assertEquals(log.countOf("jobs of this database are taken again"), 1);
  });

  it("says foreign of a database where another runner is at work", () => {
    const { state } = make();

    state.led({ phase: "foreign", reason: "a stock runner" }, null);

    assertEquals([state.state, state.reason], ["foreign", "a stock runner"]);
  });
});
