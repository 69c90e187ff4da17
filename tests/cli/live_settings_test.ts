import { assertEquals, assertMatch } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { LiveSettings } from "../../src/cli/live_settings.ts";
import { Log } from "../../src/log.ts";
import type { RunnerChanges } from "../../src/runner/runner_options.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { inspectFile } from "../config/fake_machine.ts";

const CHANNELS = "[jobrunner]\nchannels = root:2\n";

describe("LiveSettings", () => {
  const clock = new FakeClock();
  let text: string;
  let lines: string[];
  let log: Log;
  let live: LiveSettings;
  let told: RunnerChanges[];
  /** Why the runner refuses. */
  let refusal: Error | null;
  const runner = {
    reconfigure: (changes: RunnerChanges) => {
      if (refusal) throw refusal;
      told.push(changes);
    },
  };

  beforeEach(() => {
    clock.advance(1_000);
    [text, lines, told, refusal] = [CHANNELS, [], [], null];
    log = new Log({
      ...{ level: "INFO", handlers: [], nowMs: () => 0, pid: 1 },
      write: (chunk) => void lines.push(...chunk.trimEnd().split("\n")),
    });
    const read = () => inspectFile(text);
    live = new LiveSettings({ loaded: read(), read, clock, log, logger: log.logger("runner") });
  });

  /** What the log says, without what is always the same. */
  async function said(): Promise<string[]> {
    await log.flush();
    return lines.splice(0).map((it) => it.replace(/^\S+ \S+ 1 (\S+) \? runner:/, "$1"));
  }

  const inForce = (name: string) => live.status.inForce.find((it) => it.name === name)?.value;

  it("says what is in force, and since when", async () => {
    const { sinceMs } = live.status;
    assertEquals([sinceMs, inForce("--channels")], [clock.nowMs(), "root:2"]);
    assertEquals(await said(), [
      "INFO --channels root:2 (/home/odoo/.odoorc [jobrunner] channels)",
    ]);

    text = CHANNELS.replace("root:2", "root:4");
    clock.advance(5_000);
    const { changed } = live.reload(runner);

    assertEquals([live.status.sinceMs, inForce("--channels")], [sinceMs + 5_000, "root:4"]);
    assertEquals(changed.map((it) => it.name), ["--channels"]);
    assertEquals(told[0]?.channels, "root:4");
    assertEquals(await said(), [
      "INFO --channels root:2 -> root:4 (/home/odoo/.odoorc [jobrunner] channels)",
    ]);
  });

  it("says that nothing has changed", async () => {
    await said();
    const { sinceMs } = live.status;
    clock.advance(1);

    assertEquals(live.reload(runner), { changed: [], refused: [], cannotChange: [] });

    assertEquals(live.status.sinceMs, sinceMs);
    assertEquals(await said(), ["INFO settings read again: nothing has changed"]);
  });

  it("changes nothing where anything is wrong, and says all of it in one line", async () => {
    await said();
    text = CHANNELS.replace("root:2", "root:4,mail:x") + "port = many\nlog_level = debug\n";

    const { refused, changed } = live.reload(runner);

    assertEquals([changed, told, inForce("--channels")], [[], [], "root:2"]);
    assertEquals(refused.length, 2);
    const [line, ...others] = await said();
    assertMatch(line!, /^ERROR settings read again: nothing is changed\. .*port=many.*; .*mail:x/);
    assertEquals([others, log.logger("runner").isEnabledFor("DEBUG")], [[], false]);
  });

  it("changes nothing where the runner refuses it", () => {
    text = CHANNELS.replace("root:2", "root:4");
    refusal = new RangeError('Cannot ask the host "my host"');

    const { refused } = live.reload(runner);

    assertEquals(refused.map((it) => it.reason), ['Cannot ask the host "my host"']);
    assertEquals(inForce("--channels"), "root:2");
  });

  it("names what wants a restart, as long as it is so", async () => {
    await said();
    text = CHANNELS + "health_port = 9000\n";

    const { cannotChange } = live.reload(runner);

    assertEquals(live.status.wantRestart, cannotChange);
    assertEquals([cannotChange[0]?.name, inForce("--health-port")], ["--health-port", "8070"]);
    assertMatch((await said()).join(), /WARNING --health-port 8070 -> 9000 .* wants a restart/);

    text = CHANNELS;
    live.reload(runner);
    assertEquals(live.status.wantRestart, []);
  });

  it("heeds other levels of the log, and keeps a new secret out of it", async () => {
    await said();
    const secrets = "http_auth_user = odoo\nhttp_auth_password = new-secret\n";
    text = `${CHANNELS}log_level = debug\nlog_handler = noise:ERROR\n${secrets}`;

    live.reload(runner);

    assertEquals(log.logger("odoo.runner").isEnabledFor("DEBUG"), true);
    assertEquals(log.logger("noise").isEnabledFor("WARNING"), false);
    log.logger("runner").info("the password is new-secret");
    const all = (await said()).join("\n");
    assertEquals(all.includes("new-secret"), false);
    assertMatch(all, /the password is \*{8}/);
    assertEquals(JSON.stringify(live.status).includes("new-secret"), false);
    assertEquals(live.settings.httpAuthPassword, "new-secret");
  });

  it("repeats no warning that was given before", async () => {
    const warned = `${CHANNELS}dbfilter = %d\n`;
    text = warned;
    live.reload(runner);
    assertMatch((await said()).join(), /WARNING .*dbfilter=%d is not used/);

    live.reload(runner);

    assertEquals(await said(), ["INFO settings read again: nothing has changed"]);
  });
});
