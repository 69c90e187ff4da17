import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFileSync } from "node:fs";
import { settingsTable } from "../../src/config/shown_settings.ts";

describe("README.md", () => {
  it("has the table of all settings between its markers", () => {
    const readme = readFileSync("README.md", "utf8");

    const [, table] = /<!-- settings -->\n+([^]*?)\n+<!-- \/settings -->/.exec(readme) ?? [];

    assertEquals(table, settingsTable());
  });
});
