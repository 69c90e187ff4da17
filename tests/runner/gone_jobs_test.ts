import { assertEquals } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { GoneJobs } from "../../src/runner/gone_jobs.ts";
import { InFlight } from "../../src/runner/in_flight.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { FakeClock } from "../support/fake_clock.ts";

const HOUR_MS = 3_600_000;

describe("GoneJobs", () => {
  let clock: FakeClock;
  let scheduler: LiveScheduler;
  let letGo: string[];
  let gone: GoneJobs;

  beforeEach(() => {
    clock = new FakeClock();
    scheduler = new LiveScheduler("root:4,mail:2", () => {}, { clock });
    letGo = [];
    gone = new GoneJobs({
      ...{ scheduler, clock },
      letGo: (database, uuid) => void letGo.push(`${database}/${uuid}`),
    });
  });

  /** Jobs of channel mail that are in our hands. */
  function jobs(...uuids: string[]): InFlight {
    const inFlight = new InFlight();
    for (const uuid of uuids) inFlight.add(uuid, "root.mail").state = "asked";
    return inFlight;
  }

  const running = () => scheduler.channels().map((it) => it.running);

  it("counts what Odoo is asked for until its request is over, and nothing else", () => {
    const inFlight = jobs("a", "b");
    inFlight.add("claimed", "root");

    gone.note("shop", inFlight, true);
    const counts = [running()];
    gone.answered("other", "a");
    gone.answered("shop", "a");
    counts.push(running());
    gone.answered("shop", "b");
    counts.push(running());

    assertEquals(counts, [[0, 2], [0, 1], [0, 0]]);
    assertEquals(scheduler.status.jobs, 0);
  });

  it("counts one request once, though the database was restored and is gone again", () => {
    gone.note("shop", jobs("a"), true);
    gone.note("shop", jobs("a", "b"), true);
    const both = running();

    gone.answered("shop", "a");
    gone.answered("shop", "b");

    assertEquals([both, running()], [[0, 2], [0, 0]]);
  });

  it("is not confused with a database that comes under the same name", () => {
    gone.note("shop", jobs("a"), true);
    scheduler.beginScan("shop");
    scheduler.sweep("shop");
    scheduler.forgetDatabase("shop");

    assertEquals(running(), [0, 1]);
  });

  it("lets a request of a dropped database go that has no answer after an hour", () => {
    gone.note("shop", jobs("a", "b"), true);
    clock.advance(HOUR_MS - 1);
    const before = [...letGo];
    gone.answered("shop", "b");

    clock.advance(1);

    assertEquals([before, letGo], [[], ["shop/a"]]);
  });

  it("waits for the answer however long where the database is only not chosen", () => {
    gone.note("shop", jobs("a"), false);

    clock.advance(100 * HOUR_MS);
    const afterDays = running();
    gone.answered("shop", "a");

    assertEquals([letGo, afterDays, running()], [[], [0, 1], [0, 0]]);
  });

  it("counts again in a core that was made anew", () => {
    gone.note("shop", jobs("a"), true);
    scheduler.forgetDatabase("shop\0gone");
    const empty = running();

    gone.refill();

    assertEquals([empty, running()], [[0, 0], [0, 1]]);
  });

  it("leaves no timer behind", () => {
    gone.note("shop", jobs("a"), true);

    gone.stop();

    assertEquals(clock.openTimers, 0);
  });
});
