import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { Steering } from "../../src/runner/steering.ts";
import { routeSteering } from "../../src/server/steer_routes.ts";
import type { RunnerPhase } from "../../src/status.ts";
import { closedPort } from "../support/http_server.ts";
import { OrderedProcess } from "../support/ordered_process.ts";

describe("pause and resume", () => {
  const clock = new SystemClock();
  let ordered: OrderedProcess;
  let steering: Steering;
  let phase: RunnerPhase;

  beforeEach(async () => {
    phase = "running";
    const nothing = () => {};
    steering = new Steering({
      ...{ clock, scheduler: new LiveScheduler("root:9,mail:2", nothing, { clock }) },
      ...{ isServed: (name) => name === "shop", onDatabase: nothing, onMore: nothing },
    });
    ordered = await OrderedProcess.start(clock, (app, guard) => {
      routeSteering(app, guard, {
        get status() {
          return { phase };
        },
        steering,
      });
    });
  });
  afterEach(() => ordered.stop());

  const runWithToken = (command: string, ...argv: string[]) =>
    ordered.runWithToken(command, ...argv);
  const paused = () => steering.status.paused.map(({ what, name, by }) => [what, name, by]);

  it("do so with a channel, a database and everything", async () => {
    const seen = [
      await runWithToken("pause", "--channel=mail"),
      await runWithToken("pause", "--database=shop", "--by=anna"),
      await runWithToken("pause", "--everything"),
    ];
    const before = paused();
    const after = [
      await runWithToken("resume", "--channel=root.mail"),
      await runWithToken("resume", "--database=shop"),
      await runWithToken("resume", "--everything"),
    ];

    assertEquals([...seen, ...after].map((it) => [it.code, it.output]), [
      [0, "Paused: channel root.mail\n"],
      [0, "Paused: database shop\n"],
      [0, "Paused: everything\n"],
      [0, "Resumed: channel root.mail\n"],
      [0, "Resumed: database shop\n"],
      [0, "Resumed: everything\n"],
    ]);
    assertEquals(before, [
      ["everything", null, "os-user"],
      ["channel", "root.mail", "os-user"],
      ["database", "shop", "anna"],
    ]);
    assertEquals(paused(), []);
  });

  it("say it when the runner does not lead, and write JSON", async () => {
    phase = "standby";

    const told = await runWithToken("pause", "--everything");
    const json = await runWithToken("resume", "--everything", "--json");

    assertStringIncludes(told.output, "does not lead (standby)");
    assertEquals(JSON.parse(json.output), {
      phase: "standby",
      steering: { paused: [], resumed: [], capacities: [] },
    });
  });

  it("answer 3 when there is no such channel or database", async () => {
    const seen = [
      await runWithToken("pause", "--channel=mial"),
      await runWithToken("pause", "--database=\u001b[2J"),
    ];

    assertEquals(seen.map((it) => it.code), [3, 3]);
    assertStringIncludes(seen[0]!.errors, "it is not configured, and no job has named it");
    assertEquals(seen[1]!.errors.includes("\u001b"), false);
  });

  it("answer 1 when the process cannot be asked or does not accept the token", async () => {
    const wrong = await ordered.run("pause", "--everything", ordered.tokenFile("wrong"));
    const gone = `--url=http://127.0.0.1:${await closedPort()}`;
    const away = await runWithToken("pause", "--everything", gone);

    assertEquals([wrong.code, away.code, steering.isAllPaused], [1, 1, false]);
    assertStringIncludes(wrong.errors, "the token is wrong");
  });

  it("answer 2 for wrong usage, and change nothing", async () => {
    const seen = [
      await runWithToken("pause"),
      await runWithToken("pause", "--channel=mail", "--everything"),
      await runWithToken("pause", "--channel="),
      await ordered.run("pause", "--everything"),
      await ordered.run("pause", "--everything", "--token-file=/nowhere"),
    ];

    assertEquals(seen.map((it) => it.code), [2, 2, 2, 2, 2]);
    assertEquals(paused(), []);
  });
});
