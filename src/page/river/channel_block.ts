import { type ComponentChild, h } from "preact";
import { steeredNotes } from "../../sentences.ts";
import type { OverviewChannel, SteeringView } from "../../view.ts";
import { count, short, since } from "../words.ts";
import { Band } from "./band.ts";
import { isActive, type Row } from "./channel_tree.ts";
import { waterOf } from "./water.ts";

export interface BlockOptions {
  readonly row: Row;
  /** Of the drawing in it. */
  readonly width: number;
  readonly nowMs: number;
  readonly steering: SteeringView;
  readonly onFold: () => void;
}

/** A channel with its numbers. */
export function ChannelBlock(options: BlockOptions): ComponentChild {
  const { row, width, nowMs, steering, onFold } = options;
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
      isFolded && h(
        "span",
        { class: "below" },
        `+${count(channel.below)}`,
        h("span", { class: "unseen" }, " folded"),
      ),
      marksOf(channel, steering).map((it) => h("span", { key: it, class: "mark", title: it }, it)),
      h("span", { class: "places" }, placesOf(channel), h("span", { class: "unseen" }, " running")),
    ),
    h(Band, { water: waterOf(channel), width }),
    isActive(node) && h("div", { class: "numbers" }, numbersOf(row, nowMs)),
  );
}

function placesOf({ allRunning, capacity }: OverviewChannel): string {
  if (capacity === null) return allRunning === 0 ? "∞" : `${count(allRunning)} of ∞`;
  return `${count(allRunning)} of ${count(capacity)}`;
}

function marksOf(channel: OverviewChannel, steering: SteeringView): string[] {
  const { sequential, throttle } = channel;
  return [
    ...steeredNotes(channel, steering),
    ...(sequential ? ["one by one"] : []),
    ...(throttle !== null ? [`every ${throttle} s`] : []),
  ];
}

function numbersOf({ node: { channel }, isFolded }: Row, nowMs: number): ComponentChild[] {
  const { waiting, failed, parked, allWaiting, allFailed, waitingSinceMs } = channel;
  const age = waitingSinceMs === null ? "" : `, ${since(waitingSinceMs, nowMs)}`;
  const upstream = [
    ...(allWaiting > waiting ? [`${short(allWaiting - waiting)} waiting`] : []),
    ...(allFailed > failed ? [`${short(allFailed - failed)} failed`] : []),
  ];
  const shown: [string, string][] = [];
  if (waiting > 0) shown.push(["waits", `${short(waiting)} waiting${age}`]);
  if (failed > 0) shown.push(["failed", `${short(failed)} failed`]);
  if (parked > 0) shown.push(["parked", `${short(parked)} for others`]);
  // Beside its own there is no room, and what is upstream can be seen.
  if (upstream.length > 0 && (isFolded || waiting === 0)) {
    shown.push(["upstream", `upstream: ${upstream.join(", ")}`]);
  }
  return shown.map(([kind, text]) => h("span", { key: kind, class: kind }, text));
}
