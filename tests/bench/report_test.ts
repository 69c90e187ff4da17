import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mean, median, shown, standardError, tableOf } from "../../scripts/bench/report.ts";

describe("median", () => {
  it("is the middle one, or lies between the two", () => {
    assertEquals(median([9, 1, 5]), 5);
    assertEquals(median([10, 1, 9, 2]), 5.5);
  });
});

describe("standardError", () => {
  it("is the noise of values, less the more there are", () => {
    assertEquals([[1, 3], [2, 4, 5, 6, 8]].map(mean), [2, 5]);
    assertEquals([[1, 3], [2, 4, 5, 6, 8]].map(standardError), [1, 1]);
    assertEquals(standardError([7, 7, 7]), 0);
  });
});

describe("shown", () => {
  it("keeps three digits that count", () => {
    assertEquals([0, 0.012345, 1.2345, 12.345].map(shown), ["0", "0.0123", "1.23", "12.3"]);
    assertEquals([123.45, 1234567.8].map(shown), ["123", "1 234 568"]);
  });

  it("says what cannot be measured", () => {
    assertEquals(shown(null), "–");
  });
});

describe("tableOf", () => {
  it("is Markdown, with a dash where a column has no figure", () => {
    const rows = [{ name: "load", unit: "µs", values: { core: 0.25, stock: null } }];

    assertEquals(tableOf("core", ["core", "stock"], rows).split("\n"), [
      "| core |     | core | stock |",
      "| ---- | --- | ---: | ----: |",
      "| load | µs  | 0.25 |     – |",
    ]);
  });
});
