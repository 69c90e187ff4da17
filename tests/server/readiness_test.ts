import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { isReady } from "../../src/server/readiness.ts";
import type { DatabaseState, RunnerPhase } from "../../src/status.ts";
import { databaseStatus } from "../support/runner_status.ts";

function isReadyWith(phase: RunnerPhase, ...states: DatabaseState[]): boolean {
  return isReady({ phase, databases: states.map((it, i) => databaseStatus(`db${i}`, it)) });
}

describe("isReady", () => {
  it("holds with one database served of many", () => {
    assertEquals(isReadyWith("running", "recovering", "ready", "connecting"), true);
  });

  it("does not hold while the first database is on its way", () => {
    for (const state of ["connecting", "scanning", "recovering", "quarantined"] as const) {
      assertEquals(isReadyWith("running", state, "ignored"), false);
    }
  });

  it("holds where there is nothing to serve", () => {
    assertEquals(isReadyWith("running"), true);
    assertEquals(isReadyWith("running", "ignored", "paused", "standby", "foreign"), true);
  });

  it("holds while another runner leads", () => {
    assertEquals(isReadyWith("standby", "connecting"), true);
  });

  it("does not hold before and after the run", () => {
    for (const phase of ["starting", "stopping", "stopped"] as const) {
      assertEquals(isReadyWith(phase, "ready"), false);
    }
  });
});
