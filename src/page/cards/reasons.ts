import { type ComponentChild, type ComponentChildren, h } from "preact";
import type { ToldReason } from "../../why.ts";
import { addressOf } from "../place.ts";

/** Why, in sentences: what weighs most first. */
export function Reasons(
  { reasons, none, database }: {
    readonly reasons: readonly ToldReason[];
    readonly none: string;
    readonly database?: string;
  },
): ComponentChild {
  if (reasons.length === 0) return h("p", { class: "answer" }, none);
  return h(
    "ul",
    { class: "answer" },
    reasons.map((it) => h("li", { key: it.text }, it.text, linkOf(it, database))),
  );
}

/** To the job that goes before, those that close the channel, and those that it depends on. */
function linkOf(reason: ToldReason, database: string | undefined): ComponentChildren {
  if (reason.kind === "order") return link(reason.first.database, reason.first.uuid, "show it");
  if (reason.kind === "failed" && reason.first) {
    return link(reason.first.database, reason.first.uuid, "show it");
  }
  // The card of a channel lists these by itself.
  if (database === undefined) return null;
  if (reason.kind === "full") {
    return reason.running?.map((it) => link(it.database, it.uuid, it.uuid));
  }
  if (reason.kind === "dependencies") {
    return reason.parents.map(({ uuid }) => link(database, uuid, uuid));
  }
  return null;
}

function link(database: string, uuid: string, text: string): ComponentChild {
  return h("a", { key: uuid, href: addressOf({ kind: "job", database, uuid }) }, ` ${text}`);
}
