import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Choice, flat, type Row, rowsOf, treeOf } from "../../src/page/river/channel_tree.ts";
import { layoutOf } from "../../src/page/river/layout.ts";
import { Scheduler } from "../../src/scheduler/mod.ts";
import { job } from "../scheduler/conformance/steps.ts";

const ALL: Choice = {
  ...{ folded: new Set(), whole: new Set(), onlyActive: false, isSearch: false },
};

function rootRow(
  channels: string,
  choice: Partial<Choice> = {},
  busy: readonly string[] = [],
): Row {
  const scheduler = Scheduler.create(channels);
  for (const channel of busy) scheduler.notify(job(channel, { channel }));
  const { channels: found } = scheduler.overview({ max: 100 });
  return rowsOf(treeOf(found)!, { ...ALL, ...choice });
}

const textsOf = (row: Row) =>
  flat(row).map(({ node, left }) => left > 0 ? `and ${left} more` : node.label);

describe("rowsOf", () => {
  it("has each channel below the one that it flows into, under the rest of its name", () => {
    const row = rootRow("root:1,mail:2,mail.bulk.night:1,sap:1");

    assertEquals(textsOf(row), ["root", "mail", "bulk", "night", "sap"]);
    assertEquals(flat(row).map((it) => it.level), [1, 2, 3, 4, 2]);
  });

  it("leaves out what is folded, quiet, or one of too many", () => {
    const many = Array.from({ length: 20 }, (_, it) => `c${it + 10}:1`).join(",");

    assertEquals(textsOf(rootRow("a:1,a.b:1", { folded: new Set(["root.a"]) })), ["root", "a"]);
    assertEquals(textsOf(rootRow("a:1,b:1", { onlyActive: true }, ["b"])), ["root", "b"]);
    const shown = textsOf(rootRow(many, {}, ["c29"]));
    assertEquals([shown.length, shown.includes("c29"), shown.at(-1)], [14, true, "and 8 more"]);
    assertEquals(textsOf(rootRow(many, { whole: new Set(["root"]) })).length, 21);
  });

  it("counts those below a channel that the runner has left out", () => {
    const [root] = Scheduler.create("a:1,b:1,c:1").overview({ max: 100 }).channels;

    assertEquals(textsOf(rowsOf(treeOf([root!])!, ALL)), ["root", "and 3 more"]);
    assertEquals(textsOf(rowsOf(treeOf([root!])!, { ...ALL, isSearch: true })), ["root"]);
  });
});

describe("layoutOf", () => {
  it("lays channels into columns from right to left, and none over another", () => {
    const row = rootRow("a:1,a.x:1,a.y:1,b:1,c:1,c.z:1", {}, ["a.x", "b", "c.z"]);

    const { placed, isWide, height } = layoutOf(row, 1_200);

    assert(isWide);
    const xOf = new Map(placed.map((it) => [it.row.level, it.x]));
    assert(xOf.get(1)! > xOf.get(2)! && xOf.get(2)! > xOf.get(3)! && xOf.get(3)! >= 0);
    for (const level of [1, 2, 3]) {
      const column = placed.filter((it) => it.row.level === level);
      for (const [at, it] of column.entries()) {
        const next = column[at + 1]?.y ?? height;
        assert(it.y >= 0 && it.y + it.height <= next, `${it.row.node.label} at ${it.y}`);
      }
    }
  });

  it("lays them one below the other where there is no room", () => {
    assertEquals(layoutOf(rootRow("a:1,a.b:1"), 400).isWide, false);
  });
});
