import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Outcome } from "../../src/dispatch/outcome.ts";
import { JobHistory } from "../../src/runner/job_history.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { DrivenTurn, row } from "./driven_turn.ts";

describe("JobHistory", () => {
  it("tells what was seen of a job in each database, the earliest first", () => {
    const clock = new FakeClock(1_000);
    const history = new JobHistory(() => clock.nowMs());
    history.note("shop", "a", "taken");
    history.note("shop", "b", "taken");
    history.note("copy", "a", "asked");
    clock.advance(5);
    history.note("shop", "a", "answered", "finished");

    const seen = history.of("a");

    assertEquals([...seen.keys()], ["shop", "copy"]);
    assertEquals(seen.get("shop"), [
      { atMs: 1_000, event: "taken", detail: null, text: "taken: its turn had come" },
      {
        ...{ atMs: 1_005, event: "answered", detail: "finished" },
        text: "the request was over: finished",
      },
    ]);
    assertEquals(history.of("nobody's").size, 0);
  });

  it("keeps so many events, and shows the last of a job", () => {
    const history = new JobHistory(() => 0, 300);
    for (const uuid of ["a", "b"]) {
      for (let count = 0; count < 200; count++) history.note("shop", uuid, "answered", `${count}`);
    }

    const [a, b] = ["a", "b"].map((it) => history.of(it).get("shop")!.map((it) => it.detail));
    for (let count = 0; count < 300; count++) history.note("shop", "c", "taken");

    assertEquals([a!.length, a![0], a!.at(-1)], [100, "100", "199"]);
    assertEquals([b!.length, b![0], b!.at(-1)], [100, "100", "199"]);
    assertEquals([history.of("a").size, history.of("c").get("shop")!.length], [0, 100]);
  });
});

describe("what a turn tells of its jobs", () => {
  const UNREACHABLE: Outcome = { kind: "unreachable", reason: "refused" };

  it("is what becomes of those that are asked for", () => {
    const driven = new DrivenTurn();
    driven.becomeReady([row("a", "pending"), row("b", "pending")]);
    driven.decide();
    driven.answer("claim", { uuids: ["a"] });
    driven.turn.notified("a");
    driven.answer("read", { rows: [row("a", "started"), row("b", "pending")] });
    driven.turn.answered("a", { kind: "failed", status: 500 });

    assertEquals(driven.seen, [
      "a taken",
      "b taken",
      "a asked",
      "b notClaimed its row was not pending, or held by a transaction",
      "a begun",
      "a answered failed",
    ]);
  });

  it("is that a job was put back", () => {
    const driven = new DrivenTurn();
    driven.becomeReady([row("a", "pending")]);
    driven.ask("a");
    driven.turn.answered("a", UNREACHABLE);
    driven.answer("putBack", { uuids: ["a"] });

    assertEquals(driven.seen.slice(2), ["a answered unreachable, refused", "a putBack"]);
  });

  it("is that nobody knows whether it was claimed, or that it was not", () => {
    const driven = new DrivenTurn();
    driven.loseClaim("a");
    const refused = new DrivenTurn();
    refused.becomeReady([row("a", "pending")]);
    refused.decide();
    refused.expect("claim");
    refused.turn.refused("no such column");
    const stopped = new DrivenTurn();
    stopped.becomeReady([row("a", "pending")]);
    stopped.decide();
    stopped.turn.stop();

    assertEquals([driven, refused, stopped].map((it) => it.seen.at(-1)), [
      "a unsure",
      "a notClaimed the database refused the statement",
      "a notClaimed nothing of its database was to be taken any more",
    ]);
  });

  it("is that a job was found dead", () => {
    const driven = new DrivenTurn();
    driven.becomeReady([row("a", "enqueued")]);
    driven.clock.advance(10_000);
    driven.answer("requeueLost", { uuids: ["a"] });

    assertEquals(driven.seen, ["a foundDead"]);
  });
});
