import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { environmentOf, fileKeysOf, flagsOf } from "../../src/config/setting.ts";
import { SETTING_KEYS, SETTINGS } from "../../src/config/setting_table.ts";
import { settingsTable, shownSettings } from "../../src/config/shown_settings.ts";
import { inspectFile } from "./fake_machine.ts";

describe("shownSettings", () => {
  it("shows values as they are given, and where", () => {
    const file = "[queue_job]\nchannels =\n  root:4,\n  mail:2\n[options]\ndb_password = secret\n";

    const shown = shownSettings(inspectFile(file, { argv: ["--drain-timeout", "2.5"] }));
    const find = (name: string) => shown.find((it) => it.name === name);

    assertEquals(find("--channels")?.value, "root:4,mail:2");
    assertEquals(find("--channels")?.origin, "/home/odoo/.odoorc [queue_job] channels");
    assertEquals(find("--db-password")?.value, "********");
    assertEquals(find("--drain-timeout"), {
      name: "--drain-timeout",
      value: "2.5",
      origin: "--drain-timeout",
      isDefault: false,
    });
    assertEquals(find("--database")?.value, "not set");
    assertEquals(find("--port")?.isDefault, true);
  });
});

describe("SETTINGS", () => {
  it("has each option, variable and file key once", () => {
    for (const namesOf of [flagsOf, environmentOf, fileKeysOf]) {
      const names = SETTING_KEYS.flatMap((key): unknown[] => namesOf(SETTINGS[key]));
      const texts = names.map((name) => JSON.stringify(name));

      assertEquals(texts.filter((text, index) => texts.indexOf(text) !== index), []);
    }
  });
});

describe("settingsTable", () => {
  it("has a row for each setting", () => {
    const lines = settingsTable().split("\n");

    assertEquals(lines.length, SETTING_KEYS.length + 2);
    assertStringIncludes(
      settingsTable(),
      "| `--db-host HOST` | `ODOO_JOBRUNNER_DB_HOST`<br>`ODOO_QUEUE_JOB_JOBRUNNER_DB_HOST`<br>",
    );
  });
});
