import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { start } from "../../src/cli/start.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { loadSettings } from "../../src/config/settings.ts";
import { fakeMachine } from "../config/fake_machine.ts";
import { closedPort } from "../support/http_server.ts";
import { until } from "../support/until.ts";

/** A process of which the test is the operating system. */
class FakeProcess implements Surroundings {
  text = "";
  readonly exits: number[] = [];
  signal = () => {};
  fail: (error: unknown) => void = () => {};
  isListening = false;

  readonly onSignal = (callback: () => void) => {
    this.signal = callback;
    this.isListening = true;
    return () => void (this.isListening = false);
  };
  readonly onUncaught = (callback: (error: unknown) => void) => {
    this.fail = callback;
    return () => {};
  };
  readonly exit = (code: number) => void this.exits.push(code);
  readonly writeLog = (chunk: string) => void (this.text += chunk);

  async start(...argv: string[]): Promise<number> {
    const port = String(await closedPort());
    const machine = fakeMachine({
      argv: ["--database=shop", "--db-host=127.0.0.1", `--db-port=${port}`, ...argv],
    });
    return start(loadSettings(machine), "1", this);
  }

  untilTrying(): Promise<boolean> {
    return until("it tries to connect", () => this.text.includes("trying again"));
  }
}

describe("start", () => {
  it("ends with 0 on a signal, and listens no more", async () => {
    const process = new FakeProcess();
    const ended = process.start("--health-port=0");
    await process.untilTrying();

    process.signal();

    assertEquals([await ended, process.exits, process.isListening], [0, [], false]);
    assertMatch(process.text, /: stopped\n$/);
  });

  it("ends gracefully with 1 after an error that nobody has caught, and tells of it", async () => {
    const process = new FakeProcess();
    const ended = process.start("--health-port=0");
    await process.untilTrying();

    process.fail(new TypeError("broken on purpose"));
    process.fail("not even an error");

    assertEquals([await ended, process.exits], [1, []]);
    assertMatch(
      process.text,
      / CRITICAL \? .*a bug to report, the process ends: TypeError: broken on purpose\\n +at /,
    );
    assertMatch(process.text, / CRITICAL .*while it ends: not even an error\n/);
    assertMatch(process.text, /: stopped\n$/);
  });

  it("ends with 1 when it cannot serve its health", async () => {
    const process = new FakeProcess();

    const code = await process.start("--health-host=203.0.113.1");

    assertEquals([code, process.isListening], [1, false]);
    assertMatch(process.text, / ERROR .*Cannot use --health-host="203\.0\.113\.1"/);
  });
});
