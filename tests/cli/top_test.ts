import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { runCommand } from "../../src/cli/command.ts";
import type { Output } from "../../src/cli/exit.ts";
import type { Terminal, TerminalEvents } from "../../src/cli/terminal.ts";
import { SystemClock } from "../../src/clock.ts";
import { createApp } from "../../src/server/app.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { fakeMachine } from "../config/fake_machine.ts";
import { closedPort } from "../support/http_server.ts";
import { runnerStatus } from "../support/runner_status.ts";
import { shownView } from "../support/shown_view.ts";
import { until } from "../support/until.ts";

/** A command at work, with all that it writes. */
class Written {
  output = "";
  errors = "";
  events: TerminalEvents | null = null;
  hasLeft = false;

  /** A terminal, or nobody who looks on. */
  terminal(changes: Partial<Terminal> = {}): Output {
    const write = (text: string) => void (this.output += text);
    const usual: Terminal = {
      ...{ isScreen: false, hasColours: false, hasBlocks: true, columns: 80, rows: 24, write },
      enter: (events) => {
        this.events = events;
        return () => this.hasLeft = true;
      },
    };
    const terminal = Object.create(usual, Object.getOwnPropertyDescriptors(changes));
    return { write, writeError: (text) => this.errors += text, terminal };
  }
}

describe("top", () => {
  let served: Served | null = null;
  let written: Written;

  afterEach(async () => {
    await served?.close();
    served = null;
  });

  async function serveView(port = 0): Promise<number> {
    const app = createApp(() => runnerStatus());
    app.get("/view", (context) => context.json(shownView()));
    served = await serve({ app, host: "127.0.0.1", port, clock: new SystemClock() });
    return served.port;
  }

  function run(port: number, changes: Partial<Terminal> = {}, ...argv: string[]) {
    written = new Written();
    const machine = fakeMachine({ argv: ["top", `--health-port=${port}`, ...argv] });
    return runCommand(machine, "1.2.3", written.terminal(changes));
  }

  it("writes one view as plain text, on a terminal too", async () => {
    const code = await run(await serveView(), { isScreen: true, hasColours: true }, "--once");

    assertEquals([code, written.errors, written.events], [0, "", null]);
    assertMatch(written.output, /^1970-01-01T00:10:01.000Z\nodoo-jobrunner 1.2.3, up for 10 min:/);
    assertEquals(written.output.includes("\u001b"), false);
  });

  it("answers 1 when the process cannot be asked, or has no view", async () => {
    const nobody = await run(await closedPort(), {}, "--once");
    const { errors } = written;
    const app = createApp(() => runnerStatus());
    served = await serve({ app, host: "127.0.0.1", port: 0, clock: new SystemClock() });
    const older = await run(served.port, {}, "--once");

    assertEquals([nobody, older, written.output], [1, 1, ""]);
    assertMatch(errors, /^Cannot ask the job runner at http:\S+: \S/);
    assertStringIncludes(written.errors, "has no view to show (status 404)");
  });

  it("tells once that nobody answers, and goes on when somebody does", async () => {
    const port = await closedPort();
    const running = run(port, {}, "--interval=0.2");
    await until("it is told", () => written.errors !== "");

    await serveView(port);
    await until("two views came", () => written.output.split("leading").length > 2);
    written.events!.onEnd();

    assertEquals([await running, written.hasLeft], [0, true]);
    assertMatch(written.errors, /^Cannot ask the job runner at .*; trying again\n$/);
  });

  it("draws anew when it is told of another size, and leaves the screen at its end", async () => {
    const port = await closedPort();
    const size = { rows: 24 };
    const running = run(port, {
      isScreen: true,
      get rows() {
        return size.rows;
      },
    }, "--interval=99");
    await until("it is told", () => written.output.includes("Lost for "));

    size.rows = 2;
    written.events!.onResize();
    written.events!.onKey("x");
    written.events!.onKey("q");

    assertEquals([await running, written.hasLeft], [0, true]);
    assertEquals(written.output.split("\u001b[H").at(-1)!.split("\n").length, 2);
  });

  it("says what is wrong with the question, and answers 2", async () => {
    for (const argv of [["--interval=0"], ["--interval=x"], ["a"], ["--url=x"], ["--json"]]) {
      assertEquals(await run(1, {}, ...argv), 2, argv.join(" "));
      assertMatch(written.errors, /^Cannot use "/);
    }
  });
});
