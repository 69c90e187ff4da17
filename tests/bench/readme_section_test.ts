import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readBenchOptions } from "../../scripts/bench/options.ts";
import { withFigures } from "../../scripts/bench/readme_section.ts";

const PRINTED = {
  options: readBenchOptions(["size", "--rounds=2", "--runtime=node", "--readme"]),
  machine: "2026-11-29: a machine",
  tables: ["| size |"],
  targets: "| targets |",
};

describe("withFigures", () => {
  it("puts a run where the last one stood, and nothing else", () => {
    const readme = "# A\n\n<!-- performance -->\n\nold\n\n<!-- /performance -->\n\n## B\n";

    const written = withFigures(readme, PRINTED);

    assertEquals(
      written,
      "# A\n\n<!-- performance -->\n\n" +
        "`npm run bench -- size --rounds 2 --runtime node --readme` on 2026-11-29: a machine; " +
        "medians of 2 runs:\n\n| targets |\n\n" +
        "<details><summary>All figures of that run</summary>\n\n| size |\n\n</details>\n\n" +
        "<!-- /performance -->\n\n## B\n",
    );
    assertEquals(withFigures(written, PRINTED), written);
  });

  it("writes nothing where it finds no place", () => {
    assertThrows(() => withFigures("# A\n", PRINTED), Error, "<!-- performance -->");
  });
});
