import { type ComponentChild, h } from "preact";
import { timeOfDay } from "./words.ts";

export interface ChartOptions {
  readonly title: string;
  /** The newest value, in words. */
  readonly last: string;
  readonly values: readonly (number | null)[];
  readonly endMs: readonly number[];
  readonly nowMs: number;
  readonly textOf: (value: number) => string;
  readonly kind: "rate" | "wait";
}

const WIDTH = 300;
const HEIGHT = 64;
const HOUR_MS = 3_600_000;

/** The last hour as a hill: now is at the right, an hour ago at the left. */
export function Chart(options: ChartOptions): ComponentChild {
  const { title, last, values, endMs, nowMs, textOf, kind } = options;
  const most = Math.max(...values.map((it) => it ?? 0));
  const points = values.map((it, at): Point => ({
    x: WIDTH * (1 - (nowMs - endMs[at]!) / HOUR_MS),
    y: most === 0 ? HEIGHT : HEIGHT - (HEIGHT - 4) * (it ?? 0) / most,
    isKnown: it !== null,
  }));
  const mostText = most === 0 ? "" : `at most ${textOf(most)}`;
  return h(
    "figure",
    { class: `tile chart ${kind}` },
    h("figcaption", null, h("h2", null, title), h("p", { class: "figure" }, last)),
    h(
      "svg",
      {
        ...{ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
        "aria-label": `${title}, the last hour: now ${last}${mostText && ", "}${mostText}`,
      },
      h("path", { class: "hill", d: hillOf(points) }),
      h("path", { class: "edge", d: edgeOf(points) }),
    ),
    h(
      "p",
      { class: "axis" },
      h("span", null, timeOfDay(nowMs - HOUR_MS)),
      h("span", null, mostText),
      h("span", null, "now"),
    ),
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly isKnown: boolean;
}

function edgeOf(points: readonly Point[]): string {
  const parts = points.map(({ x, y, isKnown }, at) => {
    if (!isKnown) return "";
    const isNew = !points[at - 1]?.isKnown;
    return `${isNew ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return parts.join("");
}

function hillOf(points: readonly Point[]): string {
  if (points.length === 0) return "";
  const line = points.map(({ x, y }) => `L${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return `M${points[0]!.x.toFixed(1)} ${HEIGHT}${line}V${HEIGHT}Z`;
}
