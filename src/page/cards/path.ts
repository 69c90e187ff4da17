import { type ComponentChild, h } from "preact";
import type { PathChannel, WaitReason } from "../../scheduler/explanation.ts";
import type { ToldReason } from "../../why.ts";
import { addressOf } from "../place.ts";
import { count } from "../words.ts";

/** The way of a job through the channels down to root: where it waits, and what is closed. */
export function Path(
  { path, waitsAt, reasons }: {
    readonly path: readonly PathChannel[];
    readonly waitsAt: string | null;
    readonly reasons: readonly ToldReason[];
  },
): ComponentChild {
  if (path.length === 0) return null;
  return h(
    "ol",
    { class: "path", "aria-label": "Its way through the channels" },
    path.map((channel) => {
      const { name } = channel;
      const closed = reasons.filter((it) => "channel" in it && it.channel === name);
      const isHere = name === waitsAt;
      return h(
        "li",
        { key: name, class: closed.length > 0 ? "closed" : "open" },
        h("a", { href: addressOf({ kind: "channel", channel: name }) }, name),
        h("span", { class: "note" }, ` ${numbersOf(channel)}`),
        isHere && h("strong", { class: "here" }, "waits here"),
        closed.map((it) => h("span", { key: it.kind, class: "pill bad" }, CLOSED[it.kind])),
      );
    }),
    h("li", { key: "Odoo", class: "open" }, "Odoo"),
  );
}

/** What runs, waits and has failed is the channel's own; places are taken by others as well. */
function numbersOf({ taken, capacity, running, waiting, failed }: PathChannel): string {
  return [
    `${count(taken)} of ${capacity === null ? "∞" : count(capacity)} places taken`,
    ...running > 0 ? [`${count(running)} running`] : [],
    `${count(waiting)} waiting`,
    ...failed > 0 ? [`${count(failed)} failed`] : [],
  ].join(", ");
}

const CLOSED: Readonly<Record<string, string>> = {
  eta: "not due",
  paused: "paused",
  full: "full",
  failed: "stopped by a failed job",
  throttled: "throttled for now",
  order: "others go first",
} satisfies Record<WaitReason["kind"], string>;
