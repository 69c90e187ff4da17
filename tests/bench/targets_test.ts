import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CORE_COLUMNS } from "../../scripts/bench/core/core_part.ts";
import { HEAP_COLUMNS } from "../../scripts/bench/core/heap_part.ts";
import { SIZE_COLUMNS } from "../../scripts/bench/core/size_part.ts";
import { DATABASES_COLUMNS } from "../../scripts/bench/path/databases_part.ts";
import { LATENCY_COLUMNS } from "../../scripts/bench/path/latency_part.ts";
import { PATH_COLUMNS } from "../../scripts/bench/path/path_part.ts";
import { START_COLUMNS } from "../../scripts/bench/path/start_part.ts";
import { WATCHING_COLUMNS } from "../../scripts/bench/path/watching_part.ts";
import { TARGETS, targetsOf } from "../../scripts/bench/targets.ts";

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  ...{ core: CORE_COLUMNS, heap: HEAP_COLUMNS, size: SIZE_COLUMNS, path: PATH_COLUMNS },
  ...{ latency: LATENCY_COLUMNS, start: START_COLUMNS, databases: DATABASES_COLUMNS },
  watching: WATCHING_COLUMNS,
};

function heap(ratio: number | null) {
  const values = { "core / C -O3": ratio };
  return { heap: [{ name: "pop 1000 k of the heap", unit: "ns", values }] };
}

describe("targetsOf", () => {
  it("marks what was reached and what was not", () => {
    const [reached, missed] = [1.25, 1.3].map((it) => targetsOf(heap(it)));

    assertEquals(reached, [{
      ...{ name: "✓ heap pop against C -O3", unit: "at most" },
      values: { wanted: 1.25, reached: 1.25 },
    }]);
    assertEquals(missed![0]!.name, "✗ heap pop against C -O3");
  });

  it("leaves out what was not measured", () => {
    assertEquals(targetsOf({}), []);
    assertEquals(targetsOf(heap(null)), []);
  });

  it("misses a figure that is no longer there", () => {
    assertThrows(() => targetsOf({ heap: [] }), Error, 'No figure "pop 1000 k of the heap"');
  });

  it("knows the columns of all parts", () => {
    for (const { what, part, column } of TARGETS) {
      assert(COLUMNS[part]!.includes(column), `${what}: ${part} has no column "${column}"`);
    }
  });
});
