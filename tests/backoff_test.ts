import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { backoffMs } from "../src/backoff.ts";

const BACKOFF = { firstMs: 100, longestMs: 10_000 };

describe("backoffMs", () => {
  it("doubles with every failure up to the longest wait", () => {
    const waits = [1, 2, 3, 7, 8, 100, 5000].map((failures) => backoffMs(BACKOFF, failures, 1));

    assertEquals(waits, [100, 200, 400, 6400, 10_000, 10_000, 10_000]);
  });

  it("spreads over the whole wait", () => {
    assertEquals(backoffMs(BACKOFF, 3, 0), 0);
    assertEquals(backoffMs(BACKOFF, 3, 0.25), 100);
    assert(backoffMs(BACKOFF, 3, 0.999) < 400);
  });
});
