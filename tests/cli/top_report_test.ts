import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { drawOver } from "../../src/cli/terminal_codes.ts";
import { type Frame, frameLines, plainView } from "../../src/cli/top_report.ts";
import { databaseStatus } from "../support/runner_status.ts";
import { overviewChannel, shownView, steeringView } from "../support/shown_view.ts";

const HOSTILE = "evil\u001b[2J\u202e";
const FRAME: Frame = { url: "http://runner:8070", intervalMs: 2_000, view: null, lost: null };
const LOST = { reason: "Cannot ask the job runner: refused", sinceMs: 1_000, nowMs: 13_000 };

function manyOf<T>(count: number, make: (name: string, index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(`n${1000 + index}`, index));
}

describe("plainView", () => {
  it("has all of a view", () => {
    const view = shownView({
      channels: [
        overviewChannel("root", { capacity: 4, allRunning: 3, allWaiting: 7 }),
        overviewChannel("root.mail", {
          ...{ capacity: 2, running: 1, waiting: 5, failed: 2, parked: 1, sequential: true },
          ...{ waitingSinceMs: 1_000, paused: true },
        }),
        overviewChannel("root.open", { running: 2 }),
      ],
      channelCount: 5,
      databases: [databaseStatus("shop", "recovering", { reason: HOSTILE })],
      lastHour: {
        ...{ stepMs: 30_000, endMs: [1, 2, 3], asked: [0, 5, 1], answered: [1, 6, 0] },
        ...{ waitMs: [null, 1_500, null], waitP95Ms: [null, 60_000, null] },
      },
      steering: steeringView({
        paused: [{ what: "everything", name: null, by: "anna", sinceMs: 1_000 }],
        resumed: [{ what: "channel", name: "root.gone", by: "ben", sinceMs: 1_000 }],
        capacities: [{ channel: "root.mail", capacity: 2, by: HOSTILE, sinceMs: 1_000 }],
      }),
    });

    const text = plainView(view, true);

    assertEquals(text.includes("\u001b") || text.includes("\u202e"), false);
    assertEquals(
      text.replaceAll(/"[^"\n]*evil\S+"/g, "…"),
      `1970-01-01T00:10:01.000Z
odoo-jobrunner 1.2.3, up for 10 min: leading
Odoo at http://localhost:8069: there
Scheduler deciding; 0 jobs known, 0 in hand
Jobs 12 a minute, waited 1.5 s (1 in 20 longer than 60 s)  ▂█▁ last hour
Paused: everything, by anna for 10 min
Resumed: channel root.gone, by ben for 10 min, paused by the settings
Capacity of root.mail: 2, by … for 10 min

channel              capacity  running  waiting  failed  parked  oldest
root     ████████░░  4               3        7       0       0
  mail   █████░░░░░  2               1        5       2       1  10 min  sequential, paused, …
  open               no limit        2        0       0       0
and 2 more channels

database  state       since   add-on          in hand  reason
shop      recovering  10 min  queue_job 16.0        0  …
`,
    );
  });

  it("goes without block elements", () => {
    const answered = [0, 9, 9];
    const lastHour = { ...shownView().lastHour, answered };

    const text = plainView(shownView({ lastHour }), false);

    assertStringIncludes(text, "###.......");
    assertStringIncludes(text, "_## last hour");
    // deno-lint-ignore no-control-regex
    assertMatch(text, /^[\x00-\x7f]*$/);
  });
});

describe("frameLines", () => {
  const textsOf = (frame: Frame, rows: number) =>
    frameLines(frame, rows, true).map((it) => it.text);

  it("says whom it asks before anybody answers, and that nobody does", () => {
    const asking = textsOf(FRAME, 5);
    const lost = textsOf({ ...FRAME, lost: LOST }, 3);

    assertEquals([asking.length, asking[0]], [5, "Asking the job runner at http://runner:8070"]);
    assertEquals(lost, [
      "Lost for 12 s, trying again. Cannot ask the job runner: refused",
      "",
      "q or Ctrl-C ends; asked every 2 s",
    ]);
  });

  it("shows what matters most of thousands, on any screen", () => {
    const channels = manyOf(
      300,
      (name, index) => overviewChannel(`root.a.${name}`, { waiting: index % 7 }),
    );
    const above = [overviewChannel("root"), overviewChannel("root.a")];
    channels[200] = overviewChannel("root.a.n1200", { waiting: 99, failed: 1, sequential: true });
    const view = shownView({
      channels: [...above, ...channels],
      channelCount: 10_000,
      databases: manyOf(200, (name, i) => databaseStatus(name, i < 50 ? "quarantined" : "ready")),
      databaseCount: 500,
    });

    for (const rows of [1, 2, 5, 10, 24, 60]) {
      const lines = frameLines({ ...FRAME, view, lost: LOST }, rows, true);
      assertEquals(lines.length, rows);
      if (rows > 1) assertMatch(lines.at(-1)!.text, /^q or Ctrl-C ends/);
    }
    const lines = frameLines({ ...FRAME, view }, 40, true);
    const texts = lines.map((it) => it.text);
    const named = (name: string) => texts.findIndex((it) => it.trim().startsWith(name));
    assert(named("root ") < named("a ") && named("a ") < named("n1200 "), texts.join("\n"));
    assertEquals(lines[named("n1200 ")]!.style, "red");
    assertEquals(lines.filter((it) => it.text.includes("quarantined")).length > 10, true);
    assertMatch(texts.find((it) => it.endsWith(" more channels"))!, /^and 99\d\d more channels$/);
    assertMatch(texts.find((it) => it.endsWith(" more databases"))!, /^and 4\d\d more databases$/);
  });

  it("gives the channels the room that databases do not need", () => {
    const channels = [
      overviewChannel("root"),
      ...manyOf(20, (it) => overviewChannel(`root.${it}`)),
    ];

    const texts = textsOf({ ...FRAME, view: shownView({ channels }) }, 40);

    assertEquals(texts.filter((it) => it.trim().startsWith("n10")).length, 20);
    assert(texts.some((it) => it.startsWith("shop ")));
  });
});

describe("drawOver", () => {
  const plain = (text: string) => ({ text, style: "plain" }) as const;

  it("cuts lines where the screen ends, wide characters too", () => {
    const lines = [plain("abcdef"), plain("日本語"), plain("e\u0301tude")];

    const drawn = drawOver(lines, 5, true);

    assertEquals(drawn, "\u001b[Habcde\u001b[K\r\n日本\u001b[K\r\ne\u0301tude\u001b[K\u001b[J");
  });

  it("has colours where they are wanted", () => {
    const line = { text: "lost", style: "red" } as const;

    assertStringIncludes(drawOver([line], 80, true), "\u001b[31mlost\u001b[0m");
    assertEquals(drawOver([line], 80, false).includes("[31m"), false);
  });
});
