import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { NO_ANSWER, PAGE_ROWS } from "../../src/database/statement.ts";
import { Scan } from "../../src/runner/scan.ts";
import { row } from "./driven_turn.ts";

const FULL_PAGE = {
  ...NO_ANSWER,
  rows: Array.from(
    { length: PAGE_ROWS },
    (_, index) => row(`j${index}`, "pending", { sequence: index + 1 }),
  ),
  nextId: PAGE_ROWS,
};

describe("Scan", () => {
  let scan: Scan;

  beforeEach(() => {
    scan = new Scan();
  });

  it("begins with what takes places, and with failures that block", () => {
    assertEquals(scan.statement(["mail"]), {
      kind: "scanCounted",
      afterId: 0,
      sequentialChannels: ["mail"],
    });
  });

  it("goes on behind the last id of a full page", () => {
    scan.advance(NO_ANSWER);
    scan.advance(FULL_PAGE);

    assertEquals(scan.statement([]), { kind: "scanWaiting", afterId: PAGE_ROWS, isWalk: false });
  });

  it("walks by id once there are more rows than the server expects", () => {
    const walks: boolean[] = [];
    scan.advance(NO_ANSWER);
    scan.advance({ ...FULL_PAGE, expected: PAGE_ROWS });
    for (let page = 0; page < 2; page++) {
      const statement = scan.statement([]);
      walks.push(statement.kind === "scanWaiting" && statement.isWalk);
      scan.advance(FULL_PAGE);
    }

    assertEquals(walks, [false, true]);
  });

  it("begins each part at the first id", () => {
    scan.advance(FULL_PAGE);
    scan.advance(NO_ANSWER);

    assertEquals(scan.statement([]), { kind: "scanWaiting", afterId: 0, isWalk: false });
  });

  it("counts last how many failed where failures do not block", () => {
    for (let part = 0; part < 2; part++) scan.advance(NO_ANSWER);

    assertEquals(scan.statement(["mail"]), { kind: "countFailed", sequentialChannels: ["mail"] });
  });
});
