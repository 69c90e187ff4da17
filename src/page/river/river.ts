/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useState } from "preact/hooks";
import type { FoundChannels, View } from "../../view.ts";
import { useFound } from "../found.ts";
import { goTo } from "../place.ts";
import { count, counted } from "../words.ts";
import { type Choice, type Row, rowsOf, treeOf } from "./channel_tree.ts";
import { RiverTree } from "./river_tree.ts";

/** The channels as water that flows from each into the one above it, down to root and Odoo. */
export function River({ view }: { readonly view: View }): ComponentChild {
  const [search, setSearch] = useState("");
  const [choice, setChoice] = useState(FIRST_CHOICE);
  const found = useFound<FoundChannels>("channels", search, view.nowMs);
  const root = treeOf(found?.channels ?? view.channels);
  const row = root && rowsOf(root, { ...choice, isSearch: found !== null });
  const toggle = (kind: "folded" | "whole", name: string) => {
    const names = new Set(choice[kind]);
    if (!names.delete(name)) names.add(name);
    setChoice({ ...choice, [kind]: names });
  };
  // Those that the view does not have can only be searched for.
  const more = ({ node: { channel } }: Row) =>
    choice.whole.has(channel.name) ? setSearch(`${channel.name}.`) : toggle("whole", channel.name);
  return h(
    "section",
    { class: "card river", "aria-labelledby": "river" },
    h(
      "div",
      { class: "bar" },
      h("h2", { id: "river" }, "Channels"),
      h("input", {
        type: "search",
        ...{ placeholder: "Find a channel", "aria-label": "Find a channel", value: search },
        onInput: (event: Event) => setSearch((event.target as HTMLInputElement).value),
      }),
      h(
        "label",
        { class: "tick" },
        h("input", {
          type: "checkbox",
          checked: choice.onlyActive,
          onChange: () => setChoice({ ...choice, onlyActive: !choice.onlyActive }),
        }),
        "only those with jobs",
      ),
      h("p", { class: "note", role: "status" }, noteOf(view, search, found?.count ?? null)),
    ),
    row
      ? h(RiverTree, {
        ...{ row, view },
        onFold: ({ node }) => toggle("folded", node.channel.name),
        onMore: more,
        onOpen: ({ node }) => goTo({ kind: "channel", channel: node.channel.name }),
      })
      : h(
        "p",
        { class: "empty" },
        search === "" ? "No channels yet." : "No channel has this name.",
      ),
  );
}

const FIRST_CHOICE: Omit<Choice, "isSearch"> = {
  folded: new Set(),
  whole: new Set(),
  onlyActive: false,
};

function noteOf({ channels, channelCount }: View, search: string, found: number | null): string {
  if (search !== "" && found !== null) return `${counted(found, "channel")} found`;
  const isAll = channels.length >= channelCount;
  return isAll
    ? counted(channelCount, "channel")
    : `the fullest of ${count(channelCount)} channels; others by their name`;
}
