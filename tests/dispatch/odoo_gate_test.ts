import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { OdooGate } from "../../src/dispatch/odoo_gate.ts";
import type { Outcome } from "../../src/dispatch/outcome.ts";
import type { ProbeAnswer } from "../../src/dispatch/probe.ts";
import { FakeClock } from "../support/fake_clock.ts";

const UNREACHABLE: Outcome = { kind: "unreachable", reason: "nothing listens there" };
const UNAVAILABLE: Outcome = { kind: "unavailable", reason: "a proxy answers 502" };
const DOWN: ProbeAnswer = { kind: "down", reason: "nothing listens there", byProxy: false };

describe("OdooGate", () => {
  let clock: FakeClock;
  let gate: OdooGate;
  let lines: string[];
  let probedMs: number[];
  let openedMs: number[];
  let probe: () => Promise<ProbeAnswer>;

  beforeEach(() => {
    clock = new FakeClock(1_000);
    lines = [];
    probedMs = [];
    openedMs = [];
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
      random: () => 1,
    });
  });

  /** Moves on to the next probe and lets its answer come in. */
  async function nextProbe(): Promise<void> {
    clock.advance(clock.nextDueMs - clock.nowMs());
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
    assertEquals(clock.openTimers, 0);
  });

  it("probes after waits that double up to 10 s", async () => {
    gate.note(UNREACHABLE);
    for (let count = 0; count < 9; count++) await nextProbe();

    const waits = probedMs.map((ms, i) => ms - (probedMs[i - 1] ?? 1_000));
    assertEquals(waits, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    assertEquals(clock.openTimers, 1);
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
    assertEquals(clock.openTimers, 0);
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
});
