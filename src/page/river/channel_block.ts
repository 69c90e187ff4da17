import { type ComponentChild, h } from "preact";
import type { OverviewChannel } from "../../view.ts";
import { count, counted, short, since } from "../words.ts";
import { Band } from "./band.ts";
import { isActive, type Row } from "./channel_tree.ts";
import { waterOf } from "./water.ts";

export interface BlockOptions {
  readonly row: Row;
  /** Of the drawing in it. */
  readonly width: number;
  readonly nowMs: number;
  /** Who has paused it, if an operator has. */
  readonly pausedBy: string | null;
  readonly onFold: () => void;
}

/** A channel with its numbers. */
export function ChannelBlock(options: BlockOptions): ComponentChild {
  const { row, width, nowMs, pausedBy, onFold } = options;
  const { node, isFolded } = row;
  const { channel } = node;
  const canFold = node.children.length > 0 || channel.below > 0;
  return h(
    "div",
    { class: isActive(node) ? "block" : "block quiet" },
    h(
      "div",
      { class: "head" },
      canFold && h("span", {
        class: "fold",
        "aria-hidden": "true",
        onClick: (event: Event) => {
          event.stopPropagation();
          onFold();
        },
      }, isFolded ? "▸" : "▾"),
      h("span", { class: "name", title: channel.name }, node.label),
      isFolded && h("span", { class: "below" }, `+${count(channel.below)}`),
      marksOf(channel, pausedBy).map((it) => h("span", { key: it, class: "mark" }, it)),
      h("span", { class: "places" }, placesOf(channel)),
    ),
    h(Band, { water: waterOf(channel), width }),
    isActive(node) && h("div", { class: "numbers" }, numbersOf(channel, nowMs)),
  );
}

function placesOf({ allRunning, capacity }: OverviewChannel): string {
  if (capacity === null) return allRunning === 0 ? "∞" : `${count(allRunning)} of ∞`;
  return `${count(allRunning)} of ${count(capacity)}`;
}

export function marksOf(channel: OverviewChannel, pausedBy: string | null): string[] {
  const { paused, sequential, throttle } = channel;
  return [
    ...(pausedBy !== null ? [`paused by ${pausedBy}`] : paused ? ["paused"] : []),
    ...(sequential ? ["one by one"] : []),
    ...(throttle !== null ? [`every ${throttle} s`] : []),
  ];
}

function numbersOf(channel: OverviewChannel, nowMs: number): ComponentChild[] {
  const { waiting, failed, parked, allWaiting, allFailed, waitingSinceMs } = channel;
  const age = waitingSinceMs === null ? "" : `, ${since(waitingSinceMs, nowMs)}`;
  const shown: [string, string][] = [];
  if (waiting > 0) shown.push(["waits", `${short(waiting)} waiting${age}`]);
  else if (allWaiting > 0) shown.push(["above", `${short(allWaiting)} waiting above`]);
  if (failed > 0) shown.push(["failed", `${short(failed)} failed`]);
  else if (allFailed > 0) shown.push(["above", `${short(allFailed)} failed above`]);
  if (parked > 0) shown.push(["parked", `${short(parked)} for others`]);
  return shown.map(([kind, text]) => h("span", { key: text, class: kind }, text));
}

/** The same for those who listen. */
export function spoken(row: Row, nowMs: number, pausedBy: string | null): string {
  const { channel, label } = row.node;
  const { capacity, allRunning, allWaiting, allFailed, waitingSinceMs, waiting } = channel;
  const places = capacity === null ? "no limit" : `capacity ${capacity}`;
  const oldest = waitingSinceMs === null || waiting === 0
    ? ""
    : `, the oldest of its own for ${since(waitingSinceMs, nowMs)}`;
  return [
    `${label}: ${places}`,
    ...marksOf(channel, pausedBy),
    `${count(allRunning)} running`,
    `${count(allWaiting)} waiting${oldest}`,
    ...(allFailed > 0 ? [`${count(allFailed)} failed`] : []),
    ...(row.isFolded ? [counted(channel.below, "channel") + " folded"] : []),
  ].join(", ");
}
