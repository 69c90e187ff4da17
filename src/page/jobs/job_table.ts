import { type ComponentChild, h } from "preact";
import type { FoundJob, FoundJobs } from "../../job_list.ts";
import type { Answer } from "../ask.ts";
import { addressOf } from "../place.ts";
import { counted, dateTime, shortChannel, since } from "../words.ts";

const COLUMNS = ["Job", "State", "Channel", "Database", "Created"];

/** What a search has found. */
export function JobTable(
  { answer, nowMs }: { readonly answer: Answer<FoundJobs>; readonly nowMs: number },
): ComponentChild {
  if (answer.value === null) return h("p", { class: "problem", role: "alert" }, answer.problem);
  const { jobs, isCut, asked, problems, problemCount } = answer.value;
  const told = jobs.length === 0
    ? `No job like that in ${counted(asked, "database")}.`
    : `${isCut ? "The newest " : ""}${counted(jobs.length, "job")}${isCut ? " of more" : ""}.`;
  return h(
    "div",
    { class: "found" },
    h("p", { class: "note", role: "status" }, told),
    problems.map((it) => {
      return h("p", { class: "problem", key: it.database }, `${it.database}: ${it.problem}`);
    }),
    problemCount > problems.length &&
      h("p", { class: "problem" }, `${counted(problemCount, "database")} gave no answer.`),
    jobs.length > 0 && h(
      "div",
      { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Jobs that were found" },
      h(
        "table",
        null,
        h("thead", null, h("tr", null, COLUMNS.map((it) => h("th", { key: it }, it)))),
        h("tbody", null, jobs.map((it) => lineOf(it, nowMs))),
      ),
    ),
  );
}

const KINDS: Readonly<Record<string, string>> = {
  done: "good",
  started: "run",
  enqueued: "run",
  failed: "bad",
  cancelled: "idle",
};

export function stateOf(state: string): ComponentChild {
  return h("span", { class: `pill ${KINDS[state] ?? "idle"}` }, state);
}

function lineOf(job: FoundJob, nowMs: number): ComponentChild {
  const { database, uuid, state, channel, createdMs, name, method, error } = job;
  const created = createdMs === null ? "–" : `${since(createdMs, nowMs)} ago`;
  return h(
    "tr",
    { key: `${database} ${uuid}` },
    h(
      "th",
      { scope: "row" },
      h("a", { href: addressOf({ kind: "job", database, uuid }) }, name || method || uuid),
      h("span", { class: "reason uuid" }, uuid),
      error !== null && h("span", { class: "reason bad" }, error.slice(0, 120)),
    ),
    h("td", null, stateOf(state)),
    h("td", null, channel === null ? "root" : shortChannel(channel)),
    h("td", null, database),
    h("td", { title: createdMs === null ? "" : dateTime(createdMs) }, created),
  );
}
