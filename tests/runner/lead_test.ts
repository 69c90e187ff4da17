import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Database } from "../../src/database/database.ts";
import type { Heartbeat } from "../../src/database/heartbeat.ts";
import type { Session } from "../../src/database/session.ts";
import { NO_METER } from "../../src/meter.ts";
import { Hearing } from "../../src/runner/hearing.ts";
import { Lead } from "../../src/runner/lead.ts";
import { until } from "../support/until.ts";
import { DrivenTurn, queueJob } from "./driven_turn.ts";

describe("Lead", () => {
  it("reads at once what is notified in the same turn of the event loop", async () => {
    const { turn, clock } = new DrivenTurn();
    const read: unknown[] = [];
    const run = (text: string, parameters: readonly unknown[]) => {
      if (text.includes("uuid = any($1::text[])")) read.push(parameters[0]);
      const emptyPage = { count: 0, nextId: null };
      return Promise.resolve(text.includes("json_agg") ? [emptyPage] : []);
    };
    const heartbeat = { isDue: false, stop: () => {} } as Heartbeat;
    const meter = NO_METER;
    const lead = new Lead({
      ...{ meter, heartbeat, hearing: new Hearing({ turn, clock, meter, heartbeat }) },
      ...{
        turn,
        clock,
        generation: queueJob(16),
        timing: { discoveryIntervalMs: 60_000 },
        pollIntervalMs: null,
      },
      database: {} as Database,
      session: { run, fence: null } as unknown as Session,
      onWork: () => {},
    });
    const goOn = (isReached: boolean) => {
      clock.advance(0);
      return isReached;
    };
    const over = lead.run();
    lead.work();
    await until("all is read", () => goOn(turn.phase === "ready"));

    for (const uuid of ["a", "b"]) {
      turn.notified(uuid);
      lead.work();
    }
    await until("a row is read", () => goOn(read.length > 0));

    assertEquals(read, [["a", "b"]]);
    lead.end();
    await over;
  });
});
