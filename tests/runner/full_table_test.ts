import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("a job for which the core has no room", () => {
  it("comes in by itself when there is room", () => {
    const driven = new DrivenTurn("root:1", { maxJobs: 2 });
    driven.becomeReady([row("a", "pending"), row("b", "pending"), row("c", "pending")]);
    driven.turn.notified("a");
    driven.answerAll([row("a", "done")]);
    const before = driven.waiting;

    driven.clock.advance(30_000);
    driven.answerAll([row("b", "pending"), row("c", "pending")]);

    assertEquals([before, driven.waiting], [1, 2]);
  });

  it("is looked for less and less often", () => {
    const driven = new DrivenTurn("root:1", { maxJobs: 1 });
    const rows = [row("a", "pending"), row("b", "pending")];
    driven.becomeReady(rows);
    let scans = 0;

    for (let second = 0; second < 3_600; second++) {
      driven.clock.advance(1_000);
      scans += driven.answerAll(rows).filter((it) => it.kind === "scanWaiting").length;
    }

    assertEquals(scans > 5 && scans < 15, true, `${scans} scans`);
  });

  it("is not looked for any more when all are in", () => {
    const driven = new DrivenTurn("root:1", { maxJobs: 1 });
    driven.becomeReady([row("a", "pending"), row("b", "pending")]);
    driven.turn.notified("a");
    driven.answerAll([]);
    driven.clock.advance(30_000);
    driven.answerAll([row("b", "pending")]);

    driven.clock.advance(600_000);

    assertEquals(driven.answerAll([]).some((it) => it.kind === "scanWaiting"), false);
  });
});
