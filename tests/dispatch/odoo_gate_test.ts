import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { OdooGate } from "../../src/dispatch/odoo_gate.ts";
import type { Outcome } from "../../src/dispatch/outcome.ts";
import type { ProbeAnswer } from "../../src/dispatch/probe.ts";
import { FakeClock } from "../support/fake_clock.ts";

const UNREACHABLE: Outcome = { kind: "unreachable", reason: "nothing listens there" };
const UNAVAILABLE: Outcome = { kind: "unavailable", reason: "a proxy answers 502" };
const OVERLOADED: Outcome = { kind: "overloaded", reason: "no connection in time" };
const DOWN: ProbeAnswer = { kind: "down", reason: "nothing listens there", byProxy: false };

describe("OdooGate", () => {
  let clock: FakeClock;
  let gate: OdooGate;
  let lines: string[];
  let probedMs: number[];
  let openedMs: number[];
  let probe: () => Promise<ProbeAnswer>;
  let waitingCount: number;

  beforeEach(() => {
    clock = new FakeClock(1_000);
    lines = [];
    probedMs = [];
    openedMs = [];
    waitingCount = 0;
    probe = () => Promise.resolve(DOWN);
    gate = new OdooGate({
      clock,
      probe: () => {
        probedMs.push(clock.nowMs());
        return probe();
      },
      onOpen: () => void openedMs.push(clock.nowMs()),
      logger: {
        info: (text) => void lines.push(`INFO ${text}`),
        warning: (text) => void lines.push(`WARNING ${text}`),
      },
      waitingSince: () => waitingCount,
      random: () => 1,
    });
  });

  afterEach(() => {
    gate.stop();
    assertEquals(clock.openTimers, 0);
  });

  /** Moves on to the next probe and lets its answer come in. */
  async function nextProbe(): Promise<void> {
    clock.advance(clock.nextDueMs - clock.nowMs());
    await settled();
  }

  /** Odoo is back. */
  async function open(): Promise<void> {
    probe = () => Promise.resolve({ kind: "up" });
    await nextProbe();
  }

  async function settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  }

  it("stays open while jobs end, fail, are refused or get lost", () => {
    gate.note({ kind: "finished" });
    gate.note({ kind: "failed", status: 500 });
    gate.note({ kind: "refused", reason: "404" });
    gate.note({ kind: "dropped", reason: "504" });
    gate.note({ kind: "released", sent: true });

    assertEquals(gate.isOpen, true);
    assertEquals(clock.openTimers, 0);
    assertEquals(lines, []);
  });

  it("closes after the clock has stepped back, too", () => {
    clock.step(-3_600_000);
    clock.advance(1);

    gate.note(UNREACHABLE);

    assertEquals(gate.isOpen, false);
  });

  it("closes when Odoo cannot be reached, or a proxy says so", () => {
    for (const outcome of [UNREACHABLE, UNAVAILABLE]) {
      gate.note(outcome);
      assertEquals(gate.isOpen, false);
      gate.note({ kind: "finished" });
      assertEquals(gate.isOpen, true);
    }

    assertEquals(openedMs, [1_000, 1_000]);
  });

  it("probes after waits that double up to a second", async () => {
    gate.note(UNREACHABLE);
    for (let count = 0; count < 7; count++) await nextProbe();

    const waits = probedMs.map((ms, i) => ms - (probedMs[i - 1] ?? 1_000));
    assertEquals(waits, [100, 200, 400, 800, 1_000, 1_000, 1_000]);
    assertEquals(clock.openTimers, 1);
  });

  it("sends another probe a second later when one hangs, as to a host that is away", async () => {
    const answers: ((value: ProbeAnswer) => void)[] = [];
    probe = () => new Promise((resolve) => answers.push(resolve));
    gate.note(UNREACHABLE);
    for (let count = 0; count < 4; count++) await nextProbe();

    answers[3]!({ kind: "up" });
    await settled();

    assertEquals(probedMs, [1_100, 2_100, 3_100, 4_100]);
    assertEquals(gate.isOpen, true);
    answers[0]!(DOWN);
    await settled();
    assertEquals([gate.isOpen, clock.openTimers], [true, 1]);
  });

  it("opens at the first probe that finds Odoo, and says how long it took", async () => {
    gate.note(UNREACHABLE);
    await nextProbe();
    probe = () => Promise.resolve({ kind: "up" });
    await nextProbe();

    assertEquals(gate.isOpen, true);
    assertEquals(gate.reason, null);
    assertEquals(gate.sinceMs, 1_300);
    assertEquals(openedMs, [1_300]);
    assertEquals(lines, [
      "WARNING Odoo is away, no job is asked for until it is back: nothing listens there",
      "INFO Odoo is back after 0.3 s",
    ]);
  });

  it("logs each reason once while it is closed", async () => {
    gate.note(UNREACHABLE);
    gate.note(UNREACHABLE);
    await nextProbe();
    gate.note(UNAVAILABLE);
    gate.note(UNREACHABLE);
    gate.note(UNAVAILABLE);

    assertEquals(lines.length, 2);
    assertEquals(gate.reason, "a proxy answers 502");
  });

  it("takes a connection without an answer for an Odoo at work", async () => {
    probe = () => Promise.resolve({ kind: "waiting" });
    gate.note(UNREACHABLE);
    await nextProbe();

    assertEquals(gate.isOpen, true);
  });

  it("does not take the connection of a proxy for Odoo's", async () => {
    probe = () => Promise.resolve({ kind: "waiting" });
    gate.note(UNAVAILABLE);
    await nextProbe();

    assertEquals(gate.isOpen, false);
    assertEquals(clock.openTimers, 1);
  });

  it("learns from a probe that a proxy is there", async () => {
    probe = () => Promise.resolve({ kind: "down", reason: "a proxy answers 502", byProxy: true });
    gate.note(UNREACHABLE);
    await nextProbe();
    probe = () => Promise.resolve({ kind: "waiting" });
    await nextProbe();

    assertEquals(gate.isOpen, false);
  });

  it("ignores the failure of a request that was sent before it opened", async () => {
    const askedMs = clock.nowMs();
    probe = () => Promise.resolve({ kind: "up" });
    gate.note(UNREACHABLE);
    await nextProbe();

    gate.note(UNREACHABLE, askedMs);

    assertEquals(gate.isOpen, true);
    assertEquals(lines.length, 2);
  });

  it("ignores a probe of an earlier closure", async () => {
    let answer!: (value: ProbeAnswer) => void;
    probe = () => new Promise((resolve) => answer = resolve);
    gate.note(UNREACHABLE);
    await nextProbe();
    gate.note({ kind: "finished" });
    gate.note(UNREACHABLE);

    answer(DOWN);
    await Promise.resolve();

    assertEquals(gate.isOpen, false);
    assertEquals(clock.openTimers, 1);
  });

  it("lets a few jobs be taken when it opens, and more as Odoo begins with them", async () => {
    const allowances = [gate.allowance];
    gate.note(UNREACHABLE);
    allowances.push(gate.allowance);
    await open();
    allowances.push(gate.allowance);
    waitingCount = 4;
    allowances.push(gate.allowance);
    waitingCount = 0;
    for (let count = 0; count < 4; count++) gate.noteBegun();
    allowances.push(gate.allowance);

    assertEquals(allowances, [Infinity, 0, 4, 0, 8]);
  });

  it("says when more may be taken because time has passed", async () => {
    gate.note(UNREACHABLE);
    await open();
    waitingCount = 4;

    clock.advance(5_000);

    assertEquals(openedMs, [1_100, 6_100]);
    assertEquals(gate.allowance, 4);
  });

  it("tries one job at a time, ever less often, where only the probe gets through", async () => {
    probe = () => Promise.resolve({ kind: "up" });
    const waits: number[] = [];
    const allowances: number[] = [];
    for (let count = 0; count < 6; count++) {
      gate.note(UNAVAILABLE);
      const closedMs = clock.nowMs();
      await nextProbe();
      waits.push(clock.nowMs() - closedMs);
      allowances.push(gate.allowance);
    }

    assertEquals(waits, [100, 100, 1_500, 2_500, 4_500, 8_500]);
    assertEquals(allowances, [4, 1, 1, 1, 1, 1]);
    gate.noteBegun();
    gate.note(UNAVAILABLE);
    await open();
    assertEquals(gate.allowance, 4);
  });

  it("stays open when Odoo lets nobody in, halves what may wait, and says so once", () => {
    const askedMs = clock.nowMs();
    clock.advance(5_000);
    waitingCount = 40;
    gate.note(OVERLOADED, askedMs);
    gate.note(OVERLOADED, askedMs);
    waitingCount = 0;
    const allowances = [gate.allowance];
    clock.advance(1_000);
    waitingCount = 20;
    gate.note(OVERLOADED, clock.nowMs());
    waitingCount = 0;
    allowances.push(gate.allowance);

    assertEquals(allowances, [20, 10]);
    assertEquals(gate.isOpen, true);
    assertEquals(lines, [
      "WARNING Odoo lets no more requests in, so fewer wait for it at once: no connection in time",
    ]);
  });

  it("lets fewer requests wait after the clock has stepped back, too", () => {
    waitingCount = 40;
    gate.note(OVERLOADED, clock.nowMs());
    clock.step(-3_600_000);
    clock.advance(1);
    waitingCount = 20;

    gate.note(OVERLOADED, clock.nowMs());

    waitingCount = 0;
    assertEquals(gate.allowance, 10);
  });

  it("ends probing when it is stopped", async () => {
    let answer!: (value: ProbeAnswer) => void;
    probe = () => new Promise((resolve) => answer = resolve);
    gate.note(UNREACHABLE);
    await nextProbe();

    gate.stop();
    gate.stop();
    answer(DOWN);
    await Promise.resolve();
    gate.note(UNREACHABLE);

    assertEquals(clock.openTimers, 0);
  });

  it("is open at once, and without a ramp, where another Odoo is asked", async () => {
    gate.note(UNREACHABLE);
    await open();
    gate.note(UNREACHABLE);
    let answer = (_: ProbeAnswer) => {};
    probe = () => new Promise((resolve) => answer = resolve);
    await nextProbe();

    gate.renew();
    // That was said of the former one.
    answer(DOWN);
    await settled();

    assertEquals([gate.isOpen, gate.reason, gate.allowance], [true, null, Infinity]);
    assertEquals(openedMs.at(-1), clock.nowMs());
    assertEquals(clock.openTimers, 0);
  });

  it("tells anew that the other Odoo is away, and probes it without delay", async () => {
    for (let vain = 0; vain < 3; vain++) {
      gate.note(UNREACHABLE);
      await open();
    }
    lines = [];

    gate.renew();
    gate.note(UNREACHABLE);

    assertEquals(lines.length, 1);
    assertEquals(clock.nextDueMs - clock.nowMs(), 100);
  });
});
