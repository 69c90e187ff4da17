import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { Ramp } from "../../src/dispatch/ramp.ts";
import { FakeClock } from "../support/fake_clock.ts";

describe("Ramp", () => {
  let clock: FakeClock;
  let grownCount: number;
  let ramp: Ramp;

  beforeEach(() => {
    clock = new FakeClock();
    grownCount = 0;
    ramp = new Ramp(clock, () => void grownCount++);
  });

  /** Odoo begins with as many jobs as may wait. */
  function round(): number {
    for (let left = ramp.limit; left > 0; left--) ramp.grow();
    return ramp.limit;
  }

  it("has no limit as long as all is well", () => {
    ramp.grow();

    assertEquals([ramp.limit, clock.openTimers], [Infinity, 0]);
  });

  it("doubles whenever all that wait have begun, until there is no limit", () => {
    ramp.begin();

    const limits = [ramp.limit];
    while (ramp.limit < Infinity) limits.push(round());

    assertEquals(limits.slice(0, 5), [4, 8, 16, 32, 64]);
    assertEquals([limits.length, limits.at(-1)], [9, Infinity]);
    assertEquals(clock.openTimers, 0);
  });

  it("doubles with time, where jobs hang", () => {
    ramp.begin();
    clock.advance(5_000);
    const limits = [ramp.limit];
    clock.advance(5_000);
    limits.push(ramp.limit);

    assertEquals([limits, grownCount], [[8, 16], 2]);
    clock.advance(60_000);
    assertEquals([ramp.limit, clock.openTimers], [Infinity, 0]);
  });

  it("is half of what waited when Odoo let nobody in, and grows by about one a round", () => {
    ramp.lower(100);
    const limits = [ramp.limit, round(), round()];
    clock.advance(5_000);
    limits.push(ramp.limit);

    assertEquals(limits, [50, 50, 51, 52]);
  });

  it("comes back fast up to where it was crowded, and slowly from there", () => {
    ramp.lower(16);
    ramp.begin();

    assertEquals([ramp.limit, round(), round()], [4, 8, 8]);
  });

  it("lets one job try, however often nobody is let in", () => {
    ramp.lower(3);
    ramp.lower(1);
    ramp.lower(0);

    assertEquals(ramp.limit, 1);
    ramp.stop();
    assertEquals(clock.openTimers, 0);
  });
});
