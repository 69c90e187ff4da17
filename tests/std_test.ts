import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { FakeTime } from "@std/testing/time";

/* What our tests rely on in @std: holds for the real packages as for the stand-ins in tests/std. */

describe("assertEquals", () => {
  it("looks into arrays, objects, maps, sets, dates and bytes", () => {
    const made = () => ({
      list: [1, [2, { three: 3 }]],
      map: new Map<unknown, unknown>([["a", [1]], [{ b: 1 }, 2]]),
      set: new Set<unknown>([1, { two: 2 }]),
      date: new Date(5),
      bytes: new Uint8Array([1, 2]),
      pattern: /a/g,
      nothing: [null, undefined, NaN],
    });

    assertEquals(made(), made());
    assertEquals<unknown>(0, -0);
  });

  for (
    const [a, b] of [
      [1, "1"],
      [[1, 2], [2, 1]],
      [[1], [1, 2]],
      [{ a: 1 }, { a: 1, b: 2 }],
      [{ a: undefined }, {}],
      [new Map([["a", 1]]), new Map([["a", 2]])],
      [new Set([1]), new Set([2])],
      [new Date(1), new Date(2)],
      [null, undefined],
      [new Uint8Array([1]), new Uint8Array([2])],
    ] as const
  ) {
    it(`tells ${JSON.stringify(a)} from ${JSON.stringify(b)}`, () => {
      assertThrows(() => assertEquals<unknown>(a, b));
      assertNotEquals<unknown>(a, b);
    });
  }

  it("shows the lines that differ", () => {
    const error = assertThrows(() => assertEquals(["one", "two"], ["one", "three"]), Error);

    assertMatch(error.message, /-.*two/);
    assertMatch(error.message, /\+.*three/);
  });
});

describe("assertThrows and assertRejects", () => {
  it("answer what was thrown", async () => {
    const error = new RangeError("too wide");

    assertStrictEquals(assertThrows(() => throwIt(error), RangeError, "wide"), error);
    assertStrictEquals(await assertRejects(() => Promise.reject(error), Error, "too"), error);
  });

  it("fail for another class, other words, and nothing thrown", async () => {
    const error = new RangeError("too wide");

    assertThrows(() => assertThrows(() => throwIt(error), TypeError));
    assertThrows(() => assertThrows(() => throwIt(error), RangeError, "narrow"));
    assertThrows(() => assertThrows(() => {}));
    await assertRejects(() => assertRejects(() => Promise.reject(error), TypeError));
    await assertRejects(() => assertRejects(() => Promise.resolve()));
  });
});

function throwIt(error: Error): never {
  throw error;
}

describe("the small assertions", () => {
  it("pass for what they want", () => {
    assert(1);
    assertExists(0);
    assertInstanceOf(new RangeError("a"), Error);
    assertStringIncludes("abc", "b");
    assertAlmostEquals(0.1 + 0.2, 0.3);
    assertAlmostEquals(10, 11, 1);
  });

  it("fail for anything else", () => {
    assertThrows(() => assert(0, "no"), Error, "no");
    assertThrows(() => assertExists(null));
    assertThrows(() => assertInstanceOf({}, Error));
    assertThrows(() => assertStringIncludes("abc", "d"));
    assertThrows(() => assertAlmostEquals(1, 1.1));
    assertThrows(() => fail("so"), Error, "so");
  });
});

describe("hooks", () => {
  const seen: string[] = [];
  beforeAll(() => void seen.push("all"));
  beforeEach(() => void seen.push("each"));
  afterEach(() => void seen.push("after each"));

  it("run around a test", () => assertEquals(seen, ["all", "each"]));

  describe("of a group and the one around it", () => {
    beforeAll(() => void seen.push("inner all"));
    beforeEach(async () => void await seen.push("inner each"));
    afterEach(() => void seen.push("inner after each"));
    afterAll(() => void seen.push("inner after all"));

    it("run from the outside in", () => {
      assertEquals(seen.slice(2), ["after each", "inner all", "each", "inner each"]);
    });
  });

  it("and back", () => {
    assertEquals(seen.slice(6), ["inner after each", "after each", "inner after all", "each"]);
  });
});

describe("FakeTime", () => {
  it("moves timers and dates by hand", () => {
    using time = new FakeTime(1000);
    const seen: number[] = [];
    setTimeout(() => seen.push(Date.now()), 20);
    const interval = setInterval(() => seen.push(Date.now()), 15);

    time.tick(30);
    clearInterval(interval);
    time.tick(30);

    assertEquals(seen, [1015, 1020, 1030]);
    assertEquals(new Date().getTime(), 1060);
  });
});
