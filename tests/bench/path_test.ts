import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { readBenchOptions } from "../../scripts/bench/options.ts";
import { measureDatabases } from "../../scripts/bench/path/databases_part.ts";
import { measureHeld } from "../../scripts/bench/path/held_part.ts";
import { measureLatency } from "../../scripts/bench/path/latency_part.ts";
import { measurePath } from "../../scripts/bench/path/path_part.ts";
import { Scene } from "../../scripts/bench/path/scene.ts";
import { measureStart } from "../../scripts/bench/path/start_part.ts";
import { CLAIM_LOOP, OURS } from "../../scripts/bench/path/subjects.ts";
import { measureWatching, WATCHING_COLUMNS } from "../../scripts/bench/path/watching_part.ts";
import type { Row } from "../../scripts/bench/report.ts";

describe("the benchmark of the whole path, with small numbers", () => {
  const options = readBenchOptions(["--rounds=1"]);
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start({ databases: 2, history: 100 });
  });
  afterAll(() => scene.stop());

  it("measures jobs a second with and without HTTP, beside a loop that only claims", async () => {
    const flow = { capacity: 8, jobs: 100 };
    const flows = [true, false].map((overHttp) => ({ ...flow, name: `${overHttp}`, overHttp }));

    const rows = await measurePath(scene, options, flows);

    assertEquals(rows.length, 2 * 3);
    for (const subject of [OURS, CLAIM_LOOP]) {
      assertPositive(rows.filter((it) => it.unit === "jobs/s"), subject);
    }
  });

  it("measures when a job is heard of, decided on and asked for", async () => {
    const rows = await measureLatency(scene, options, { rates: [100], seconds: 0.5 });

    assertEquals(rows.length, 3 * 3);
    assertPositive(rows, OURS);
  });

  it("measures what a database costs", async () => {
    const rows = await measureDatabases(scene, options, { counts: [1, 2], jobs: 20, idleMs: 100 });

    for (const count of [1, 2]) {
      assertPositive(
        rows.filter((it) => !["µs", "ms/s", "1/s"].includes(it.unit)),
        `${OURS}, ${count}`,
      );
    }
  });

  it("measures what open pages cost", async () => {
    const size = { perSecond: 40, seconds: 0.3, pairs: 2, pages: 2, waiting: 100 };

    const rows = await measureWatching(scene, options, size);

    const hasProfile = options.runtime === "node";
    for (const column of WATCHING_COLUMNS) {
      assertPositive(rows.slice(0, 4), column);
      for (const { name, values } of rows.slice(5)) {
        assertEquals(typeof values[column], hasProfile ? "number" : "object", name);
      }
    }
  });

  it("measures requests that are held open", async () => {
    const rows = await measureHeld(scene, options, 20);

    assertPositive(rows.filter((it) => it.unit === "ms"), OURS);
  });

  it("measures the start where jobs wait and have failed", async () => {
    const rows = await measureStart(scene, options, { waiting: 1_000, failed: 100 });

    assertPositive(rows, OURS);
  });
});

function assertPositive(rows: readonly Row[], column: string): void {
  assert(rows.length > 0, "something must be measured");
  for (const { name, values } of rows) {
    const value = values[column];
    assert(typeof value === "number" && value > 0, `${name} of ${column}: ${value}`);
  }
}
