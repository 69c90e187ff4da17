import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Slots } from "../../src/runner/slots.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** Lets promises that are resolved run on. */
const turn = () => new Promise<void>((resolve) => queueMicrotask(resolve)).then(() => {});

describe("Slots", () => {
  it("lets so many in at once, and the next when one gives back, in their order", async () => {
    const clock = new FakeClock();
    const slots = new Slots(clock, 2);
    const entered: number[] = [];
    const given: (() => void)[] = [];
    for (const number of [0, 1, 2, 3]) {
      void slots.take().then((giveBack) => {
        entered.push(number);
        given[number] = giveBack;
      });
    }
    await turn();
    const first = [...entered];

    given[1]!();
    given[1]!();
    await turn();

    assertEquals([first, entered], [[0, 1], [0, 1, 2]]);
    for (const number of [0, 2]) given[number]!();
    await turn();
    given[3]!();
    assertEquals(clock.openTimers, 0);
  });

  it("waits no longer than a second for one that does not give back", async () => {
    const clock = new FakeClock();
    const slots = new Slots(clock, 1);
    const hanging = await slots.take();
    let isIn = false;
    const next = slots.take().then((giveBack) => {
      isIn = true;
      return giveBack;
    });

    clock.advance(999);
    await turn();
    const before = isIn;
    clock.advance(1);
    const giveBack = await next;
    hanging();
    giveBack();

    assertEquals([before, isIn], [false, true]);
    assertEquals(clock.openTimers, 0);
  });
});
