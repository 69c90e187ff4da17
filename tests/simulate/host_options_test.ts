import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { HostDay } from "../../scripts/simulate/host_day.ts";
import { isHostWanted, readHostOptions } from "../../scripts/simulate/host_options.ts";
import { headOf, hourLine, jsonOf, tablesOf } from "../../scripts/simulate/host_report.ts";
import { ConfigError } from "../../src/scheduler/mod.ts";
import { WaitTimes } from "../../scripts/simulate/wait_times.ts";

describe("readHostOptions", () => {
  it("is asked when there are databases", () => {
    assertEquals(isHostWanted(["--databases", "3"]), true);
    assertEquals(isHostWanted(["--databases=3"]), true);
    assertEquals(isHostWanted(["--histories", "3"]), false);
  });

  it("finds workers and channels that fit the number of jobs", () => {
    const { channels, ...rest } = readHostOptions(["--databases=10000"]);

    assertEquals(rest, {
      ...{ databases: 10_000, jobsADay: 3_000_000, flood: 200_000, hours: 24, seed: 1 },
      isJson: false,
    });
    assertMatch(channels, /^root:90,mail:22,sync:45:subcapacity=5,.*customer10:1:sequential$/);
  });

  it("takes workers for root unless the channels name it", () => {
    const channelsOf = (channels: string) => {
      return readHostOptions(["--databases=3", "--workers=7", `--channels=${channels}`]).channels;
    };

    assertEquals(channelsOf("mail:2"), "root:7,mail:2");
    assertEquals(channelsOf("mail:2, root:3"), "mail:2, root:3");
  });

  it("refuses what cannot be", () => {
    const wrong: readonly (readonly [string, string])[] = [
      ["--databases=0", '--databases="0"'],
      ["--databases=70000", "at most 65536"],
      ["--hours=x", '--hours="x"'],
      ["--workers=0", '--workers="0"'],
    ];
    for (const [option, message] of wrong) {
      assertThrows(() => readHostOptions(["--databases=3", option]), RangeError, message);
    }
    assertThrows(() => readHostOptions(["--databases=3", "--channels=a:x"]), ConfigError, "a:x");
    assertThrows(() => readHostOptions(["--databases=3", "--pipeline"]), TypeError);
  });
});

describe("the report of a day", () => {
  it("shows hours, counts and waiting times, and all of it as JSON", () => {
    const options = readHostOptions(["--databases=20", "--flood=50", "--workers=1"]);
    const lines: string[] = [];
    const day = new HostDay(options, (hour) => lines.push(hourLine(hour))).play();
    const cost = { elapsedMs: 200, cpuMs: 100, residentBytes: 2 ** 26 };

    const text = tablesOf(options, day, cost);

    assertMatch(headOf(options), /^20 databases, 6,000 jobs a day, 24 h, seed 1$/m);
    assertMatch(lines[10]!, /^10:00 {2}█+·+ +\d+ % +\d+ +\d+$/);
    assertMatch(text, /^time +0\.1 s of CPU, 0\.2 s by the clock$/m);
    assertMatch(text, /^flood +50 jobs at 10:00; the last began at 1\d:\d\d$/m);
    assertMatch(text, /^\| in mail .*\|$/m);
    assertEquals(JSON.parse(jsonOf(options, day, cost)).day.created, day.created);
  });
});

describe("WaitTimes", () => {
  it("says percentiles, at most 4.4 % too much", () => {
    const waits = new WaitTimes();
    for (let ms = 1; ms <= 10_000; ms++) waits.add(ms);

    const [half, most] = [waits.percentileMs(0.5), waits.percentileMs(0.99)];

    assertEquals(
      [half >= 5_000, half <= 5_220, most >= 9_900, most <= 10_000],
      Array(4).fill(true),
    );
    assertEquals([waits.count, waits.maxMs, waits.percentileMs(1)], [10_000, 10_000, 10_000]);
  });

  it("knows jobs that have not waited, and no jobs", () => {
    const waits = new WaitTimes();
    assertEquals(waits.percentileMs(0.99), 0);

    waits.add(0);

    assertEquals([waits.count, waits.percentileMs(0.99)], [1, 0]);
  });
});
