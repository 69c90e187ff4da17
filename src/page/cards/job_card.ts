import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import type { JobDetails, JobWhy } from "../../why.ts";
import { stateOf } from "../jobs/job_table.ts";
import { addressOf } from "../place.ts";
import { SteerJob } from "../steering/steer_job.ts";
import { count, dateTime, since } from "../words.ts";
import { Facts } from "./facts.ts";
import { Path } from "./path.ts";
import { Reasons } from "./reasons.ts";

export interface JobCardOptions {
  readonly why: JobWhy;
  readonly view: View;
  /** Something was changed: what is shown may be old. */
  readonly onChange: () => void;
}

/** A job: why it does not run, its way, its row, and what this runner saw of it. */
export function JobCard({ why, view, onChange }: JobCardOptions): ComponentChild {
  const { database, uuid, reasons, path, waitsAt, row, history } = why;
  return h(
    "div",
    null,
    h("p", { class: "note" }, `of database ${database}`),
    h(Reasons, { reasons, none: "Nothing holds it back.", database }),
    h(Path, { path, waitsAt, reasons }),
    row && h(Facts, { facts: factsOf(row, why.nowMs) }),
    row?.error && h("pre", { class: "error", tabIndex: 0 }, row.error),
    history.length > 0 && h("h3", null, "Seen by this runner"),
    history.length > 0 && h(
      "ol",
      { class: "history" },
      history.map(({ atMs, text }, at) => {
        return h("li", { key: at }, h("time", null, dateTime(atMs)), ` ${text}`);
      }),
    ),
    row && h(SteerJob, { database, uuid, state: row.state, view, onChange }),
  );
}

function factsOf(row: JobDetails, nowMs: number): [string, ComponentChild][] {
  const time = (timeMs: number | null) => {
    if (timeMs === null) return null;
    const isLater = timeMs > nowMs;
    return isLater ? dateTime(timeMs) : `${dateTime(timeMs)}, ${since(timeMs, nowMs)} ago`;
  };
  const channel = row.channel ?? "root";
  const retries = row.maxRetries ? `${row.retry ?? 0} of ${row.maxRetries}` : `${row.retry ?? 0}`;
  return [
    ["State", stateOf(row.state)],
    ["Channel", h("a", { href: addressOf({ kind: "channel", channel }) }, channel)],
    ["Priority", row.priority === null ? null : count(row.priority)],
    ["Retries", retries],
    ["Created", time(row.createdMs)],
    ["Not before", time(row.etaMs)],
    ["Enqueued", time(row.enqueuedMs)],
    ["Started", time(row.startedMs)],
    ["Done", time(row.doneMs)],
  ];
}
