import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { longDuration } from "../../src/config/readers.ts";

describe("longDuration", () => {
  it("reads seconds, or a number with its unit", () => {
    const read = ["90", "90s", "1.5m", "2h", "1d"].map(longDuration);

    assertEquals(read, [90_000, 90_000, 90_000, 7_200_000, 86_400_000]);
  });

  it("wants a minute or more, so that no job is set back that has just begun", () => {
    for (const text of ["0", "59", "0.5m"]) {
      assertThrows(() => longDuration(text), RangeError, "a minute or more");
    }
  });

  it("refuses what is no duration", () => {
    for (const text of ["", "h", "2 h", "-2h", "2w", "1e9", "99999d"]) {
      assertThrows(() => longDuration(text), RangeError, "is wanted");
    }
  });
});
