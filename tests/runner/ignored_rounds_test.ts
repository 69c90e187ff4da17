import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { IgnoredRounds } from "../../src/runner/ignored_rounds.ts";

describe("IgnoredRounds", () => {
  it("is due when something was written", () => {
    const rounds = new IgnoredRounds();
    rounds.isDue("100");
    rounds.restart();

    assertEquals(["100", "101", "101"].map((it) => rounds.isDue(it)), [false, true, false]);
  });

  it("is due now and then where nothing was", () => {
    const rounds = new IgnoredRounds();
    rounds.isDue("100");
    rounds.restart();

    const due = Array.from({ length: 10 }, () => rounds.isDue("100"));

    assertEquals(due.indexOf(true), 9);
  });

  it("is due every time where nobody knows", () => {
    const rounds = new IgnoredRounds();

    assertEquals([rounds.isDue(null), rounds.isDue(null)], [true, true]);
  });
});
