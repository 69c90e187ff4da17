import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import process from "node:process";
import { text } from "node:stream/consumers";
import { hostCommand, withoutSettings } from "../../scripts/demo/host_command.ts";
import { SystemClock } from "../../src/clock.ts";
import { createApp } from "../../src/server/app.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { PseudoTerminal, type PseudoTerminalOptions } from "../support/pseudo_terminal.ts";
import { runnerStatus } from "../support/runner_status.ts";
import { overviewChannel, shownView } from "../support/shown_view.ts";

const LEFT = "\u001b[?1049l";
const BOLD = "\u001b[1m";

describe("top in a terminal", () => {
  const clock = new SystemClock();
  let served: Served | null = null;
  let terminal: PseudoTerminal | null = null;
  let waiting: number;

  beforeEach(async () => {
    waiting = 1;
    served = await serveView();
  });
  afterEach(async () => {
    await terminal?.stop();
    await served?.close();
    terminal = served = null;
    assertEquals(clock.openTimers, 0);
  });

  function serveView(port = 0): Promise<Served> {
    const app = createApp(() => runnerStatus());
    app.get("/view", (context) => {
      const channels = [overviewChannel("root", { capacity: 4, running: 3, waiting })];
      return context.json(shownView({ channels }));
    });
    return serve({ app, host: "127.0.0.1", port, clock });
  }

  async function run(options: PseudoTerminalOptions = {}): Promise<PseudoTerminal> {
    const command = [...hostCommand(), "top", "--interval=0.2", `--health-port=${served!.port}`];
    terminal = await PseudoTerminal.start(command, options);
    await terminal.untilScreen("a view", (lines) => lines.some((it) => it.startsWith("root")));
    return terminal;
  }

  it("shows what changes over the whole screen, and gives it back at q", async () => {
    const shown = await run({ columns: 100, rows: 20 });
    const { screen, output } = shown;

    waiting = 4711;
    await shown.untilScreen("the change", (lines) => lines.some((it) => it.includes("4711")));
    shown.type("q");
    const code = await shown.exited;

    assertEquals([code, screen.length], [0, 20]);
    assertMatch(screen[0]!, /^odoo-jobrunner 1\.2\.3, up for 10 min: leading$/);
    assertMatch(screen.at(-1)!, /^q or Ctrl-C ends/);
    assertStringIncludes(output, BOLD);
    assertMatch(output, /█░/);
    assertStringIncludes(shown.output, LEFT);
    assertEquals(shown.output.split(LEFT)[1]!.trim(), "");
  });

  it("ends at Ctrl-C, and draws anew for another size", async () => {
    const shown = await run({ environment: { NO_COLOR: "1", LANG: "C" } });

    shown.resize(40, 9);
    await shown.untilScreen("nine lines", ({ length }) => length === 9);
    const { screen } = shown;
    shown.type("\u0003");

    assertEquals(await shown.exited, 0);
    assertEquals(screen.filter((it) => it.length > 40), []);
    assertEquals([shown.output.includes(BOLD), shown.output.includes("░")], [false, false]);
    assertStringIncludes(shown.output, LEFT);
  });

  it("writes view after view into a pipe, and ends when nobody reads any more", async () => {
    const command = [...hostCommand(), "top", "--interval=0.2", `--health-port=${served!.port}`];
    const script = '("$@"; echo "code $?" >&2) | head -n 25';
    const child = spawn("sh", ["-c", script, "sh", ...command], {
      stdio: ["ignore", "pipe", "pipe"],
      env: withoutSettings(process.env),
    });

    const texts = await Promise.all([child.stdout, child.stderr].map((it) => text(it)));

    assertEquals(texts[1], "code 0\n");
    assertEquals(texts[0]!.includes("\u001b"), false);
    const lines = texts[0]!.split("\n");
    assertEquals(lines.filter((it) => it.startsWith("odoo-jobrunner 1.2.3")).length, 2);
    assertMatch(lines[0]!, /^1970-/);
  });

  it("says that it has lost the runner, keeps what it knows, and finds it again", async () => {
    const shown = await run();
    const { port } = served!;

    await served!.close();
    await shown.untilScreen("the loss", ([first]) => first!.startsWith("Lost for "));
    const { screen } = shown;
    served = await serveView(port);
    await shown.untilScreen("it again", ([first]) => first!.startsWith("odoo-jobrunner"));
    shown.type("q");

    assertEquals(await shown.exited, 0);
    assertMatch(screen[1]!, /^odoo-jobrunner/);
  });
});
