import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readable, textTable } from "../../src/cli/text_table.ts";

describe("textTable", () => {
  it("aligns numbers to the right and the rest to the left", () => {
    assertEquals(textTable([["name", "count"], ["a", 7], ["bcdef", 1234567]]), [
      "name     count",
      "a            7",
      "bcdef  1234567",
    ]);
  });
});

describe("readable", () => {
  it("leaves names as they are, and takes the power from what steers a terminal", () => {
    assertEquals(readable(`shop "é" '; drop`), `shop "é" '; drop`);
    assertEquals(readable("a\u001b[2Jb\n\u202ec"), '"a\\u001b[2Jb\\n\\u{202e}c"');
  });
});
