import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { MadeUpRunner } from "../browser/made_up_runner.ts";

const NAMES = Array.from({ length: 250 }, (_, index) => `shop${1_000 + index}`);

describe("RunnerOverview", () => {
  it("is bounded, and counts what it leaves out", () => {
    const channels = NAMES.map((it) => `${it}:1:paused`).join();
    const { overview, steering } = new MadeUpRunner({ channels, databases: NAMES });
    for (const name of NAMES) {
      steering.pause({ what: "database", name }, "anna");
      steering.resume({ what: "channel", name }, "anna");
      steering.changeCapacity(name, 7, "anna");
    }

    const { databases, databaseCount, steering: shown } = overview.view;

    assertEquals([databases.length, databaseCount], [200, 250]);
    const { paused, resumed, capacities } = shown;
    assertEquals([paused, resumed, capacities].map((it) => it.length), [200, 200, 200]);
    const { pausedCount, resumedCount, capacityCount } = shown;
    assertEquals([pausedCount, resumedCount, capacityCount], [250, 250, 250]);
  });

  it("finds databases by a part of their name, those in trouble first", () => {
    const { overview, steering } = new MadeUpRunner({ channels: "root:1", databases: NAMES });
    steering.pause({ what: "database", name: "shop1129" }, "anna");

    const { databases, count } = overview.databases("SHOP112", 3);

    assertEquals(count, 10);
    assertEquals(databases.map((it) => it.name), ["shop1129", "shop1120", "shop1121"]);
    assertEquals(overview.databases("mail", 3), { databases: [], count: 0 });
  });
});
