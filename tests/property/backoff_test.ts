import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { type Backoff, backoffMs } from "../../src/backoff.ts";
import { holds } from "./property.ts";

const backoff: fc.Arbitrary<Backoff> = fc.record({
  firstMs: fc.integer({ min: 1, max: 60_000 }),
  longestMs: fc.integer({ min: 1, max: 3_600_000 }),
});
const failures = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1 }), fc.maxSafeNat())
  .map((it) => Math.max(it, 1));
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

describe("a backoff", () => {
  it("waits no longer than allowed, however often it failed", () => {
    holds(fc.property(backoff, failures, fraction, (backoff, count, random) => {
      const waitMs = backoffMs(backoff, count, random);

      assertGreaterOrEqual(waitMs, 0);
      assertLessOrEqual(waitMs, backoff.longestMs);
      assertLessOrEqual(waitMs, backoff.firstMs * 2 ** (count - 1));
    }));
  });

  it("waits at most twice as long after one more failure, and never less", () => {
    holds(fc.property(backoff, failures, (backoff, count) => {
      const [waitMs, nextMs] = [backoffMs(backoff, count, 1), backoffMs(backoff, count + 1, 1)];

      assert(nextMs >= waitMs && nextMs <= 2 * waitMs);
    }));
  });

  it("spreads over the whole wait", () => {
    holds(fc.property(backoff, failures, fraction, (backoff, count, random) => {
      const longestMs = backoffMs(backoff, count, 1);

      assertEquals(backoffMs(backoff, count, random), longestMs * random);
    }));
  });
});
