import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/cli/command.ts";
import { SystemClock } from "../../src/clock.ts";
import { createApp } from "../../src/server/app.ts";
import { routeReload } from "../../src/server/reload_route.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { SteerGuard } from "../../src/server/steer_guard.ts";
import type { Reloaded } from "../../src/settings_status.ts";
import { fakeMachine } from "../config/fake_machine.ts";
import { closedPort } from "../support/http_server.ts";
import { runnerStatus } from "../support/runner_status.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const NOTHING: Reloaded = { changed: [], refused: [], cannotChange: [] };
const CHANNELS = { name: "--channels", from: "root:1", to: "root:2\u001b[2J", origin: "odoo.conf" };
const PORT = { name: "--health-port", from: "8070", to: "9000", origin: "odoo.conf" };

describe("reload", () => {
  const clock = new SystemClock();
  let directory: string;
  let tokenFile: string;
  let served: Served;
  let reloaded: Reloaded;
  let reloads: number;
  let said: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "jobrunner-token-"));
    tokenFile = join(directory, "token");
    await writeFile(tokenFile, `${TOKEN}\n`);
  });
  beforeEach(async () => {
    [reloaded, reloads, said] = [NOTHING, 0, []];
    const app = createApp(() => runnerStatus());
    const guard = new SteerGuard({ token: TOKEN, clock, report: (text) => void said.push(text) });
    routeReload(app, guard, () => {
      reloads++;
      return reloaded;
    });
    served = await serve({ app, host: "127.0.0.1", port: 0, clock });
  });
  afterEach(async () => {
    await served.close();
    assertEquals(clock.openTimers, 0);
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function run(...argv: string[]) {
    let [output, errors] = ["", ""];
    const machine = fakeMachine({ argv: ["reload", `--health-port=${served.port}`, ...argv] });
    const code = await runCommand(machine, "1.2.3", {
      write: (text) => output += text,
      writeError: (text) => errors += text,
    });
    return { code, output, errors };
  }
  const runWithToken = (...argv: string[]) => run(`--token-file=${tokenFile}`, ...argv);

  it("says what is in force now and what wants a restart, and answers 0", async () => {
    reloaded = { ...NOTHING, changed: [CHANNELS], cannotChange: [PORT] };

    assertEquals(await runWithToken(), {
      code: 0,
      output: "In force now\n" +
        '  --channels  "root:1 -> root:2\\u001b[2J"  odoo.conf\n' +
        "Wants a restart\n" +
        "  --health-port  8070 -> 9000  odoo.conf\n",
      errors: "",
    });
    assertEquals(reloads, 1);
    assertMatch(said.join(), /^steering: settings read again, 1 changed, by 127\.0\.0\.1/);
  });

  it("says that nothing has changed", async () => {
    const { code, output } = await runWithToken();

    assertEquals([code, output], [0, "Nothing has changed\n"]);
  });

  it("says all that is wrong, and answers 3", async () => {
    const refused = [{ entry: "mail:x", reason: "a number is wanted" }, {
      ...{ entry: "port=many", reason: "a port is wanted" },
    }];
    reloaded = { ...NOTHING, refused };

    const { code, output } = await runWithToken();

    assertEquals([code, output.split("\n")], [3, [
      "Refused, nothing is changed",
      '  Cannot use "mail:x": a number is wanted',
      '  Cannot use "port=many": a port is wanted',
      "",
    ]]);
    assertMatch(said.join(), /settings read again, refused/);
  });

  it("writes the answer as JSON", async () => {
    reloaded = { ...NOTHING, changed: [PORT] };

    const { code, output } = await runWithToken("--json");

    assertEquals([code, JSON.parse(output)], [0, reloaded]);
  });

  it("answers 1 where the token is wrong, or nobody answers", async () => {
    const other = join(directory, "other");
    await writeFile(other, "another-token-of-good-length");

    const { code, errors } = await run(`--token-file=${other}`);
    const nobody = await runWithToken(`--url=http://127.0.0.1:${await closedPort()}`);

    assertEquals([code, nobody.code, reloads], [1, 1, 0]);
    assertStringIncludes(errors, "the token is wrong");
    assertMatch(nobody.errors, /^Cannot ask the job runner at /);
  });

  it("answers 2 without a token, or where its file cannot be read", async () => {
    const none = await run();
    const missing = await run(`--token-file=${directory}/none`);

    assertEquals([none.code, missing.code, reloads], [2, 2, 0]);
    assertStringIncludes(none.errors, "give its file, as in --token-file=");
    assertMatch(missing.errors, /^Cannot use --token-file=".*none": /);
  });
});
