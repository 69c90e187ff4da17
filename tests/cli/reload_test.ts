import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import { routeReload } from "../../src/server/reload_route.ts";
import type { Reloaded } from "../../src/settings_status.ts";
import { closedPort } from "../support/http_server.ts";
import { OrderedProcess } from "../support/ordered_process.ts";

const NOTHING: Reloaded = { changed: [], refused: [], cannotChange: [] };
const CHANNELS = { name: "--channels", from: "root:1", to: "root:2\u001b[2J", origin: "odoo.conf" };
const PORT = { name: "--health-port", from: "8070", to: "9000", origin: "odoo.conf" };

describe("reload", () => {
  const clock = new SystemClock();
  let ordered: OrderedProcess;
  let reloaded: Reloaded;
  let reloads: number;

  beforeEach(async () => {
    [reloaded, reloads] = [NOTHING, 0];
    ordered = await OrderedProcess.start(clock, (app, guard) => {
      routeReload(app, guard, () => {
        reloads++;
        return reloaded;
      });
    });
  });
  afterEach(() => ordered.stop());

  const runWithToken = (...argv: string[]) => ordered.runWithToken("reload", ...argv);

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
    assertMatch(ordered.said.join(), /^steering: settings read again, 1 changed, by 127\.0\.0\.1/);
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
    assertMatch(ordered.said.join(), /settings read again, refused/);
  });

  it("writes the answer as JSON", async () => {
    reloaded = { ...NOTHING, changed: [PORT] };

    const { code, output } = await runWithToken("--json");

    assertEquals([code, JSON.parse(output)], [0, reloaded]);
  });

  it("answers 1 where the token is wrong, or nobody answers", async () => {
    const { code, errors } = await ordered.run("reload", ordered.tokenFile("wrong"));
    const nobody = await runWithToken(`--url=http://127.0.0.1:${await closedPort()}`);

    assertEquals([code, nobody.code, reloads], [1, 1, 0]);
    assertStringIncludes(errors, "the token is wrong");
    assertMatch(nobody.errors, /^Cannot ask the job runner at /);
  });

  it("answers 2 without a token, or where its file cannot be read", async () => {
    const none = await ordered.run("reload");
    const missing = await ordered.run("reload", ordered.tokenFile("none"));

    assertEquals([none.code, missing.code, reloads], [2, 2, 0]);
    assertStringIncludes(none.errors, "give its file, as in --token-file=");
    assertMatch(missing.errors, /^Cannot use --token-file=".*none": /);
  });
});
