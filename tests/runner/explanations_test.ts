import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defaultConnection } from "../../src/database/connection.ts";
import { Explanations, type ExplanationsOptions } from "../../src/runner/explanations.ts";
import { JobHistory } from "../../src/runner/job_history.ts";
import { OpenReads } from "../../src/runner/open_reads.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { job } from "../scheduler/conformance/steps.ts";
import { FakeClock } from "../support/fake_clock.ts";

type Requests = ExplanationsOptions["requests"];

const UNSTEERED: ExplanationsOptions["steering"] = {
  pauseOf: () => null,
  wishOf: () => ({ pause: null, capacity: null }),
};

/** Over a runner that is well, but for the changes. */
function explanations(changes: Partial<ExplanationsOptions> = {}): Explanations {
  const clock = new FakeClock();
  return new Explanations({
    ...{ clock, connection: defaultConnection({}), reads: new OpenReads() },
    scheduler: new LiveScheduler("root:4,mail:2", () => {}, { clock }),
    requests: requests({}),
    history: new JobHistory(() => 0),
    steering: UNSTEERED,
    phase: () => "running",
    isReading: () => false,
    served: () => undefined,
    databases: () => [],
    ...changes,
  });
}

function requests(changes: Partial<Requests>): Requests {
  const status = { url: "", open: true, reason: null, sinceMs: 1, waiting: 3 };
  return { allowance: 9, status, ...changes } as Requests;
}

/** What keeps all jobs back. */
function holdsOf(changes: Partial<ExplanationsOptions>): unknown[] {
  return explanations(changes).explainChannel("mail")!.reasons.map(({ text: _, ...it }) => it);
}

describe("Explanations", () => {
  it("finds nothing that holds a channel of a runner that is well", () => {
    const { answer, channel, path, reasons } = explanations().explainChannel("mail")!;

    assertEquals([channel, reasons, path.map((it) => it.name)], [
      "root.mail",
      [],
      ["root.mail", "root"],
    ]);
    assertEquals(answer, "A job that comes to channel root.mail now: nothing holds it back");
  });

  it("says why the runner takes nothing", () => {
    const away = { url: "http://odoo", open: false, reason: "refused", sinceMs: 7, waiting: 0 };

    const seen = [
      holdsOf({ isReading: () => true }),
      holdsOf({ requests: requests({ status: away, allowance: 0 }) }),
      holdsOf({ requests: requests({ allowance: 0 }) }),
      ...(["starting", "standby", "stopping", "stopped"] as const)
        .map((phase) => holdsOf({ phase: () => phase, isReading: () => true })),
    ];

    assertEquals(seen, [
      [{ kind: "reading" }],
      [{ kind: "odoo", url: "http://odoo", reason: "refused", sinceMs: 7 }],
      [{ kind: "backPressure", waiting: 3 }],
      [{ kind: "runner", phase: "starting" }],
      [{ kind: "runner", phase: "standby" }],
      [{ kind: "runner", phase: "stopping" }],
      [{ kind: "runner", phase: "stopped" }],
    ]);
  });

  it("says that the scheduler is full, or broken, and knows no way then", () => {
    const clock = new FakeClock();
    const scheduler = new LiveScheduler("root:4,mail:2", () => {}, { clock });
    const full = Object.create(scheduler, {
      status: { value: { ...scheduler.status, state: "full", reason: "no room" } },
      explainChannel: { value: () => null },
    });

    const seen = explanations({ scheduler: full }).explainChannel("mail")!;

    assertEquals(seen.reasons.map((it) => it.text), [
      "the scheduler has no room for more jobs: no room",
    ]);
    assertEquals([seen.path, seen.waitsAt], [[], null]);
  });

  it("says what operators have changed of a channel, and what the settings say of it", () => {
    const clock = new FakeClock();
    const scheduler = new LiveScheduler("mail:2:paused", () => {}, { clock });
    scheduler.notify(job("a", { channel: "fly" }));
    const wish = { by: "anna", sinceMs: 0 };
    const wishOf = () => ({
      pause: { ...wish, isPaused: false },
      capacity: { ...wish, capacity: 7 },
    });

    const it = explanations({ scheduler, steering: { ...UNSTEERED, wishOf } });
    const textsOf = (channel: string) => it.explainChannel(channel)!.changes.map((it) => it.text);

    const since = "by anna since 1970-01-01T00:00:00.000Z";
    const resumed = `it is resumed ${since}, and paused by the settings`;
    assertEquals([textsOf("mail"), textsOf("fly")], [
      [resumed, `its capacity is 7 ${since}, and 2 by the settings`],
      [resumed, `its capacity is 7 ${since}`],
    ]);
  });

  it("says of a database that is not served any more that it is paused", () => {
    const pauseOf: typeof UNSTEERED.pauseOf = (target) => {
      return target.what === "database" ? { ...target, by: "anna", sinceMs: 0 } : null;
    };

    const { reasons } = explanations({ steering: { ...UNSTEERED, pauseOf } }).explainDatabase("a");

    assertEquals(reasons.map((it) => it.kind), ["pausedBy", "database"]);
  });

  it("says that a database is not served, and asks nobody about its jobs", async () => {
    const it = explanations();

    const { status, reasons } = it.explainDatabase("other");
    const { jobs } = await it.explain("other", "a");

    assertEquals([status, reasons.map((it) => it.kind)], [null, ["database"]]);
    assertEquals(jobs.map((it) => [it.row, it.answer]), [[
      null,
      "Job a of database other: its database is not served by this job runner",
    ]]);
  });
});

describe("LiveScheduler", () => {
  it("explains by its own clock", () => {
    const clock = new FakeClock();
    const scheduler = new LiveScheduler("root:4", () => {}, { clock });
    scheduler.notify(job("a", { etaMs: clock.nowMs() + 1 }));

    const before = scheduler.explain("shop", "a")?.state;
    clock.advance(1);

    assertEquals([before, scheduler.explain("shop", "a")?.state], ["waiting", "ready"]);
  });
});
