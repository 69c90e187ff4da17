import type { Hono } from "hono";
import type { OverviewFinder } from "../view.ts";
import type { LiveView } from "./live_view.ts";
import { answer, readQuestion } from "./question.ts";
import { JSON_TYPE } from "./safe_json.ts";

const EVENTS_TYPE = {
  "content-type": "text/event-stream",
  // Else nginx keeps events until there are many.
  "x-accel-buffering": "no",
};
const MAX_LENGTHS = { search: 200, limit: 3 } as const;
const FOUND = 50;
const FOUND_MAX = 500;

/**
 * Adds what people look at (src/view.ts).
 *
 * - `/view`: as JSON.
 * - `/events`: the same as server-sent events named `view`, about one a second. 503 when too many
 *   watch already: ask for `/view` now and then.
 * - `/channels?search=…&limit=…`: the fullest channels whose name contains a text, with
 *   all above them. `count` says how many there are with that text.
 * - `/databases?search=…&limit=…`: the same of databases, those in trouble first.
 */
export function routeView(app: Hono, live: LiveView, finder: OverviewFinder): void {
  app.get("/view", (context) => context.body(live.json, 200, JSON_TYPE));
  app.get("/events", (context) => {
    // Nobody would read it.
    if (context.req.method === "HEAD") return context.body(null, 200, EVENTS_TYPE);
    const events = live.watch();
    if (events) return context.body(events, 200, EVENTS_TYPE);
    return context.json({ error: "too many watch already" }, 503, { "retry-after": "10" });
  });
  addSearch(app, "/channels", (search, max) => finder.channels(search, max));
  addSearch(app, "/databases", (search, max) => finder.databases(search, max));
}

function addSearch(app: Hono, path: string, find: (search: string, max: number) => object): void {
  app.get(path, (context) => {
    const { values, mistake } = readQuestion(context, MAX_LENGTHS);
    if (mistake !== null) return context.json({ error: mistake }, 400);
    const limit = Number(values.limit ?? FOUND);
    if (!Number.isInteger(limit) || limit < 1 || limit > FOUND_MAX) {
      return context.json({ error: `limit is no number from 1 to ${FOUND_MAX}` }, 400);
    }
    return answer(context, find(values.search ?? "", limit));
  });
}
