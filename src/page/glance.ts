import { type ComponentChild, h } from "preact";
import type { View } from "../view.ts";
import { Chart } from "./chart.ts";
import { count, lasting, short, since } from "./words.ts";

/** The numbers that matter, and the last hour. */
export function Glance({ view }: { readonly view: View }): ComponentChild {
  const { channels, lastHour, nowMs } = view;
  const root = channels.find((it) => it.parent === null);
  const oldestMs = Math.min(...channels.map((it) => it.waitingSinceMs ?? Infinity));
  const perSecond = rates(view);
  const waits = lastHour.waitP95Ms;
  const lastWait = waits.findLast((it) => it !== null) ?? null;
  return h(
    "section",
    { class: "glance", "aria-label": "At a glance" },
    tile("Running", count(root?.allRunning ?? 0), placesOf(root?.capacity ?? null)),
    tile(
      "Waiting",
      short(root?.allWaiting ?? 0),
      oldestMs < Infinity ? `the oldest ${since(oldestMs, nowMs)}` : "nobody",
    ),
    tile("Failed", short(root?.allFailed ?? 0), root?.allFailed ? "to be looked at" : "none"),
    h(Chart, {
      ...{ title: "Jobs a second", values: perSecond, endMs: lastHour.endMs, nowMs },
      ...{ last: rateText(perSecond.at(-1) ?? 0), textOf: rateText, kind: "rate" },
    }),
    h(Chart, {
      ...{ title: "Waiting time, 95 of 100", values: waits, endMs: lastHour.endMs, nowMs },
      ...{ last: lastWait === null ? "–" : lasting(lastWait), textOf: lasting, kind: "wait" },
    }),
  );
}

function placesOf(capacity: number | null): string {
  return capacity === null ? "without a limit" : `of ${count(capacity)} at once`;
}

function tile(title: string, value: string, note: string): ComponentChild {
  return h(
    "div",
    { class: "tile" },
    h("h2", null, title),
    h("p", { class: "figure" }, value),
    h("p", { class: "note" }, note),
  );
}

/** Of each step; the last one may have only begun. */
function rates({ lastHour: { asked, endMs, stepMs } }: View): number[] {
  return asked.map((it, at) => {
    const tookMs = at === 0 ? stepMs : endMs[at]! - endMs[at - 1]!;
    return it * 1_000 / Math.max(1, tookMs);
  });
}

function rateText(value: number): string {
  if (value === 0) return "0";
  return value < 10 ? value.toFixed(value < 0.1 ? 2 : 1) : short(value);
}
