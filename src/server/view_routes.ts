import type { Context, Hono } from "hono";
import type { ChannelOverview } from "../scheduler/mod.ts";
import type { LiveView } from "./live_view.ts";
import { safeJson } from "./safe_json.ts";

const JSON_TYPE = { "content-type": "application/json" };
const EVENTS_TYPE = {
  "content-type": "text/event-stream",
  // Else nginx keeps events until there are many.
  "x-accel-buffering": "no",
};
const SEARCH_LENGTH_MAX = 200;
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
 */
export function routeView(
  app: Hono,
  live: LiveView,
  find: (search: string, max: number) => ChannelOverview,
): void {
  app.get("/view", (context) => context.body(live.json, 200, JSON_TYPE));
  app.get("/events", (context) => {
    // Nobody would read it.
    if (context.req.method === "HEAD") return context.body(null, 200, EVENTS_TYPE);
    const events = live.watch();
    if (events) return context.body(events, 200, EVENTS_TYPE);
    return context.json({ error: "too many watch already" }, 503, { "retry-after": "10" });
  });
  app.get("/channels", (context) => {
    const { search, max, mistake } = readSearch(context);
    if (mistake !== null) return context.json({ error: mistake }, 400);
    return context.body(safeJson(find(search, max)), 200, JSON_TYPE);
  });
}

function readSearch(context: Context) {
  const { search = "", limit = String(FOUND), ...others } = context.req.query();
  const max = /^\d{1,9}$/.test(limit) ? Math.min(Number(limit), FOUND_MAX) : 0;
  const mistake = Object.keys(others).length > 0
    ? "search=… and limit=… are wanted"
    : search.length > SEARCH_LENGTH_MAX
    ? `search has more than ${SEARCH_LENGTH_MAX} characters`
    : max < 1
    ? "limit is no number of 1 or more"
    : null;
  return { search, max, mistake };
}
