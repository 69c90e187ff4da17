import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import type { Hono } from "hono";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { Steering } from "../../src/runner/steering.ts";
import { createApp } from "../../src/server/app.ts";
import { serve } from "../../src/server/serve.ts";
import { SteerGuard } from "../../src/server/steer_guard.ts";
import { routeSteering } from "../../src/server/steer_routes.ts";
import { SystemClock } from "../../src/clock.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { runnerStatus } from "../support/runner_status.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

describe("routeSteering", () => {
  let clock: FakeClock;
  let steering: Steering;
  let said: string[];
  let app: Hono;

  beforeEach(() => {
    clock = new FakeClock(1_000);
    const scheduler = new LiveScheduler("root:9,mail:2", () => {}, { clock });
    const nothing = () => {};
    steering = new Steering({
      ...{ clock, scheduler, isServed: (name) => name === "shop" },
      ...{ onDatabase: nothing, onMore: nothing },
    });
    app = appWith(TOKEN);
  });

  function appWith(token: string | null): Hono {
    said = [];
    const app = createApp(() => runnerStatus({ steering: steering.status }));
    const guard = new SteerGuard({ token, clock, report: (text) => void said.push(text) });
    const runner = { status: runnerStatus(), steering };
    routeSteering(app, guard, runner);
    return app;
  }

  async function post(
    path: string,
    body: unknown,
    headers: Record<string, string | undefined> = {},
  ): Promise<{ status: number; answer: Record<string, unknown>; headers: Headers }> {
    const all = {
      ...{ authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...{ host: "runner:8070", ...headers },
    };
    const given = Object.entries(all).filter((it): it is [string, string] => it[1] !== undefined);
    const response = await app.request(path, {
      method: "POST",
      headers: new Headers(given),
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const answer = await response.json() as Record<string, unknown>;
    return { status: response.status, answer, headers: response.headers };
  }

  it("pauses and resumes with the token, and says what is paused", async () => {
    const paused = await post("/steer/pause", { channel: "mail", by: "anna" });
    const database = await post("/steer/pause", { database: "shop" });
    const all = await post("/steer/pause", { everything: true, by: "ben" });
    const resumed = await post("/steer/resume", { everything: true, by: "ben" });

    assertEquals([paused, database, all, resumed].map((it) => it.status), [200, 200, 200, 200]);
    const mail = { what: "channel", name: "root.mail", by: "anna", sinceMs: 1_000 };
    assertEquals(paused.answer, {
      phase: "running",
      steering: { paused: [mail], resumed: [], capacities: [] },
    });
    assertEquals(steering.status.paused.map((it) => it.what), ["channel", "database"]);
    assertEquals(said, [
      "steering: paused channel mail, by anna from an unknown address",
      "steering: paused database shop, by an unknown address",
      "steering: paused everything, by ben from an unknown address",
      "steering: resumed everything, by ben from an unknown address",
    ]);
  });

  it("changes a capacity, and gives it back", async () => {
    const { answer } = await post("/steer/capacity", { channel: "mail", capacity: 4 });
    await post("/steer/capacity", { channel: "mail", capacity: null });

    const { capacities } = answer["steering"] as { capacities: { capacity: number }[] };
    assertEquals([capacities[0]?.capacity, steering.status.capacities], [4, []]);
    assertStringIncludes(said.join(), "capacity of channel mail 4, by");
  });

  it("changes nothing without a token file", async () => {
    app = appWith(null);

    const { status, answer } = await post("/steer/pause", { everything: true });

    assertEquals([status, steering.isAllPaused, said], [403, false, []]);
    assertStringIncludes(String(answer["error"]), "--admin-token-file");
  });

  it("changes nothing for who has another token or none", async () => {
    const refused = [
      undefined,
      "Bearer",
      `Bearer ${TOKEN}x`,
      `Basic ${TOKEN}`,
      `Bearer x ${TOKEN}`,
    ];

    for (const authorization of refused) {
      const { status, headers } = await post("/steer/pause", { everything: true }, {
        authorization,
      });
      assertEquals([status, headers.get("www-authenticate")], [401, "Bearer"]);
    }

    assertEquals([steering.isAllPaused, said.length], [false, 1]);
    assert(!JSON.stringify(said).includes(TOKEN));
  });

  it("changes nothing for a page of another site", async () => {
    const body = { everything: true };
    const origins = ["http://evil.example", "null", "http://runner:8071", "https://runner"];

    for (const origin of origins) {
      assertEquals((await post("/steer/pause", body, { origin })).status, 403);
    }
    const form = await post("/steer/pause", body, { "content-type": "text/plain" });

    assertEquals([form.status, steering.isAllPaused], [415, false]);
  });

  it("takes its own page, also behind a proxy", async () => {
    const behind = { origin: "https://jobs.example", "x-forwarded-host": "jobs.example" };

    const own = await post("/steer/pause", { channel: "mail" }, { origin: "http://runner:8070" });
    const proxied = await post("/steer/pause", { channel: "mail" }, behind);

    assertEquals([own.status, proxied.status], [200, 200]);
  });

  it("lets nobody guess: ten wrong tokens a minute, which keep out no right one", async () => {
    const wrong = { authorization: "Bearer guess" };
    for (let guess = 0; guess < 10; guess++) await post("/steer/pause", {}, wrong);

    const locked = await post("/steer/pause", {}, wrong);
    const right = await post("/steer/pause", { everything: true });
    // The clock steps back.
    clock.advance(-3_600_000);
    const later = await post("/steer/pause", {}, wrong);

    assertEquals([locked.status, locked.headers.get("retry-after")], [429, "60"]);
    assertEquals([right.status, later.status], [200, 401]);
  });

  it("lets nobody in by an empty token", async () => {
    app = appWith("");

    const { status } = await post("/steer/pause", {}, { authorization: "Bearer " });

    assertEquals(status, 401);
  });

  it("takes at most 120 actions a minute", async () => {
    const statuses = new Map<number, number>();

    for (let action = 0; action < 130; action++) {
      const { status } = await post("/steer/pause", { channel: "mail" });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }

    assertEquals([...statuses], [[200, 120], [429, 10]]);
  });

  it("refuses what it cannot read, in a sentence", async () => {
    const wrong: [path: string, body: unknown, error: string][] = [
      ["pause", "{", "a JSON object"],
      ["pause", [], "a JSON object"],
      ["pause", {}, "is wanted"],
      ["pause", { channel: "mail", database: "shop" }, "Cannot tell what"],
      ["pause", { everything: "yes" }, "true is wanted"],
      ["pause", { chanel: "mail" }, "not known"],
      ["pause", { channel: 7 }, `Cannot use "channel"`],
      ["pause", { channel: "mi\u0007al" }, `Cannot use "channel"`],
      ["pause", { channel: "mial" }, "it is not configured"],
      ["pause", { database: "<b>" }, `database "<b>"`],
      ["pause", { channel: "mail", by: "" }, `Cannot use "by"`],
      ["pause", { channel: "mail", by: "a\nb" }, `Cannot use "by"`],
      ["capacity", { channel: "mail" }, `Cannot use "capacity"`],
      ["capacity", { channel: "mail", capacity: -1 }, "a whole number above 0"],
    ];

    for (const [path, body, error] of wrong) {
      const { status, answer } = await post(`/steer/${path}`, body);
      assertEquals(status, 400, error);
      assertStringIncludes(String(answer["error"]), error);
    }

    assertEquals(steering.status, { paused: [], resumed: [], capacities: [] });
    assertEquals(said.length, wrong.length);
  });

  it("reads no body without end", async () => {
    const { status } = await post("/steer/pause", { channel: "m".repeat(70_000) });

    assertEquals(status, 413);
  });

  it("takes POST alone, and leaves all else read-only", async () => {
    const methods = ["PUT", "DELETE", "PATCH"];
    for (const method of methods) {
      assertEquals((await app.request("/steer/pause", { method })).status, 405);
    }
    assertEquals((await app.request("/steer/pause")).status, 404);
    assertEquals((await app.request("/status", { method: "POST" })).status, 405);
  });

  it("says from which address an action came", async () => {
    const clock = new SystemClock();
    const server = await serve({ app, host: "127.0.0.1", port: 0, clock });
    const response = await fetch(`http://127.0.0.1:${server.port}/steer/pause`, {
      method: "POST",
      headers: {
        ...{ authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        "x-forwarded-for": "10.1.2.3",
      },
      body: JSON.stringify({ channel: "mail", by: "anna" }),
    });
    await response.text();
    await server.close();

    assertEquals(said, [
      "steering: paused channel mail, by anna from 127.0.0.1 (forwarded for 10.1.2.3)",
    ]);
  });
});
