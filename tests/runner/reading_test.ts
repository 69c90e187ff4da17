import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Reading } from "../../src/runner/reading.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("Reading", () => {
  it("holds everything where the core has no room to block a new sequential channel", () => {
    const driven = new DrivenTurn("root:4,mail:0", { maxJobs: 1 });
    const { clock, scheduler, turn } = driven;
    const news: string[] = [];
    const reading = new Reading({
      ...{ clock, scheduler, turns: () => [turn] },
      areRead: () => turn.isRead,
      onRead: (it) => void news.push(it),
    });
    const waiting = [row("a", "pending", { channel: "mail" })];
    driven.becomeReady(waiting);
    reading.look();

    reading.configure("root:4,mail:1:sequential");

    assertEquals([reading.isAwaited, turn.isRead, news], [true, false, []]);
    driven.answerAll(waiting);
    reading.look();
    assertEquals([reading.isAwaited, news.length], [false, 1]);
    assertEquals(scheduler.channels().find((it) => it.name === "root.mail")?.sequential, true);
  });
});
