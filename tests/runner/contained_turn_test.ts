import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { NO_ANSWER } from "../../src/database/statement.ts";
import { BlockingRows } from "../../src/runner/blocking_rows.ts";
import { ContainedTurn } from "../../src/runner/contained_turn.ts";
import { ContainedClock } from "../../src/runner/containment.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LogLines } from "../support/log_lines.ts";
import { queueJob } from "./driven_turn.ts";

describe("ContainedTurn", () => {
  let errors: unknown[];
  let asked: string[];
  let turn: ContainedTurn;
  let isBroken: boolean;

  beforeEach(() => {
    errors = [];
    asked = [];
    isBroken = false;
    const scheduler = new LiveScheduler("root:4", () => {});
    turn = new ContainedTurn({
      blocking: new BlockingRows({ scheduler }),
      database: "shop",
      scheduler,
      clock: new FakeClock(),
      random: () => 1,
      logger: new LogLines().logger(""),
      timing: { requeueStartedAfterMs: null },
      ask: ({ uuid }) => {
        if (isBroken) throw new TypeError("broken on purpose");
        asked.push(uuid);
      },
      onBegun: () => {
        if (isBroken) throw new TypeError("broken on purpose");
      },
      seen: () => {},
      pause: () => null,
      letGo: () => {},
      onChange: () => {},
      onWork: () => {
        if (isBroken) throw new TypeError("broken on purpose");
      },
    }, (error) => errors.push(error));
    turn.opened(queueJob(16));
    while (turn.nextStatement()) turn.completed(NO_ANSWER);
  });

  it("tells of an error in whatever it is told, and throws none", () => {
    isBroken = true;

    turn.notified("a");
    turn.take("b", "root");
    turn.stop();

    assertEquals(errors.map(String), Array(3).fill("TypeError: broken on purpose"));
  });

  it("finds out by the next session what became of claims that an error came between", () => {
    turn.take("a", "root");
    turn.nextStatement();
    isBroken = true;
    // Not what a claim is answered with.
    turn.completed({ ...NO_ANSWER, uuids: 7 as never });
    turn.lost();

    assertEquals(errors.length > 0, true);
    assertEquals(turn.inFlight.counts(), { claimed: 0, asked: 0, unsure: 1, returning: 0 });
  });

  it("takes a job that could not be asked for as one without an answer", async () => {
    turn.take("a", "root");
    turn.nextStatement();
    isBroken = true;
    turn.completed({ ...NO_ANSWER, uuids: ["a"] });
    isBroken = false;

    await Promise.resolve();

    assertEquals(asked, []);
    assertEquals(turn.inFlight.counts().asked, 0);
    assertEquals(turn.nextStatement(), { kind: "read", uuids: ["a"] });
  });

  it("has a job whose answer an error came between judged by the next session", () => {
    turn.take("a", "root");
    turn.nextStatement();
    turn.completed({ ...NO_ANSWER, uuids: ["a"] });
    isBroken = true;
    turn.answered("a", { kind: "finished" });
    isBroken = false;
    turn.lost();

    turn.opened(queueJob(16));

    assertEquals(errors.length, 1);
    assertEquals(turn.inFlight.size, 0);
    for (const kind of ["scanCounted", "scanWaiting"]) {
      assertEquals(turn.nextStatement()?.kind, kind);
      turn.completed(NO_ANSWER);
    }
    assertEquals(turn.nextStatement(), { kind: "read", uuids: ["a"] });
  });
});

describe("ContainedClock", () => {
  it("tells of an error in a callback, and calls the others", () => {
    const clock = new FakeClock();
    const errors: unknown[] = [];
    const contained = new ContainedClock(clock, (error) => errors.push(error));
    let isCalled = false;
    contained.after(1, () => {
      throw new TypeError("broken on purpose");
    });
    contained.after(2, () => isCalled = true);

    clock.advance(2);

    assertEquals([errors.map(String), isCalled], [["TypeError: broken on purpose"], true]);
  });
});
