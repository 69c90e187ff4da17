import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { CpuProfile, type WrittenProfile } from "../../scripts/bench/path/cpu_profile.ts";

const BUNDLE = `
// src/runner/decider.ts
function decide() {}

// node_modules/hono/dist/hono-base.js
function dispatch() {}

// src/server/live_view.ts
function look() {}
`;
const HOST = "file:///opt/runner/dist/host.js";

function node(id: number, functionName: string, place: [string, number], children: number[] = []) {
  const [url, lineNumber] = place;
  return { id, callFrame: { functionName, url, lineNumber }, children };
}

const NOWHERE: [string, number] = ["", -1];
const NODES = [
  node(1, "(root)", NOWHERE, [2, 3, 4, 5, 7, 9]),
  node(2, "(idle)", NOWHERE),
  node(3, "(garbage collector)", NOWHERE),
  node(4, "(program)", NOWHERE),
  node(5, "decide", [HOST, 2], [6]),
  node(6, "stringify", NOWHERE),
  node(7, "look", [HOST, 8], [8]),
  node(8, "decide", [HOST, 2]),
  node(9, "connectionCorkNT", ["node:_http_outgoing", 12]),
];

/** One sample a millisecond, from the 5,000th on. */
function profileOf(samples: readonly number[]): WrittenProfile {
  const timeDeltas = [0, ...samples.slice(1).map(() => 1000)];
  const [startTime, endTime] = [5_000_000, 5_000_000 + 1000 * samples.length];
  return { nodes: NODES, startTime, endTime, samples, timeDeltas };
}

function partsOf(samples: readonly number[], fromMs = 0, untilMs = Infinity) {
  return new CpuProfile(profileOf([...samples, 2]), BUNDLE).partsOf({ fromMs, untilMs });
}

describe("CpuProfile", () => {
  it("tells what serves pages, with all that it calls", () => {
    assertEquals(partsOf([7, 8, 9, 5]), { pages: 0.75, garbage: 0, work: 0.25 });
    assertEquals(partsOf([5, 6, 4]), { pages: 0, garbage: 0, work: 1 });
  });

  it("tells garbage from work, and leaves out when nothing was done", () => {
    assertEquals(partsOf([2, 3, 2, 5]), { pages: 0, garbage: 0.5, work: 0.5 });
    assertEquals(partsOf([2]), { pages: 0, garbage: 0, work: 0 });
  });

  it("looks at a span only", () => {
    assertEquals(partsOf([5, 7, 3, 5], 5_001, 5_003), { pages: 0.5, garbage: 0.5, work: 0 });
  });

  it("refuses what it would find nothing in", () => {
    const other = { ...profileOf([1]), nodes: NODES.slice(0, 1) };

    assertThrows(() => new CpuProfile(other, BUNDLE), Error, "not of dist/host.js");
    assertThrows(
      () => new CpuProfile(profileOf([7]), "// src/runner/decider.ts\n"),
      Error,
      "Cannot find the health server",
    );
  });
});
