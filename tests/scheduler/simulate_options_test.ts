import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readOptions } from "../../scripts/simulate_options.ts";

describe("readOptions of simulate", () => {
  it("plays 1,000 histories of the core from a new seed unless told otherwise", () => {
    const told = readOptions(["--histories", "7", "--seed=5", "--pipeline"]);

    assertEquals(told, { histories: 7, firstSeed: 5, isPipeline: true });
    const { firstSeed, ...rest } = readOptions([]) ?? {};
    assertEquals(rest, { histories: 1000, isPipeline: false });
    assertEquals((firstSeed ?? 0) >= 1_000_000, true);
  });

  it("gives nothing when help is asked for", () => {
    assertEquals(readOptions(["--help"]), null);
  });

  it("refuses what is no number, and unknown options", () => {
    assertThrows(() => readOptions(["--histories", "x"]), RangeError, '--histories="x"');
    assertThrows(() => readOptions(["--seed", "-1"]));
    assertThrows(() => readOptions(["--history", "3"]), TypeError);
  });
});
