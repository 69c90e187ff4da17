import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { createApp } from "../../src/server/app.ts";
import { LiveView } from "../../src/server/live_view.ts";
import { serve, type Served } from "../../src/server/serve.ts";
import { routeView } from "../../src/server/view_routes.ts";
import type { View } from "../../src/view.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { runnerStatus } from "../support/runner_status.ts";
import { until } from "../support/until.ts";

const HOSTILE = "<script>&\u2028";

describe("routeView", () => {
  let clock: FakeClock;
  let live: LiveView;
  let asked: unknown[];
  let app: ReturnType<typeof createApp>;

  beforeEach(() => {
    clock = new FakeClock(1_000_000);
    live = new LiveView({
      look: () => ({ version: HOSTILE, nowMs: clock.nowMs() }) as View,
      ...{ clock, reportError: () => {} },
    });
    asked = [];
    app = createApp(() => runnerStatus());
    routeView(app, live, {
      channels: (search, max) => {
        asked.push([search, max]);
        return { channels: [], count: 7 };
      },
      databases: (search, max) => {
        asked.push([search, max]);
        return { databases: [], count: 8 };
      },
    });
  });
  afterEach(() => {
    live.stop();
    assertEquals(clock.openTimers, 0);
  });

  it("answers with the view, in which no character means anything in HTML", async () => {
    const response = await app.request("/view");

    const text = await response.text();
    assertEquals(JSON.parse(text), { version: HOSTILE, nowMs: 1_000_000 });
    assertEquals(/[<>&\u2028]/.test(text), false);
    assertStringIncludes(response.headers.get("content-type") ?? "", "application/json");
  });

  it("finds channels and databases", async () => {
    const channels = await app.request("/channels?search=ma%20il&limit=3");
    await app.request("/channels");
    const databases = await app.request("/databases?search=shop&limit=4");

    assertEquals(await channels.json(), { channels: [], count: 7 });
    assertEquals(await databases.json(), { databases: [], count: 8 });
    assertEquals(asked, [["ma il", 3], ["", 50], ["shop", 4]]);
  });

  it("refuses wrong searches", async () => {
    for (
      const it of [
        "limit=0",
        "limit=501",
        "limit=x",
        "limit=-1",
        "other=1",
        `search=${"x".repeat(201)}`,
      ]
    ) {
      assertEquals([(await app.request(`/channels?${it}`)).status, it], [400, it]);
      assertEquals([(await app.request(`/databases?${it}`)).status, it], [400, it]);
    }
    assertEquals(asked, []);
  });

  it("answers HEAD without a stream that nobody reads", async () => {
    const { status } = await app.request("/events", { method: "HEAD" });

    assertEquals([status, live.watcherCount], [200, 0]);
  });

  describe("GET /events", () => {
    let served: Served;

    beforeEach(async () => {
      served = await serve({ app, host: "127.0.0.1", port: 0, clock });
    });
    afterEach(() => served.close());

    const events = (signal: AbortSignal | null = null) =>
      fetch(`http://127.0.0.1:${served.port}/events`, { signal });

    it("sends views until the server stops", async () => {
      const response = await events();
      const reader = response.body!.getReader();
      const next = async () => new TextDecoder().decode((await reader.read()).value);

      assertStringIncludes(response.headers.get("content-type") ?? "", "text/event-stream");
      assertStringIncludes(await next(), 'event: view\ndata: {"version"');
      const second = next();
      clock.advance(1_000);
      assertStringIncludes(await second, "1001000");
      live.stop();
      assertEquals((await reader.read()).done, true);
    });

    it("lets go of who leaves", async () => {
      const stop = new AbortController();
      const response = await events(stop.signal);
      await response.body!.getReader().read();
      assertEquals(live.watcherCount, 1);

      stop.abort();

      await until("nobody watches", () => live.watcherCount === 0);
    });

    it("refuses when too many watch, and says when to come again", async () => {
      const streams = Array.from({ length: 40 }, () => live.watch()!);

      const response = await events();

      assertEquals([response.status, response.headers.get("retry-after")], [503, "10"]);
      await response.body!.cancel();
      await Promise.all(streams.map((it) => it.cancel()));
    });
  });
});
