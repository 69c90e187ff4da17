import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import type { ChannelWhy } from "../../why.ts";
import { addressOf } from "../place.ts";
import { SteerChannel } from "../steering/steer_channel.ts";
import { since } from "../words.ts";
import { Path } from "./path.ts";
import { Reasons } from "./reasons.ts";

export interface ChannelCardOptions {
  readonly why: ChannelWhy;
  readonly view: View;
  readonly onChange: () => void;
}

/** A channel: what a job that comes to it would wait for, and what runs in it. */
export function ChannelCard({ why, view, onChange }: ChannelCardOptions): ComponentChild {
  const { reasons, path, waitsAt, running, changes, nowMs } = why;
  return h(
    "div",
    null,
    h("p", { class: "note" }, "A job that comes to it now:"),
    h(Reasons, { reasons, none: "runs at once." }),
    changes.map(({ kind, text }) => h("p", { key: kind, class: "change" }, `${text}.`)),
    h(Path, { path, waitsAt, reasons }),
    running.length > 0 && h("h3", null, "What takes its places, the first of them"),
    running.length > 0 && h(
      "ul",
      { class: "history" },
      running.map(({ database, uuid, state, sinceMs }) =>
        h(
          "li",
          { key: `${database} ${uuid}` },
          h("a", { href: addressOf({ kind: "job", database, uuid }) }, uuid),
          h(
            "span",
            { class: "note" },
            ` of ${database}, ${state}${sinceMs === null ? "" : ` for ${since(sinceMs, nowMs)}`}`,
          ),
        )
      ),
    ),
    h(SteerChannel, { why, view, onChange }),
  );
}
