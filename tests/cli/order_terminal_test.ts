import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { join } from "node:path";
import { hostCommand } from "../../scripts/demo/host_command.ts";
import { SystemClock } from "../../src/clock.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { Steering } from "../../src/runner/steering.ts";
import { routeReload } from "../../src/server/reload_route.ts";
import { routeSteering } from "../../src/server/steer_routes.ts";
import type { Reloaded } from "../../src/settings_status.ts";
import { OrderedProcess } from "../support/ordered_process.ts";
import { PseudoTerminal } from "../support/pseudo_terminal.ts";

const CHANNELS = { name: "--channels", from: "root:1", to: "root:2", origin: "odoo.conf" };

describe("an order from a terminal", () => {
  const clock = new SystemClock();
  let ordered: OrderedProcess;
  let steering: Steering;
  let reloaded: Reloaded;

  beforeAll(async () => {
    const nothing = () => {};
    steering = new Steering({
      ...{ clock, scheduler: new LiveScheduler("root:9,mail:2", nothing, { clock }) },
      ...{ isServed: (name) => name === "shop", onDatabase: nothing, onMore: nothing },
    });
    ordered = await OrderedProcess.start(clock, (app, guard) => {
      routeSteering(app, guard, { status: { phase: "running" }, steering });
      routeReload(app, guard, () => reloaded);
    });
  });
  afterAll(() => ordered.stop());

  async function order(...argv: string[]): Promise<[code: number | null, text: string]> {
    const terminal = await PseudoTerminal.start([...hostCommand(), ...argv], {
      environment: {
        ODOO_JOBRUNNER_HEALTH_PORT: String(ordered.served.port),
        ODOO_JOBRUNNER_ADMIN_TOKEN_FILE: join(ordered.folder, "token"),
      },
    });
    const code = await terminal.exited;
    return [code, terminal.text];
  }

  const paused = () => steering.status.paused.map(({ name, by }) => [name, by]);

  it("pauses, and resumes", async () => {
    assertEquals(await order("pause", "--channel=mail", "--by=anna"), [
      0,
      "Paused: channel root.mail\n",
    ]);
    assertEquals(paused(), [["root.mail", "anna"]]);

    assertEquals(await order("resume", "--channel=mail"), [0, "Resumed: channel root.mail\n"]);
    assertEquals(paused(), []);
  });

  it("has the settings read again, or says what is wrong with them", async () => {
    reloaded = { changed: [CHANNELS], refused: [], cannotChange: [] };
    assertEquals(await order("reload"), [
      0,
      "In force now\n  --channels  root:1 -> root:2  odoo.conf\n",
    ]);

    const mistake = { entry: "mail:x", reason: "a number is wanted" };
    reloaded = { changed: [], refused: [mistake], cannotChange: [] };
    assertEquals(await order("reload"), [
      3,
      'Refused, nothing is changed\n  Cannot use "mail:x": a number is wanted\n',
    ]);
  });

  it("says why it is not carried out", async () => {
    const wrong = ordered.tokenFile("wrong");
    const refused: [argv: string[], code: number, text: RegExp][] = [
      [["pause", "--database=crm"], 3, / answers: Cannot pause database "crm": .*\n$/],
      [["pause"], 2, /^Cannot use "0 given": one of --channel=NAME, .*\n$/],
      [["resume", "--everything", wrong], 1, /token.*\n$/],
      [["reload", wrong], 1, /token.*\n$/],
    ];

    await Promise.all(refused.map(async ([argv, code, wanted]) => {
      const [exitCode, text] = await order(...argv);

      assertEquals(exitCode, code, argv.join(" "));
      assertMatch(text, wanted);
    }));
    assertEquals(paused(), []);
  });
});
