import { assertEquals, assertStringIncludes } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { createApp } from "../../src/server/app.ts";
import { routeJobSteering } from "../../src/server/job_steer_route.ts";
import { SteerGuard } from "../../src/server/steer_guard.ts";
import type { JobsChange } from "../../src/steering.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { runnerStatus } from "../support/runner_status.ts";

const TOKEN = "0123456789abcdef";
const SHOP = { action: "requeue", database: "shop" };

describe("POST /steer/jobs", () => {
  let wanted: (JobsChange & { by: string })[];
  let said: string[];

  beforeEach(() => {
    [wanted, said] = [[], []];
  });

  async function post(body: object, authorization = `Bearer ${TOKEN}`) {
    const app = createApp(() => runnerStatus());
    const report = (text: string) => void said.push(text);
    routeJobSteering(app, new SteerGuard({ token: TOKEN, clock: new FakeClock(), report }), {
      change: (change, by) => {
        wanted.push({ ...change, by });
        const { action, database, isDryRun } = change;
        const counts = { chosen: 3, changed: 2, mayRunTwice: 0, refusedCount: 1 };
        const refused = [{ uuid: "c", reason: "it is done" }];
        return Promise.resolve({ ...{ action, database, isDryRun }, ...counts, refused });
      },
    });
    const response = await app.request("/steer/jobs", {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: await response.json() as Record<string, unknown> };
  }

  it("changes jobs by uuid, each once, and says what was refused", async () => {
    const { status, answer } = await post({ ...SHOP, uuids: ["a", "b", "a"], by: "anna" });

    assertEquals([status, answer], [200, {
      ...{ action: "requeue", database: "shop", isDryRun: false },
      ...{ chosen: 3, changed: 2, mayRunTwice: 0, refusedCount: 1 },
      refused: [{ uuid: "c", reason: "it is done" }],
    }]);
    assertEquals(wanted, [{
      ...{ action: "requeue", database: "shop", uuids: ["a", "b"], channel: null },
      ...{ states: null, olderThanMs: null, expected: null },
      ...{ isDryRun: false, by: "anna" },
    }]);
    assertEquals(said, [
      "steering: requeue of 2 of 3 jobs of database shop (a and others), " +
      "by anna from an unknown address",
    ]);
  });

  it("changes what is chosen by channel, state and age", async () => {
    await post({ ...SHOP, channel: "mail" });
    await post({
      ...{ action: "cancel", database: "shop", states: ["pending"], olderThanSeconds: 60 },
      ...{ dryRun: true, expected: 3 },
    });

    const [first, second] = wanted;
    assertEquals([first?.channel, first?.states, first?.uuids], ["mail", ["failed"], []]);
    assertEquals([second?.states, second?.olderThanMs, second?.expected, second?.isDryRun], [
      ["pending"],
      60_000,
      3,
      true,
    ]);
    assertStringIncludes(said[1]!, "asked what cancel would do to 2 of 3 jobs of database shop");
  });

  it("takes named jobs out of the states that are told, without an age", async () => {
    await post({ ...SHOP, uuids: ["a"], states: ["started"] });

    const [{ uuids, states, olderThanMs } = {}] = wanted;
    assertEquals([uuids, states, olderThanMs], [["a"], ["started"], null]);
  });

  it("refuses a choice that may mean others than it says", async () => {
    const wrong: [body: object, error: string][] = [
      [SHOP, "Cannot tell which jobs"],
      [{ ...SHOP, uuids: ["a"], channel: "mail" }, "Cannot tell which jobs"],
      [{ ...SHOP, uuids: ["a"], olderThanSeconds: 9 }, "Cannot tell which jobs"],
      [{ ...SHOP, uuids: ["a"], states: ["done"] }, `Cannot use "states"`],
      [{ ...SHOP, uuids: [] }, `Cannot use "uuids"`],
      [{ ...SHOP, uuids: [""] }, `Cannot use "uuids"`],
      [{ ...SHOP, uuids: Array(1001).fill("a") }, `Cannot use "uuids"`],
      [{ ...SHOP, states: [] }, `Cannot use "states"`],
      [{ ...SHOP, states: ["done"] }, `Cannot use "states"`],
      [{ ...SHOP, states: ["started"] }, "may be at work: give olderThanSeconds"],
      [{ ...SHOP, action: "done", states: ["started"], olderThanSeconds: 9 }, "for done"],
      [{ ...SHOP, action: "delete", channel: "a" }, `Cannot use "action"`],
      [{ ...SHOP, database: "", channel: "a" }, `Cannot use "database"`],
      [{ ...SHOP, channel: "" }, `Cannot use "channel"`],
      [{ ...SHOP, olderThanSeconds: "9" }, `Cannot use "olderThanSeconds"`],
      [{ ...SHOP, channel: "a", expected: -1 }, `Cannot use "expected"`],
      [{ ...SHOP, channel: "a", dryRun: "no" }, `Cannot use "dryRun"`],
      [{ ...SHOP, chanel: "a" }, "a field that is not known"],
    ];

    for (const [body, error] of wrong) {
      const { status, answer } = await post(body);
      assertEquals(status, 400, error);
      assertStringIncludes(String(answer["error"]), error);
    }
    assertEquals(wanted, []);
  });

  it("changes nothing without the token", async () => {
    const { status } = await post({ ...SHOP, uuids: ["a"] }, "Bearer none");

    assertEquals([status, wanted], [401, []]);
  });
});
