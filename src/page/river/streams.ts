import { type ComponentChild, h } from "preact";
import type { Layout, Placed } from "./layout.ts";
import { type Water, waterOf } from "./water.ts";

/** Where the pipe lies in a block, from its upper edge. */
export const PIPE_Y = 39;

/** The water between the channels: from each to the one that it flows into, and out of root. */
export function Streams({ layout, isOpen }: { layout: Layout; isOpen: boolean }): ComponentChild {
  const { placed, width, height } = layout;
  const byName = new Map(placed.filter(isChannel).map((it) => [it.row.node.channel.name, it]));
  const inlets = inletsOf(placed);
  const streams = placed.filter(isChannel).map((from) => {
    const { channel } = from.row.node;
    const into = channel.parent === null ? undefined : byName.get(channel.parent);
    return into
      ? stream(channel.name, waterOf(channel), curve(from, into, inlets.get(channel.name)!))
      : mouth(from, isOpen);
  });
  return h("svg", { class: "streams", width, height, "aria-hidden": "true" }, streams);
}

function isChannel({ row }: Placed): boolean {
  return row.left === 0;
}

interface Inlet {
  readonly y: number;
  readonly share: number;
}

/** Beside each other at the parent's edge, as thick as there is room. */
function inletsOf(placed: readonly Placed[]): Map<string, Inlet> {
  const inlets = new Map<string, Inlet>();
  for (const into of placed) {
    const from = placed.filter((it) =>
      isChannel(it) && it.row.node.channel.parent === into.row.node.channel.name
    );
    if (!isChannel(into) || from.length === 0) continue;
    const thicknesses = from.map((it) => waterOf(it.row.node.channel).thickness);
    const sum = thicknesses.reduce((all, it) => all + it, 0);
    const share = Math.min(1, 26 / sum);
    let y = into.y + PIPE_Y - sum * share / 2;
    for (const [index, it] of from.entries()) {
      const half = thicknesses[index]! * share / 2;
      inlets.set(it.row.node.channel.name, { y: y + half, share });
      y += 2 * half;
    }
  }
  return inlets;
}

interface Curve {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** How much thinner it is at its end. */
  readonly share: number;
}

function curve(from: Placed, into: Placed, { y, share }: Inlet): Curve {
  return { x1: from.x + from.width, y1: from.y + PIPE_Y, x2: into.x, y2: y, share };
}

function stream(key: string, water: Water, it: Curve): ComponentChild {
  const { thickness, fill } = water;
  const full = band(it, thickness, 1);
  return h("g", { key, class: water.isUnlimited ? "stream unlimited" : "stream" }, [
    h("path", { class: "banks", d: full }),
    fill > 0 && h("path", { class: "flow", d: band(it, thickness, fill) }),
    fill > 0 && it.share > 0.7 && h("path", { class: "ripple", d: middle(it, thickness, fill) }),
  ]);
}

/** Between an upper and a lower curve; the water lies at the bottom of the pipe. */
function band({ x1, y1, x2, y2, share }: Curve, thickness: number, fill: number): string {
  const bend = (x2 - x1) * 0.5;
  const half = thickness / 2;
  const [low1, low2] = [y1 + half, y2 + half * share];
  const [top1, top2] = [low1 - thickness * fill, low2 - thickness * fill * share];
  return `M${x1} ${top1}C${x1 + bend} ${top1} ${x2 - bend} ${top2} ${x2} ${top2}` +
    `V${low2}C${x2 - bend} ${low2} ${x1 + bend} ${low1} ${x1} ${low1}Z`;
}

/** Of its water. */
function middle({ x1, x2, share, ...it }: Curve, thickness: number, fill: number): string {
  const bend = (x2 - x1) * 0.5;
  const down = thickness * (1 - fill) / 2;
  const [y1, y2] = [it.y1 + down, it.y2 + down * share];
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Out of root, to Odoo. */
function mouth(root: Placed, isOpen: boolean): ComponentChild {
  const water = waterOf(root.row.node.channel);
  const x1 = root.x + root.width;
  const y = root.y + PIPE_Y;
  const it = { x1, y1: y, x2: x1 + 40, y2: y, share: 1 };
  return isOpen ? stream("mouth", water, it) : stream("mouth", { ...water, fill: 0 }, it);
}
