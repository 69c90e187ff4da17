import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createApp, createMetricsApp } from "../../src/server/app.ts";
import type { DatabaseState, RunnerStatus } from "../../src/status.ts";
import { databaseStatus, runnerStatus } from "../support/runner_status.ts";

function statusWith(...states: DatabaseState[]): RunnerStatus {
  const nameOf = (number: number) => number === 0 ? `a<script>"` : `db${number}`;
  return runnerStatus({ databases: states.map((it, i) => databaseStatus(nameOf(i), it)) });
}

describe("GET /livez", () => {
  it("answers 200 whatever the databases do", async () => {
    const response = await createApp(() => statusWith("recovering")).request("/livez");

    assertEquals(response.status, 200);
    assertEquals(await response.json(), { live: true, phase: "running" });
  });
});

describe("GET /readyz", () => {
  it("answers 503 while no database is led", async () => {
    const response = await createApp(() => statusWith("connecting")).request("/readyz");

    assertEquals(response.status, 503);
    assertEquals((await response.json()).ready, false);
  });

  it("answers 200 with one database of two", async () => {
    const response = await createApp(() => statusWith("ready", "recovering")).request("/readyz");

    assertEquals(response.status, 200);
    assertEquals((await response.json()).databases, { ready: 1, all: 2 });
  });
});

describe("GET /status", () => {
  it("says all that the runner says of itself", async () => {
    const status = statusWith("ready");

    const response = await createApp(() => status).request("/status");

    assertEquals(await response.json(), JSON.parse(JSON.stringify(status)));
    assertStringIncludes(response.headers.get("content-type") ?? "", "application/json");
  });

  it("answers HEAD without a body", async () => {
    const response = await createApp(() => statusWith("ready")).request("/status", {
      method: "HEAD",
    });

    assertEquals(response.status, 200);
    assertEquals(await response.text(), "");
  });
});

describe("createApp", () => {
  const app = createApp(() => statusWith("ready"));

  it("changes nothing by any method", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE_ME"]) {
      for (const path of ["/status", "/livez", "/else"]) {
        const response = await app.request(path, { method });
        assertEquals(response.status, 405);
        assertEquals(response.headers.get("allow"), "GET, HEAD");
      }
    }
  });

  it("sends nothing of a request back", async () => {
    const response = await app.request("/<script>alert(1)</script>?x=<b>", {
      headers: { "x-forwarded-host": "evil.example", origin: "http://evil.example" },
    });

    assertEquals(response.status, 404);
    assertEquals(await response.json(), {
      error: "not found",
      paths: ["/livez", "/readyz", "/status"],
    });
    assertEquals(response.headers.get("access-control-allow-origin"), null);
  });

  it("keeps browsers from making anything of an answer", async () => {
    for (const path of ["/livez", "/readyz", "/status", "/else"]) {
      const { headers } = await app.request(path);
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      assertEquals(headers.get("cache-control"), "no-store");
      assertStringIncludes(headers.get("content-security-policy") ?? "", "default-src 'none'");
      assertStringIncludes(headers.get("content-type") ?? "", "application/json");
    }
  });

  it("tells the runner of an error, and the asker that there was one", async () => {
    const errors: Error[] = [];
    const broken = createApp(() => {
      throw new Error("secret");
    }, (error) => void errors.push(error));

    const response = await broken.request("/status");

    assertEquals(response.status, 500);
    assertEquals(await response.json(), { error: "internal error" });
    assertEquals(errors.map((it) => it.message), ["secret"]);
  });
});

describe("GET /metrics", () => {
  const measured = { metrics: () => Promise.resolve("a 1\n"), history: () => ({ stepMs: 5 }) };

  it("says what is measured, as Prometheus reads it", async () => {
    const app = createApp(() => statusWith("ready"), () => {}, measured);

    const response = await app.request("/metrics");

    assertEquals(await response.text(), "a 1\n");
    assertStringIncludes(response.headers.get("content-type") ?? "", "text/plain; version=0.0.4");
    assertEquals(await (await app.request("/history")).json(), { stepMs: 5 });
  });

  it("is not there where nothing is measured", async () => {
    assertEquals((await createApp(() => statusWith("ready")).request("/metrics")).status, 404);
  });

  it("is all that a server of metrics has, and changes nothing", async () => {
    const app = createMetricsApp(measured);

    for (const path of ["/", "/metrics", "/status"]) {
      assertEquals(await (await app.request(path)).text(), "a 1\n");
    }
    assertEquals((await app.request("/metrics", { method: "POST" })).status, 405);
  });
});
