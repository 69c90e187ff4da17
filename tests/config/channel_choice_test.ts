import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Given, inspect, mistakesOf } from "./fake_machine.ts";

function file(text: string, environment: Given["environment"] = {}): Given {
  return { environment, files: { "/home/odoo/.odoorc": text } };
}

function chosen(given: Given): readonly [string, string] {
  const { settings, origins } = inspect(given);
  return [settings.channels, origins.channels];
}

describe("the channels", () => {
  it("come from Odoo's settings when they are not root:0", () => {
    const environment = { ODOO_QUEUE_JOB_CHANNELS: "root:4,mail:2" };

    assertEquals(chosen({ environment }), ["root:4,mail:2", "ODOO_QUEUE_JOB_CHANNELS"]);
    assertEquals(inspect({ environment }).warnings.length, 1, "the stock runner reads them, too");
  });

  it("may stand in several lines of a file", () => {
    const given = file("[queue_job]\nchannels =\n  root:4,\n  mail:2\n");

    assertEquals(inspect(given).settings.channels, "root:4,\nmail:2");
    assertEquals(inspect(given).mistakes, []);
  });

  it("are root:1 with a warning when none are given", () => {
    const [warning] = inspect({}).warnings;

    assertEquals(chosen({}), ["root:1", "default"]);
    assertMatch(warning ?? "", /^no channels are given: root:1 is in force/);
  });

  it("are refused when the only ones are root:0 in a setting of Odoo's own runner", () => {
    const files = [
      file("", { ODOO_QUEUE_JOB_CHANNELS: "root:0" }),
      file("", { ODOO_CONNECTOR_CHANNELS: "root:0" }),
      file("[queue_job]\nchannels = root:0,mail:2\n"),
      file("[options-connector]\nchannels = root:0\n"),
    ];

    for (const given of files) {
      const [message, ...others] = mistakesOf(given);

      assertMatch(message ?? "", /root:0.*: that switches .* off .* as in --channels=root:4$/);
      assertEquals(others, []);
    }
  });

  it("are ours when root:0 stands before them in a setting of Odoo's own runner", () => {
    const given = file("[jobrunner]\nchannels = root:3\n", { ODOO_QUEUE_JOB_CHANNELS: "root:0" });

    assertEquals(chosen(given), ["root:3", "/home/odoo/.odoorc [jobrunner] channels"]);
    assertEquals(inspect(given).warnings, []);
  });

  it("are the next ones of Odoo's when root:0 stands before them, with a warning", () => {
    const given = file("[queue_job]\nchannels = root:3\n", { ODOO_QUEUE_JOB_CHANNELS: "root:0" });

    assertEquals(chosen(given), ["root:3", "/home/odoo/.odoorc [queue_job] channels"]);
    assertEquals(inspect(given).warnings, [
      "ODOO_QUEUE_JOB_CHANNELS=root:0 is taken for the switch of Odoo's own job runner, the " +
      "channels come from /home/odoo/.odoorc [queue_job] channels",
    ]);
  });

  it("are obeyed when root:0 is meant for us, with a warning", () => {
    const given = { environment: { ODOO_JOBRUNNER_CHANNELS: "root:0" } };

    assertEquals(chosen(given), ["root:0", "ODOO_JOBRUNNER_CHANNELS"]);
    assertEquals(inspect(given).warnings, ["ODOO_JOBRUNNER_CHANNELS: root:0 runs nothing"]);
  });

  it("may have unknown keys, except where settings are checked", () => {
    const argv = ["--channels=root:1:squential"];

    assertEquals(inspect({ argv }).warnings.length, 1);
    assertEquals(mistakesOf({ argv }), []);
    assertEquals(mistakesOf({ argv: [...argv, "--check-config"] }), [
      '--channels=root:1:squential: the key "squential" is unknown, meant may be ' +
      '"root:1:sequential"',
    ]);
  });
});
