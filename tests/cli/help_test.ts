import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runCommand } from "../../src/cli/command.ts";
import { manualPage } from "../../src/cli/manual.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import { COMMAND_NAMES } from "../../src/config/command_table.ts";
import { SETTING_KEYS } from "../../src/config/setting_table.ts";
import { shownFlag } from "../../src/config/shown_settings.ts";
import { fakeMachine } from "../config/fake_machine.ts";

/** @param columns of the terminal; none: it is written into a pipe */
async function help(argv: readonly string[], columns?: number): Promise<string> {
  let output = "";
  const write = (text: string) => void (output += text);
  const terminal = { isScreen: columns !== undefined, columns } as Terminal;
  const machine = fakeMachine({ argv: [...argv] });
  assertEquals(await runCommand(machine, "1.2.3", { write, writeError: write, terminal }), 0);
  return output;
}

describe("help", () => {
  it("explains every option with its default and its sources", async () => {
    const output = await help(["--help"]);

    for (const key of SETTING_KEYS) assertStringIncludes(output, `\n    ${shownFlag(key)} `);
    assertStringIncludes(
      output,
      "\n        Default: 8069\n" +
        "        Environment: ODOO_JOBRUNNER_PORT, ODOO_QUEUE_JOB_PORT, ODOO_CONNECTOR_PORT\n" +
        "        File: [jobrunner] port, [queue_job] port,",
    );
  });

  it("says which place counts, and Odoo's short options", async () => {
    const output = await help(["--help"]);

    assertMatch(output, /command line, else .* environment, else .* file, else\s+from libpq's/);
    assertMatch(output, /-c is --config, -d is --database/);
  });

  it("explains a command and its own options, and names the settings it heeds", async () => {
    for (const argv of [["requeue", "--help"], ["help", "requeue"], ["-h", "requeue", "--x"]]) {
      const output = await help(argv);

      assertMatch(output, /^NAME\n {4}odoo-jobrunner requeue - set failed jobs/);
      assertMatch(output, /\nSYNOPSIS\n {4}odoo-jobrunner requeue \[OPTION\]\.\.\.\n/);
      assertMatch(output, /\n {4}--state STATES\n.*\n {8}Default: failed\n/);
      assertMatch(output, /\n {4}--db-host HOST\n {8}PostgreSQL's host/);
      assertMatch(output, /\nENVIRONMENT\n[^]*\n {4}--database +ODOO_JOBRUNNER_DB_NAME\n/);
      assertMatch(output, /\nFILES\n[^]*\n {4}--db-sslmode +\[jobrunner\] db_sslmode, /);
      assertEquals(output.includes("--channels"), false);
    }
  });

  it("has for each command all that a manual page has", async () => {
    const wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES"];
    for (const command of COMMAND_NAMES) {
      const output = await help([command, "--help"]);
      const titles = output.split("\n").filter((it) => /^[A-Z ]+$/.test(it));

      assertEquals(wanted.filter((it) => !titles.includes(it)), [], command);
      assertEquals(output.split("\n").filter((it) => /^ {0,3}\S/.test(it)), titles, command);
      assertMatch(output, /[^\n]\n$/);
    }
  });

  it("fits on a terminal, however wide, and in 100 columns elsewhere", async () => {
    const widths = [[200, 100], [100, 100], [80, 80], [undefined, 100]] as const;
    for (const argv of [["--help"], ...COMMAND_NAMES.map((it) => [it, "--help"])]) {
      for (const [columns, widest] of widths) {
        const lines = (await help(argv, columns)).split("\n");
        // Examples stay whole.
        const isExample = (line: string) => line.startsWith("    odoo-jobrunner ");
        const tooWide = lines.filter((it) => it.length > widest && !isExample(it));
        assertEquals(tooWide, [], `${argv} ${columns}`);
      }
    }
  });
});

describe("manualPage", () => {
  it("leaves out what is empty, and has meanings beside short words", () => {
    const page = manualPage([
      { title: "ONE", parts: ["a b"], lines: ["x"] },
      { title: "NONE", parts: [[], ""] },
      { title: "TWO", parts: [[["a", "first"], ["bcd", "second and so on and so forth"]]] },
    ], 1);

    assertEquals(
      page,
      `ONE
    a b

    x

TWO
    a    first
    bcd  second and so on and so forth
`,
    );
  });

  it("breaks lines between words that are not tied", () => {
    const words = "four four four four four four four\u00a0four four";

    assertEquals(
      manualPage([{ title: "T", parts: [words] }], 40),
      "T\n    four four four four four four\n    four four four\n",
    );
  });
});
