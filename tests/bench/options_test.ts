import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { PARTS, readBenchOptions } from "../../scripts/bench/options.ts";

describe("readBenchOptions", () => {
  it("runs all parts unless some are named", () => {
    const options = readBenchOptions([]);

    assertEquals(options.parts, PARTS);
    assertEquals([options.rounds, options.isJson, options.stock], [3, false, null]);
  });

  it("runs the named parts in their own order", () => {
    const options = readBenchOptions(["size", "core", "--rounds=2", "--json", "--python=python4"]);

    assertEquals(options.parts, ["core", "size"]);
    assertEquals([options.rounds, options.isJson, options.python], [2, true, "python4"]);
  });

  it("says all that is wrong together", () => {
    const args = ["coar", "--rounds=0", "--stock=/nowhere", "--runtime=deno", "--profile=here"];

    const { message } = assertThrows(() => readBenchOptions(args), RangeError);

    const wanted = ["coar: wanted", '--rounds="0"', '--stock="/nowhere"', '--profile="here"'];
    for (const part of wanted) assertEquals(message.includes(part), true, `${part} in ${message}`);
  });
});
