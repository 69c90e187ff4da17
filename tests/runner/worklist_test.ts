import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { CLAIMS_MAX, NO_ANSWER, READS_MAX } from "../../src/database/statement.ts";
import { InFlight } from "../../src/runner/in_flight.ts";
import { Worklist } from "../../src/runner/worklist.ts";

describe("Worklist", () => {
  let work: Worklist;
  let inFlight: InFlight;

  beforeEach(() => {
    work = new Worklist();
    inFlight = new InFlight();
  });

  function kinds(count: number): (string | undefined)[] {
    return Array.from({ length: count }, () => work.next(5_700, () => [])?.kind);
  }

  it("has what takes places read first, and what waits before what has changed", () => {
    work.startScan();
    work.mark("c");
    work.addPutBack(inFlight.add("b", "root"));
    work.addClaim(inFlight.add("a", "root"));

    const order = kinds(1);
    work.scan!.advance(NO_ANSWER);
    order.push(...kinds(3));
    work.scan!.advance(NO_ANSWER);
    order.push(...kinds(2));

    assertEquals(order, ["scanCounted", "claim", "putBack", "scanWaiting", "read", "countFailed"]);
  });

  it("has nothing when there is nothing", () => {
    assertEquals(kinds(1), [undefined]);
  });

  it("writes the whole second of the claim into the job, by which it is known again", () => {
    const job = inFlight.add("a", "root");
    work.addClaim(job);

    const statement = work.next(5_700, () => []);

    assertEquals(statement, { kind: "claim", uuids: ["a"], enqueuedSeconds: 5 });
    assertEquals(job.enqueuedSeconds, 5);
  });

  it("claims no more than fits into one statement", () => {
    for (let number = 0; number <= CLAIMS_MAX; number++) {
      work.addClaim(inFlight.add(`j${number}`, "root"));
    }

    assertEquals(kinds(3), ["claim", "claim", undefined]);
  });

  it("reads no more than fits into one statement", () => {
    for (let number = 0; number <= READS_MAX; number++) work.mark(`j${number}`);

    assertEquals(kinds(3), ["read", "read", undefined]);
  });

  it("reads a job once that is marked twice", () => {
    work.mark("a");
    work.mark("a");

    assertEquals(work.next(0, () => []), { kind: "read", uuids: ["a"] });
  });

  it("reads everything anew instead of single jobs", () => {
    work.mark("a");

    work.startScan();

    assertEquals(kinds(1), ["scanCounted"]);
  });

  it("is flooded by more than 50,000 marked jobs", () => {
    for (let number = 0; number < 50_000; number++) work.mark(`j${number}`);
    const wasFlooded = work.isFlooded;

    work.mark("one more");

    assertEquals([wasFlooded, work.isFlooded], [false, true]);
  });
});
