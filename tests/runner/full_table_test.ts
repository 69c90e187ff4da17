import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("a job for which the core has no room", () => {
  it("comes in by itself when there is room", async () => {
    const driven = new DrivenTurn("root:1", { maxJobs: 2 });
    driven.becomeReady([row("a", "pending"), row("b", "pending"), row("c", "pending")]);

    driven.turn.notified("a");
    driven.answerAll([row("a", "done")]);
    const before = driven.waiting;
    await Promise.resolve();
    driven.answerAll([row("b", "pending"), row("c", "pending")]);

    assertEquals([before, driven.waiting], [1, 2]);
  });
});
