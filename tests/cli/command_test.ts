import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runCommand } from "../../src/cli/command.ts";
import { SETTING_KEYS } from "../../src/config/setting_table.ts";
import { shownFlag } from "../../src/config/shown_settings.ts";
import type { Loaded } from "../../src/config/settings.ts";
import { fakeMachine, type Given } from "../config/fake_machine.ts";

interface Ran {
  readonly result: number | Loaded;
  readonly output: string;
  readonly errors: string;
}

function run(given: Given): Ran {
  let output = "";
  let errors = "";
  const result = runCommand(fakeMachine(given), "1.2.3", {
    write: (text) => output += text,
    writeError: (text) => errors += text,
  });
  return { result, output, errors };
}

describe("runCommand", () => {
  it("answers the settings to start with, and is silent", () => {
    const { result, output, errors } = run({ argv: ["--port=80"] });

    assertEquals(typeof result === "number" ? result : result.settings.port, 80);
    assertEquals(output + errors, "");
  });

  it("says what is wrong and answers 2", () => {
    const { result, output, errors } = run({ argv: ["--port=x", "--prot"] });

    assertEquals([result, output], [2, ""]);
    assertEquals(errors.split("\n").length, 3);
    assertMatch(errors, /^Cannot use "--prot": the option is unknown/);
  });

  it("shows the version", () => {
    assertEquals(run({ argv: ["--version"] }), {
      result: 0,
      output: "odoo-jobrunner 1.2.3\n",
      errors: "",
    });
  });
});

describe("help", () => {
  const { result, output } = run({ argv: ["--help"] });

  it("explains every option with its default and its sources", () => {
    assertEquals(result, 0);
    for (const key of SETTING_KEYS) assertStringIncludes(output, `\n  ${shownFlag(key)} `);
    assertStringIncludes(
      output,
      "\n      Default: 8069\n" +
        "      Environment: ODOO_JOBRUNNER_PORT, ODOO_QUEUE_JOB_PORT, ODOO_CONNECTOR_PORT\n" +
        "      File: [jobrunner] port, [queue_job] port,",
    );
  });

  it("fits on a terminal", () => {
    assertEquals(output.split("\n").filter((line) => line.length > 100), []);
  });
});

describe("check-config", () => {
  const FILE = `[options]
db_password = secret
[jobrunner]
channels = root:4,mail:2:throttle=0.5,mail.bulk:1:sequential,mail.sms.b:1:paused,fax:subcapacity=1
`;

  it("shows settings, their origins and the channels", () => {
    const { result, output } = run({
      argv: ["--check-config", "--port=80"],
      files: { "/home/odoo/.odoorc": FILE },
    });

    assertEquals(result, 0);
    assertMatch(output, /\n {2}--port +80 +--port\n/);
    assertMatch(output, /\n {2}--db-password +\*{8} +.home.odoo..odoorc \[options\] db_password\n/);
    assertStringIncludes(
      output,
      `Channels
  root        capacity 4
  ├─ mail     capacity 2, throttle 0.5 s
  │  ├─ bulk  capacity 1, sequential
  │  └─ sms   unlimited
  │     └─ b  capacity 1, paused
  └─ fax      unlimited, capacity 1 for each channel made below it

The settings can be used
`,
    );
    assertEquals(output.includes("secret"), false);
  });

  it("shows warnings", () => {
    assertMatch(run({ argv: ["--check-config"] }).output, /\nWarnings\n {2}no channels are given/);
  });

  it("shows what is wrong beside what is right, and answers 2", () => {
    const { result, output, errors } = run({
      argv: ["check-config", "--port=x", "--channels=root:4:squential", "--host=odoo"],
    });

    assertEquals([result, errors], [2, ""]);
    assertMatch(output, /\n {2}--host +odoo +--host\n/);
    assertMatch(output, /\nMistakes\n {2}Cannot use "--port=x": .*\n {2}Cannot use "--channels=/);
    assertMatch(output, /\nThe settings cannot be used\n$/);
  });
});
