import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  type ChannelConfig,
  fullChannelName,
  parseChannels,
} from "../../src/scheduler/channel_config.ts";
import { ConfigError } from "../../src/scheduler/errors.ts";

const PLAIN = { sequential: false, throttleMs: 0, subcapacity: null, paused: false };

function channel(text: string, name: string): ChannelConfig | undefined {
  return parseChannels(text).channels.find((it) => it.name === name);
}

function capacity(text: string, name: string): number | null | undefined {
  return channel(text, name)?.capacity;
}

function mistakes(text: string, strict = false): string[] {
  return assertThrows(() => parseChannels(text, { strict }), ConfigError).message.split("\n");
}

describe("parseChannels", () => {
  it("reads names, capacities and keys", () => {
    const plan = parseChannels("root:4,mail:2,mail.bulk:1:sequential:throttle=2");

    assertEquals(plan.channels, [
      { name: "root", capacity: 4, ...PLAIN },
      { name: "root.mail", capacity: 2, ...PLAIN },
      { name: "root.mail.bulk", capacity: 1, ...PLAIN, sequential: true, throttleMs: 2000 },
    ]);
    assertEquals(plan.warnings, []);
  });

  it("gives root capacity 1 when nothing is configured", () => {
    assertEquals(parseChannels("").channels, [{ name: "root", capacity: 1, ...PLAIN }]);
  });

  it("takes a missing capacity for 1", () => {
    assertEquals(capacity("mail", "root.mail"), 1);
    assertEquals(capacity("mail:sequential", "root.mail"), 1);
    assertEquals(capacity("mail::sequential", "root.mail"), 1);
  });

  it("separates entries by commas and line ends, and trims white space", () => {
    const plan = parseChannels("root : 4 ,\n mail:2\r\n,, sale : 3 : throttle = 2 \r fax");

    assertEquals(plan.channels.map((it) => [it.name, it.capacity, it.throttleMs]), [
      ["root", 4, 0],
      ["root.mail", 2, 0],
      ["root.sale", 3, 2000],
      ["root.fax", 1, 0],
    ]);
  });

  it("makes missing parents unlimited and puts them before their children", () => {
    const plan = parseChannels("a.b.c:2,a:3");

    assertEquals(plan.channels.map((it) => [it.name, it.capacity]), [
      ["root", 1],
      ["root.a", 3],
      ["root.a.b", null],
      ["root.a.b.c", 2],
    ]);
  });

  it("obeys root:0 wherever it stands", () => {
    assertEquals(capacity("sub:4,root:0", "root"), 0);
    assertEquals(parseChannels("sub:4,root:0").warnings, []);
  });

  it("takes capacity 0 below root for no limit, with a warning", () => {
    const plan = parseChannels("mail:0");

    assertEquals(plan.channels[1]?.capacity, null);
    assertEquals(plan.warnings, [
      'CHANNELS="mail:0": capacity 0 is no limit of its own; to stop it write "mail:1:paused"',
    ]);
  });

  it("lets the last entry for a channel win, with a warning", () => {
    const plan = parseChannels("mail:2:paused,root.mail:3");

    assertEquals(plan.channels[1], { name: "root.mail", capacity: 3, ...PLAIN });
    assertEquals(plan.warnings, [
      'CHANNELS="root.mail:3": replaces "mail:2:paused" for the same channel',
    ]);
  });

  it("reads flags with and without a value", () => {
    assertEquals(channel("mail:1:sequential=true", "root.mail")?.sequential, true);
    assertEquals(channel("mail:2:sequential=False", "root.mail")?.sequential, false);
    assertEquals(channel("mail:2:paused", "root.mail")?.paused, true);
  });

  it("reads a throttle of less than a second", () => {
    assertEquals(channel("mail:1:throttle=0.25", "root.mail")?.throttleMs, 250);
  });

  it("reads subcapacity, with which a channel below root needs no capacity", () => {
    assertEquals(channel("mail:4:subcapacity=2", "root.mail")?.subcapacity, 2);
    assertEquals(capacity("mail:subcapacity=2", "root.mail"), null);
    assertEquals(capacity("mail::subcapacity=2", "root.mail"), null);
    assertEquals(capacity("mail:subcapacity=2:sequential", "root.mail"), 1);
    assertEquals(capacity("root:subcapacity=2", "root"), 1);
  });

  it("takes subcapacity 0 for no limit, with a warning", () => {
    const plan = parseChannels("mail:4:subcapacity=0");

    assertEquals(plan.channels[1]?.subcapacity, null);
    assertEquals(plan.warnings.length, 1);
  });

  it("warns of an unknown key and names the nearest", () => {
    const plan = parseChannels("mail:1:sequental");

    assertEquals(plan.channels[1], { name: "root.mail", capacity: 1, ...PLAIN });
    assertEquals(plan.warnings, [
      'CHANNELS="mail:1:sequental": the key "sequental" is unknown, meant may be ' +
      '"mail:1:sequential"; it is ignored',
    ]);
  });

  it("refuses an unknown key when strict", () => {
    assertEquals(mistakes("mail:1:colour=red", true), [
      'Cannot use CHANNELS="mail:1:colour=red": the key "colour" is unknown, known are ' +
      'sequential, throttle, subcapacity, paused, as in "mail:1:sequential"',
    ]);
  });

  it("warns of a capacity given with an equals sign", () => {
    assertEquals(parseChannels("mail=2").warnings, [
      'CHANNELS="mail=2": "=" is part of the name; a capacity is given as in "mail:2"',
    ]);
  });

  it("shows an entry that is far too long in short, and a mistake in it once", () => {
    assertEquals(mistakes(`mail:2,${"a".repeat(2000)}`), [
      `Cannot use CHANNELS="${"a".repeat(40)}": an entry has at most 1000 characters, as in ` +
      '"mail:2"',
    ]);
    assertEquals(mistakes("mail:1:paused:paused:paused").length, 1);
  });

  const WRONG: readonly (readonly [string, string])[] = [
    ["mail:2:sequential", 'a sequential channel has capacity 1, as in "mail:1:sequential"'],
    ["mail:0:sequential", 'a sequential channel has capacity 1, as in "mail:1:sequential"'],
    ["root:0:sequential", 'a sequential channel has capacity 1, as in "root:1:sequential"'],
    ["mail:-1", 'a capacity is a whole number up to 2147483647, as in "mail:2"'],
    ["mail:two", 'a capacity is a whole number up to 2147483647, as in "mail:2"'],
    ["mail:2.5", 'a capacity is a whole number up to 2147483647, as in "mail:2"'],
    ["mail:2147483648", 'a capacity is a whole number up to 2147483647, as in "mail:2"'],
    ["mail:", 'a capacity comes after the name, as in "mail:1"'],
    ["mail:throttle=3", 'a capacity comes after the name, as in "mail:1:throttle=2"'],
    ["mail:1:throttle", 'a throttle is a number of seconds, as in "mail:1:throttle=2"'],
    ["mail:1:throttle=soon", 'a throttle is a number of seconds, as in "mail:1:throttle=2"'],
    ["mail:1:throttle=-1", 'a throttle is a number of seconds, as in "mail:1:throttle=2"'],
    ["mail:1:subcapacity", 'a subcapacity is a whole number, as in "mail:4:subcapacity=1"'],
    ["mail:1:valueOf:valueOf", 'the key "valueOf" stands once in an entry, as in "mail:1:valueOf"'],
    ["mail:1:paused=perhaps", 'paused is true or false, as in "mail:1:paused=true"'],
    ["mail:1:paused:paused", 'the key "paused" stands once in an entry, as in "mail:1:paused"'],
    ["mail..bulk:2", 'a name has no empty part, as in "mail.bulk:2"'],
    [".mail", 'a name has no empty part, as in "mail:2"'],
    ["root.:2", 'a name has no empty part, as in "root:2"'],
    [":2", 'a name has no empty part, as in "mail:2"'],
  ];
  for (const [entry, reason] of WRONG) {
    it(`refuses ${entry}`, () => {
      assertEquals(mistakes(entry), [`Cannot use CHANNELS="${entry}": ${reason}`]);
    });
  }

  it("reports all mistakes together", () => {
    const error = assertThrows(
      () => parseChannels("root:4,mail:x:throttle,a..b:1,ok:2"),
      ConfigError,
    );

    assertEquals(error.mistakes.map((it) => it.entry), [
      "mail:x:throttle",
      "mail:x:throttle",
      "a..b:1",
    ]);
  });
});

describe("fullChannelName", () => {
  it("takes no name for root", () => {
    assertEquals([null, "", "root"].map(fullChannelName), ["root", "root", "root"]);
  });

  it("adds root once", () => {
    assertEquals(fullChannelName("mail.bulk"), "root.mail.bulk");
    assertEquals(fullChannelName("root.mail"), "root.mail");
    assertEquals(fullChannelName("rooted"), "root.rooted");
  });
});
