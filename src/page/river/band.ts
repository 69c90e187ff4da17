import { type ComponentChild, h } from "preact";
import type { Water } from "./water.ts";

const HEIGHT = 34;
const MIDDLE = HEIGHT / 2;
/** The tank takes this part of the width. */
const TANK = 0.42;

/** One channel: the tank in which jobs wait, the gate, and the pipe in which they run. */
export function Band({ water, width }: { water: Water; width: number }): ComponentChild {
  const gate = Math.round(width * TANK);
  const { thickness, fill, level, isUnlimited, isClosed } = water;
  const top = MIDDLE - thickness / 2;
  const full = HEIGHT * level;
  return h(
    "svg",
    {
      class: isUnlimited ? "band unlimited" : "band",
      ...{ width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" },
    },
    h("rect", { class: "tank", x: 0, y: 0, width: gate, height: HEIGHT, rx: 5 }),
    level > 0 && h("path", { class: "waiting", d: pool(gate, HEIGHT - full) }),
    h("rect", { class: "banks", x: gate, y: top, width: width - gate, height: thickness }),
    fill > 0 && h("rect", {
      class: "flow",
      ...{ x: gate, y: top + thickness * (1 - fill), width: width - gate },
      height: thickness * fill,
    }),
    fill > 0 &&
      h("path", { class: "ripple", d: `M${gate} ${top + thickness * (1 - fill / 2)}H${width}` }),
    h("path", {
      class: "gate",
      d: `M${gate} 0V${top}M${gate} ${top + thickness}V${HEIGHT}`,
    }),
    isClosed && h("path", { class: "gate closed", d: `M${gate} ${top}V${top + thickness}` }),
  );
}

/** What waits, with a calm surface; the corners are the tank's. */
function pool(width: number, y: number): string {
  const wave = Math.min(2, y);
  const quarter = width / 4;
  return `M0 ${y}q${quarter / 2} ${-wave} ${quarter} 0t${quarter} 0t${quarter} 0t${quarter} 0` +
    `V${HEIGHT}H5q-5 0 -5 -5Z`;
}
