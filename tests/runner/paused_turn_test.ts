import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { NO_ANSWER } from "../../src/database/statement.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("DatabaseTurn that an operator pauses", () => {
  let driven: DrivenTurn;
  const pause = (reason: string | null) => {
    driven.pause = reason;
    driven.turn.steered();
  };

  beforeEach(() => {
    driven = new DrivenTurn("root:4,sap:1:sequential");
  });

  it("takes nothing, lets what runs go on, and reads what waits when it is resumed", () => {
    driven.becomeReady([row("a", "pending")]);
    const asked = driven.ask("a");
    driven.turn.notified("b");
    driven.answerAll([asked, row("b", "pending")]);

    pause("paused by anna");
    const kinds = driven.answerAll([asked, row("b", "pending")]).map((it) => it.kind);
    const { phase, reason } = driven.turn;
    driven.decide();
    const paused = [driven.running, driven.waiting, [...driven.asked]];
    pause(null);
    driven.answerAll([asked, row("b", "pending")]);
    driven.ask("b");

    assertEquals(kinds, ["scanCounted", "read", "countFailed"]);
    assertEquals([phase, reason, driven.turn.phase], ["paused", "paused by anna", "ready"]);
    assertEquals(paused, [1, 0, ["a"]]);
    assertEquals(driven.asked, ["a", "b"]);
  });

  it("keeps out what is notified meanwhile, and counts what ends", () => {
    driven.becomeReady([row("a", "started")]);
    pause("paused by anna");
    driven.answerAll([row("a", "started")]);

    driven.turn.notified("a");
    driven.turn.notified("b");
    driven.answerAll([row("a", "done"), row("b", "pending")]);

    assertEquals([driven.running, driven.waiting], [0, 0]);
  });

  it("gives up what is taken and not claimed", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();

    pause("paused by anna");
    const kinds = driven.answerAll([row("a", "pending")]).map((it) => it.kind);

    assertEquals(kinds, ["scanCounted", "countFailed"]);
    assertEquals([driven.turn.inFlight.size, driven.running], [0, 0]);
  });

  it("asks for what was claimed when it was paused", () => {
    driven.becomeReady([row("a", "pending")]);
    driven.decide();
    driven.expect("claim");

    pause("paused by anna");
    driven.turn.completed({ ...NO_ANSWER, uuids: ["a"] });

    assertEquals([driven.asked, driven.running], [["a"], 1]);
  });

  it("looks for no dead jobs, whose rows it would write", () => {
    driven.becomeReady([row("a", "started")], 18);
    pause("paused by anna");
    driven.answerAll([row("a", "started")]);

    driven.clock.advance(60_000);
    const kinds = driven.answerAll([row("a", "started")]).map((it) => it.kind);

    assertEquals(kinds, []);
  });

  it("stays paused when its session is lost, and when the core is made anew", () => {
    driven.becomeReady([row("a", "pending")]);
    pause("paused by anna");
    driven.turn.lost();
    driven.becomeReady([row("a", "pending")]);
    const reopened = [driven.turn.phase, driven.waiting];
    driven.turn.refill();
    driven.answerAll([row("a", "pending")]);

    assertEquals([reopened, driven.turn.phase, driven.waiting], [["paused", 0], "paused", 0]);
  });
});
