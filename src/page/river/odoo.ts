import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import { count } from "../words.ts";
import type { Placed } from "./layout.ts";
import { PIPE_Y } from "./streams.ts";

/** Where the water goes. */
export function Odoo(
  { view, root }: { readonly view: View; readonly root: Placed },
): ComponentChild {
  const { odoo, phase, inFlight } = view;
  const [kind, text] = phase !== "running"
    ? ["idle", phase === "standby" ? "another runner leads" : phase]
    : odoo.open
    ? ["open", `${count(inFlight.asked)} asked`]
    : ["away", "away"];
  return h(
    "div",
    {
      class: `odoo ${kind}`,
      style: { left: `${root.x + root.width + 40}px`, top: `${root.y + PIPE_Y}px` },
    },
    h("strong", null, "Odoo"),
    h("span", null, text),
  );
}
