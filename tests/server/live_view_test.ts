import { assertEquals, assertThrows } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { LiveView } from "../../src/server/live_view.ts";
import type { View } from "../../src/view.ts";
import { FakeClock } from "../support/fake_clock.ts";

const SECOND = 1_000;

describe("LiveView", () => {
  let clock: FakeClock;
  let looks: number;
  let costMs: number;
  let errors: Error[];
  let live: LiveView;

  beforeEach(() => {
    clock = new FakeClock(1_000_000);
    looks = costMs = 0;
    errors = [];
    const look = () => {
      clock.set(clock.nowMs() + costMs);
      return { nowMs: ++looks } as View;
    };
    live = new LiveView({ look, clock, reportError: (it) => errors.push(it) });
  });

  /** Reads events as they come. */
  function watch() {
    const reader = live.watch()!.getReader();
    const decoder = new TextDecoder();
    return {
      next: async () => {
        const { done, value } = await reader.read();
        return done ? null : decoder.decode(value);
      },
      leave: () => reader.cancel(),
    };
  }
  const event = (nowMs: number) => `event: view\ndata: {"nowMs":${nowMs}}\n\n`;

  it("sends one view a second, the same to all", async () => {
    const [one, other] = [watch(), watch()];

    assertEquals([await one.next(), await other.next()], [event(1), event(1)]);
    const next = [one.next(), other.next()];
    clock.advance(SECOND);
    assertEquals(await Promise.all(next), [event(2), event(2)]);
    live.stop();
  });

  it("sends who reads slowly the newest only", async () => {
    const slow = watch();
    await slow.next();

    clock.advance(5 * SECOND);

    assertEquals([await slow.next(), looks], [event(6), 6]);
    live.stop();
  });

  it("looks while somebody watches, and not longer", async () => {
    const watcher = watch();
    await watcher.next();
    await watcher.leave();

    clock.advance(60 * SECOND);

    assertEquals([looks, live.watcherCount, clock.openTimers], [1, 0, 0]);
  });

  it("looks once for all who ask within a second", () => {
    assertEquals([live.json, live.json, looks], ['{"nowMs":1}', '{"nowMs":1}', 1]);
    clock.advance(SECOND);
    assertEquals(live.json, '{"nowMs":2}');
    // A clock that steps back keeps nobody waiting.
    clock.set(0);
    assertEquals(live.json, '{"nowMs":3}');
  });

  it("takes a fiftieth of the time at most, however much a look costs", async () => {
    costMs = 100;
    const watcher = watch();
    await watcher.next();

    clock.advance(100 * SECOND);

    // 5.1 s each: 100 ms, and 49 times as much for others.
    assertEquals(looks, 20);
    await watcher.leave();
  });

  it("refuses one more than forty, until one leaves", async () => {
    const watchers = Array.from({ length: 40 }, watch);

    assertEquals(live.watch(), null);
    await watchers[0]!.leave();
    assertEquals(live.watch() !== null, true);
    live.stop();
  });

  it("ends all streams when it stops, and takes no more", async () => {
    const watcher = watch();
    await watcher.next();
    const next = watcher.next();

    live.stop();

    assertEquals([await next, live.watch(), clock.openTimers], [null, null, 0]);
  });

  it("goes on after an error", async () => {
    const broken = new LiveView({
      look: () => {
        if (++looks === 2) throw new Error("broken");
        return { nowMs: looks } as View;
      },
      ...{ clock, reportError: (it) => errors.push(it) },
    });
    live = broken;
    const watcher = watch();
    await watcher.next();
    const next = watcher.next();

    clock.advance(SECOND);
    clock.advance(SECOND);

    assertEquals([await next, errors.map((it) => it.message)], [event(3), ["broken"]]);
    broken.stop();
  });

  it("tells who asks of an error", () => {
    const broken = new LiveView({
      look: () => {
        throw new Error("broken");
      },
      ...{ clock, reportError: () => {} },
    });

    assertThrows(() => broken.json, Error, "broken");
    assertThrows(() => broken.watch(), Error, "broken");
  });
});
