import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runCommand } from "../../src/cli/command.ts";
import type { Loaded } from "../../src/config/settings.ts";
import { fakeMachine, type Given } from "../config/fake_machine.ts";

interface Ran {
  readonly result: number | Loaded;
  readonly output: string;
  readonly errors: string;
}

async function run(given: Given): Promise<Ran> {
  let output = "";
  let errors = "";
  const result = await runCommand(fakeMachine(given), "1.2.3", {
    write: (text) => output += text,
    writeError: (text) => errors += text,
  });
  return { result, output, errors };
}

describe("runCommand", () => {
  it("answers the settings to start with, and is silent", async () => {
    const { result, output, errors } = await run({ argv: ["--port=80"] });

    assertEquals(typeof result === "number" ? result : result.settings.port, 80);
    assertEquals(output + errors, "");
  });

  it("says what is wrong and answers 2", async () => {
    const { result, output, errors } = await run({ argv: ["--port=x", "--prot"] });

    assertEquals([result, output], [2, ""]);
    assertEquals(errors.split("\n").length, 4);
    assertMatch(errors, /^Cannot use "--prot": the option is unknown/);
    assertMatch(errors, /\n--check-config shows all settings.*\n$/);
  });

  it("shows the version", async () => {
    assertEquals(await run({ argv: ["--version"] }), {
      result: 0,
      output: "odoo-jobrunner 1.2.3\n",
      errors: "",
    });
  });
});

describe("check-config", () => {
  const FILE = `[options]
db_password = secret
[jobrunner]
channels = root:4,mail:2:throttle=0.5,mail.bulk:1:sequential,mail.sms.b:1:paused,fax:subcapacity=1
`;

  it("shows settings, their origins and the channels", async () => {
    const { result, output } = await run({
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

  it("shows warnings", async () => {
    assertMatch(
      (await run({ argv: ["--check-config"] })).output,
      /\nWarnings\n {2}no channels are given/,
    );
  });

  it("shows what is wrong beside what is right, and answers 2", async () => {
    const { result, output, errors } = await run({
      argv: ["check-config", "--port=x", "--channels=root:4:squential", "--host=odoo"],
    });

    assertEquals([result, errors], [2, ""]);
    assertMatch(output, /\n {2}--host +odoo +--host\n/);
    assertMatch(output, /\nMistakes\n {2}Cannot use "--port=x": .*\n {2}Cannot use "--channels=/);
    assertMatch(output, /\nThe settings cannot be used\n$/);
  });
});

describe("requeue", () => {
  it("says all that is wrong before it does anything, and answers 2", async () => {
    const { result, output, errors } = await run({
      argv: ["requeue", "--state=started,done", "--older-than=1", "--channels=a", "--db-port=x"],
    });

    assertEquals([result, output], [2, ""]);
    assertEquals(errors.split("\n").map((it) => it.slice(0, it.indexOf(":"))), [
      'Cannot use "--channels"',
      'Cannot use "--db-port=x"',
      'Cannot use "--state=started,done"',
      'Cannot use "--older-than=1"',
      "",
    ]);
  });

  it("answers 1 when the databases cannot be listed", async () => {
    const { result, output, errors } = await run({
      argv: ["requeue", "--db-host=127.0.0.1", "--db-port=1", "--db-password=very-secret"],
    });

    assertEquals([result, output], [1, ""]);
    assertMatch(errors, /^Cannot list the databases: .*ECONNREFUSED/);
    assertEquals(errors.includes("very-secret"), false);
  });
});
