/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useRef, useState } from "preact/hooks";
import type { View } from "../../view.ts";
import { useWidth } from "../width.ts";
import { count } from "../words.ts";
import { ChannelBlock } from "./channel_block.ts";
import { flat, type Row } from "./channel_tree.ts";
import { heightOf, layoutOf, type Placed } from "./layout.ts";
import { Odoo } from "./odoo.ts";
import { Streams } from "./streams.ts";

export interface RiverTreeOptions {
  readonly row: Row;
  readonly view: View;
  readonly onFold: (row: Row) => void;
  readonly onMore: (row: Row) => void;
  readonly onOpen: (row: Row) => void;
}

const INDENT = 14;
const PADDING = 24;

/**
 * The picture, which is a tree for those who hear it or go through it with keys: up and down from
 * line to line, left and right fold, Enter opens a channel's card.
 */
export function RiverTree({ row, view, ...on }: RiverTreeOptions): ComponentChild {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [current, setCurrent] = useState("root");
  const layout = layoutOf(row, width);
  const rows = flat(row);
  const reached = rows.some((it) => keyOf(it) === current) ? current : keyOf(rows[0]!);
  const act = (it: Row) => it.left > 0 ? on.onMore(it) : on.onOpen(it);
  const step = (event: KeyboardEvent, it: Row) => {
    const to = nextOf(event.key, rows, it);
    if (event.key === "Enter" || event.key === " ") act(it);
    else if (to === "fold") on.onFold(it);
    else if (to) focusOn(box.current!, setCurrent, keyOf(to));
    else return;
    event.preventDefault();
  };
  const item = (placed: Placed) => {
    const { row: it } = placed;
    const blockWidth = layout.isWide ? placed.width : width - INDENT * (it.level - 1);
    return h(
      "div",
      {
        key: keyOf(it),
        ...{ role: "treeitem", "aria-level": it.level, "data-row": keyOf(it) },
        ...(canFold(it) ? { "aria-expanded": !it.isFolded } : {}),
        tabIndex: keyOf(it) === reached ? 0 : -1,
        class: it.left > 0 ? "item more" : "item",
        style: styleOf(placed, layout.isWide),
        onKeyDown: (event: KeyboardEvent) => step(event, it),
        onFocus: () => setCurrent(keyOf(it)),
        onClick: () => act(it),
      },
      it.left > 0 ? h("span", null, moreOf(it)) : h(ChannelBlock, {
        ...{ row: it, nowMs: view.nowMs, steering: view.steering },
        width: Math.max(0, blockWidth - (layout.isWide ? 0 : PADDING)),
        onFold: () => on.onFold(it),
      }),
    );
  };
  const isOpen = view.phase === "running" && view.odoo.open;
  return h(
    "div",
    { ref: box, class: layout.isWide ? "picture wide" : "picture lines" },
    layout.isWide && h(Streams, { layout, isOpen }),
    h("div", {
      ...{ role: "tree", "aria-label": "Channels" },
      style: layout.isWide ? { height: `${layout.height}px` } : {},
    }, width > 0 ? layout.placed.map(item) : []),
    layout.isWide && h(Odoo, { view, root: layout.placed[0]! }),
  );
}

function keyOf({ node, left }: Row): string {
  return left > 0 ? `${node.channel.name} and others` : node.channel.name;
}

function canFold({ node, left }: Row): boolean {
  return left === 0 && node.channel.below > 0;
}

function moreOf({ left }: Row): string {
  return `and ${count(left)} more`;
}

function styleOf({ row, x, y, width, height }: Placed, isWide: boolean): Record<string, string> {
  if (!isWide) {
    return { marginLeft: `${INDENT * (row.level - 1)}px`, minHeight: `${heightOf(row)}px` };
  }
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}

/** Where a key leads to. */
function nextOf(key: string, rows: readonly Row[], row: Row): Row | "fold" | undefined {
  const at = rows.indexOf(row);
  const isOpen = canFold(row) && !row.isFolded;
  if (key === "ArrowDown") return rows[at + 1];
  if (key === "ArrowUp") return rows[at - 1];
  if (key === "Home") return rows[0];
  if (key === "End") return rows.at(-1);
  if (key === "ArrowRight") return isOpen ? row.rows[0] : canFold(row) ? "fold" : undefined;
  if (key === "ArrowLeft") return isOpen ? "fold" : rows.find((it) => it.rows.includes(row));
  return undefined;
}

function focusOn(box: HTMLElement, setCurrent: (key: string) => void, key: string): void {
  setCurrent(key);
  const items = [...box.querySelectorAll<HTMLElement>("[data-row]")];
  items.find((it) => it.dataset["row"] === key)?.focus();
}
