import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { TimerSet } from "../../src/clock.ts";
import { OnTheWay } from "../../src/runner/on_the_way.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { row } from "./driven_turn.ts";

const NEXT = { kind: "scanWaiting", afterId: 1, isWalk: false } as const;
const PAGE = [row("a", "pending")];

describe("OnTheWay", () => {
  let clock: FakeClock;
  let onTheWay: OnTheWay;
  let letIn: string[];

  beforeEach(() => {
    clock = new FakeClock();
    letIn = [];
    const apply = (rows: typeof PAGE) => letIn.push(...rows.map((it) => it.uuid));
    onTheWay = new OnTheWay(new TimerSet(clock), { apply } as never);
  });

  it("keeps a page until the next one is asked for", () => {
    onTheWay.keep(PAGE, "row lock");
    onTheWay.send(NEXT);
    const atOnce = [...letIn];

    clock.advance(100);

    assertEquals(atOnce, []);
    assertEquals(letIn, ["a"]);
  });

  it("lets a page in before what comes next, and once", () => {
    onTheWay.keep(PAGE, "row lock");
    onTheWay.send(NEXT);

    onTheWay.end();
    const atItsEnd = [...letIn];
    clock.advance(100);

    assertEquals(atItsEnd, ["a"]);
    assertEquals(letIn, ["a"]);
  });

  it("drops a page that is overtaken", () => {
    onTheWay.keep(PAGE, "row lock");
    onTheWay.send(NEXT);

    onTheWay.overtake();
    onTheWay.end();
    clock.advance(100);

    assertEquals(letIn, []);
    assertEquals(onTheWay.wasOvertaken, true);
  });
});
