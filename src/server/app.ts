import { type Context, Hono } from "hono";
import type { RunnerStatus } from "../status.ts";
import { isReady } from "./readiness.ts";

/** Of Prometheus' text format. */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** What is measured, for those who draw it. */
export interface Measured {
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly history: () => object;
}

/**
 * The health server. It reads a status and changes nothing, and nothing of a request comes back in
 * an answer. Others may add paths, also such that change something by POST (`routeSteering`).
 *
 * - `/livez`: 200 as long as the process answers at all.
 * - `/readyz`: 200 or 503, see `isReady`.
 * - `/status`: all that the runner says of itself, as JSON.
 * - `/metrics`, `/history`: what is measured, where that is given.
 *
 * @param reportError told of an error in `readStatus`, which the asker does not get to see
 */
export function createApp(
  readStatus: () => RunnerStatus,
  reportError: (error: Error) => void = () => {},
  measured: Measured | null = null,
): Hono {
  const app = emptyApp(reportError);
  app.get("/livez", (context) => context.json({ live: true, phase: readStatus().phase }));
  app.get("/readyz", (context) => {
    const status = readStatus();
    const ready = isReady(status);
    const databases = { ready: countReady(status), all: status.databases.length };
    return context.json({ ready, phase: status.phase, databases }, ready ? 200 : 503);
  });
  app.get("/status", (context) => context.json(readStatus()));
  // Others may add theirs.
  const paths = () => [...new Set(app.routes.map((it) => it.path))].filter((it) => it !== "/*");
  app.notFound((context) => context.json({ error: "not found", paths: paths() }, 404));
  if (measured) {
    app.get("/metrics", (context) => textOf(context, measured));
    app.get("/history", (context) => context.json(measured.history()));
  }
  return app;
}

function countReady({ databases }: RunnerStatus): number {
  return databases.filter((it) => it.state === "ready").length;
}

/** A server of metrics alone, at any path, as the add-on's own is asked. */
export function createMetricsApp(
  measured: Measured,
  reportError: (error: Error) => void = () => {},
): Hono {
  const app = emptyApp(reportError);
  app.get("*", (context) => textOf(context, measured));
  return app;
}

async function textOf(context: Context, { metrics }: Measured): Promise<Response> {
  return context.text(await metrics(), 200, { "content-type": METRICS_TYPE });
}

function emptyApp(reportError: (error: Error) => void): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const { method, path } = context.req;
    const isWanted = ["GET", "HEAD"].includes(method) ||
      app.routes.some((it) => it.method === method && it.path === path);
    if (!isWanted) {
      return context.json({ error: "only GET and HEAD" }, 405, { ...HEADERS, allow: "GET, HEAD" });
    }
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!headers.has(name)) context.header(name, value);
    }
  });
  app.onError((error, context) => {
    reportError(error);
    return context.json({ error: "internal error" }, 500);
  });
  return app;
}
