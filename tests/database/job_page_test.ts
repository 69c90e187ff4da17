import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { JobPage } from "../../src/database/job_row.ts";

/** As the driver gives it. */
const PACKED = {
  count: 2,
  nextId: 8,
  uuid: '["a", "b"]',
  channel: '["mail", null]',
  state: '["pending", "wait_dependencies"]',
  priority: "[10, null]",
  sequence: "[7, 8]",
  createdMs: '[1764000000000.125, "-Infinity"]',
  etaMs: '[null, "Infinity"]',
  enqueuedMs: "[null, null]",
};
const EMPTY = Object.fromEntries(Object.keys(PACKED).map((it) => [it, null]));

describe("JobPage", () => {
  it("has the rows in order, infinite dates as numbers", () => {
    const [first, second] = new JobPage([PACKED]);

    assertEquals(first, {
      ...{ uuid: "a", channel: "mail", state: "pending", priority: 10, sequence: 7 },
      ...{ createdMs: 1764000000000.125, etaMs: null, enqueuedMs: null },
    });
    assertEquals(second, {
      ...{ uuid: "b", channel: null, state: "wait_dependencies", priority: null, sequence: 8 },
      ...{ createdMs: -Infinity, etaMs: Infinity, enqueuedMs: null },
    });
  });

  it("can be gone through again and again", () => {
    const page = new JobPage([PACKED]);

    assertEquals([...page], [...page]);
  });

  it("says where the next one begins before anything is unpacked", () => {
    const page = new JobPage([{ ...PACKED, uuid: "no JSON" }]);

    assertEquals([page.length, page.nextId], [2, 8]);
    assertThrows(() => [...page], SyntaxError);
  });

  it("may be empty", () => {
    const page = new JobPage([{ ...EMPTY, count: 0 }]);

    assertEquals([page.length, page.nextId, ...page], [0, null]);
  });
});
