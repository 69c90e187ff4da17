import { type ComponentChild, h } from "preact";
import type { RunnerPhase } from "../status.ts";
import type { Shown } from "./feed.ts";
import { Operator } from "./steering/operator.ts";
import { dateTime, since, timeOfDay } from "./words.ts";

const PHASES: Readonly<Record<RunnerPhase, readonly [string, string]>> = {
  starting: ["idle", "starting"],
  standby: ["idle", "stands by: another runner leads"],
  running: ["good", "leads"],
  stopping: ["warn", "stopping"],
  stopped: ["bad", "stopped"],
};

/** Who this is, how it is, and whether it is heard. */
export function Header({ feed }: { readonly feed: Shown }): ComponentChild {
  const { view } = feed;
  const [kind, phase] = view ? PHASES[view.phase] : ["idle", ""];
  return h(
    "header",
    null,
    h("h1", null, "Job runner"),
    view && h("span", { class: `pill ${kind}` }, phase),
    view && h(
      "span",
      { class: "aside", title: `since ${dateTime(view.startedMs)}` },
      `${view.version}, up for ${since(view.startedMs, view.nowMs)}`,
    ),
    h("span", { class: "space" }),
    h("span", { class: `pulse ${classOf(feed)}`, role: "status" }, wordsOf(feed)),
    view && h(Operator, { view }),
  );
}

function classOf({ source }: Shown): string {
  return source === "none yet" ? "polled" : source;
}

function wordsOf({ source, heardMs }: Shown): string {
  if (source === "live") return "live";
  if (source === "polled") return "every 3 s";
  if (source === "lost") return `Lost the runner: heard last at ${timeOfDay(heardMs)}`;
  return "…";
}
