/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useState } from "preact/hooks";
import type { DatabaseState, DatabaseStatus } from "../status.ts";
import type { FoundDatabases, View } from "../view.ts";
import { useFound } from "./found.ts";
import { addressOf } from "./place.ts";
import { count, counted, since } from "./words.ts";

/** How each state is meant. */
export const STATES: Readonly<Record<DatabaseState, readonly [kind: string, text: string]>> = {
  connecting: ["idle", "connecting"],
  scanning: ["idle", "reading its jobs"],
  ready: ["good", "ready"],
  standby: ["idle", "another runner's"],
  recovering: ["warn", "recovering"],
  quarantined: ["bad", "quarantined"],
  foreign: ["bad", "foreign"],
  paused: ["warn", "paused"],
  ignored: ["idle", "without the add-on"],
};

/** The databases, those in trouble first; of many, others are found by their name. */
export function Databases({ view }: { readonly view: View }): ComponentChild {
  const [search, setSearch] = useState("");
  const found = useFound<FoundDatabases>("databases", search, view.nowMs);
  const { databases, count: all } = found ??
    { databases: view.databases, count: view.databaseCount };
  const left = all - databases.length;
  return h(
    "section",
    { class: "card", "aria-labelledby": "databases" },
    h(
      "div",
      { class: "bar" },
      h("h2", { id: "databases" }, "Databases"),
      h("input", {
        type: "search",
        ...{ placeholder: "Find a database", "aria-label": "Find a database", value: search },
        onInput: (event: Event) => setSearch((event.target as HTMLInputElement).value),
      }),
      h(
        "p",
        { class: "note", role: "status" },
        found ? `${counted(all, "database")} found` : statesOf(view),
      ),
    ),
    databases.length === 0 ? h("p", { class: "empty" }, found ? NONE_FOUND : NONE) : h(
      "div",
      { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Databases" },
      h(
        "table",
        null,
        h("thead", null, h("tr", null, COLUMNS.map((it) => h("th", { key: it }, it)))),
        h("tbody", null, databases.map((it) => lineOf(it, view.nowMs))),
      ),
    ),
    left > 0 && h("p", { class: "note" }, `and ${count(left)} more: find them by their name`),
  );
}

const NONE = "No database is served.";
const NONE_FOUND = "No database has this name.";

function statesOf({ databaseStates }: View): string {
  const states = Object.entries(databaseStates).map(([state, number]) => {
    return `${count(number)} ${STATES[state as DatabaseState]?.[1] ?? state}`;
  });
  return states.join(", ");
}

const COLUMNS = ["Name", "State", "Running", "Oldest waiting", "Heard", "Add-on"];

function lineOf(it: DatabaseStatus, nowMs: number): ComponentChild {
  const [kind, text] = STATES[it.state] ?? ["idle", it.state];
  const ago = (timeMs: number | null) => timeMs === null ? "–" : since(timeMs, nowMs);
  const isUsual = it.state === "ready" && it.reason === null;
  const stuck = it.stranded.count + it.suspectedDead.count;
  return h(
    "tr",
    { key: it.name },
    h(
      "th",
      { scope: "row" },
      h("a", { href: addressOf({ kind: "database", database: it.name }) }, it.name),
    ),
    h(
      "td",
      null,
      h("span", { class: `pill ${kind}` }, text),
      !isUsual && h("span", { class: "reason" }, `${it.reason ?? ""} (${ago(it.sinceMs)})`),
      stuck > 0 && h("span", { class: "reason bad" }, `${counted(stuck, "job")} that nobody runs`),
    ),
    h("td", { class: "number" }, count(it.inFlight)),
    h("td", { class: "number" }, ago(it.waitingSinceMs)),
    h("td", { class: "number" }, it.heardMs === null ? "–" : `${ago(it.heardMs)} ago`),
    h("td", null, it.generation ?? "–"),
  );
}
