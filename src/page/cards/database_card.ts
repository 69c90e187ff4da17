import { type ComponentChild, h } from "preact";
import type { DatabaseStatus, StuckJobs } from "../../status.ts";
import type { View } from "../../view.ts";
import type { DatabaseWhy } from "../../why.ts";
import { STATES } from "../databases.ts";
import { addressOf } from "../place.ts";
import { SteerDatabase } from "../steering/steer_database.ts";
import { count, dateTime, since } from "../words.ts";
import { Facts } from "./facts.ts";
import { Reasons } from "./reasons.ts";

export interface DatabaseCardOptions {
  readonly why: DatabaseWhy;
  readonly view: View;
  readonly onChange: () => void;
}

/** A database: why its jobs do not run, and those of them of which nobody knows whether they do. */
export function DatabaseCard({ why, view, onChange }: DatabaseCardOptions): ComponentChild {
  const { database, reasons, status, nowMs } = why;
  return h(
    "div",
    null,
    h(Reasons, { reasons, none: "Nothing holds its jobs back." }),
    status && h(Facts, { facts: factsOf(status, nowMs) }),
    status && stuckOf("Stranded: enqueued, and nobody asks", database, status.stranded),
    status && stuckOf("May be dead: started long ago", database, status.suspectedDead),
    h(SteerDatabase, { why, view, onChange }),
  );
}

function factsOf(status: DatabaseStatus, nowMs: number): [string, ComponentChild][] {
  const [kind, text] = STATES[status.state] ?? ["idle", status.state];
  const { sinceMs, heardMs, waitingSinceMs, generation, inFlight, reason } = status;
  return [
    ["State", h("span", { class: `pill ${kind}` }, text)],
    ["Since", `${dateTime(sinceMs)}, for ${since(sinceMs, nowMs)}`],
    ["Because", reason],
    ["Add-on", generation],
    ["In the runner's hands", count(inFlight)],
    ["Heard", heardMs === null ? null : `${since(heardMs, nowMs)} ago`],
    ["Oldest waiting", waitingSinceMs === null ? null : since(waitingSinceMs, nowMs)],
  ];
}

function stuckOf(title: string, database: string, stuck: StuckJobs): ComponentChild {
  if (stuck.count === 0) return null;
  return h(
    "div",
    { key: title },
    h("h3", null, `${title} (${count(stuck.count)})`),
    h(
      "ul",
      { class: "history" },
      stuck.oldest.map(({ uuid, channel }) =>
        h(
          "li",
          { key: uuid },
          h("a", { href: addressOf({ kind: "job", database, uuid }) }, uuid),
          h("span", { class: "note" }, ` ${channel}`),
        )
      ),
    ),
  );
}
