import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import { useOrders } from "./order.ts";

export type Target =
  | { readonly everything: true }
  | { readonly channel: string }
  | { readonly database: string };

export interface PauseButtonOptions {
  readonly target: Target;
  /** In words. */
  readonly name: string;
  readonly view: View;
  /** Paused by the channel string. */
  readonly isPaused?: boolean;
  readonly onChange?: () => void;
}

/** Pauses, or resumes what is paused. */
export function PauseButton(options: PauseButtonOptions): ComponentChild {
  const { target, name, view, onChange = () => {} } = options;
  const orders = useOrders();
  const isPaused = (options.isPaused ?? false) ||
    view.steering.paused.some((it) => isAbout(target, it));
  const give = async () => {
    if (await orders.give(isPaused ? "resume" : "pause", target)) onChange();
  };
  return h(
    "span",
    null,
    h(
      "button",
      { type: "button", onClick: give, disabled: orders.isOnTheWay },
      isPaused ? `Resume ${name}` : `Pause ${name}`,
    ),
    orders.problem !== null && h("span", { class: "problem", role: "alert" }, orders.problem),
  );
}

function isAbout(target: Target, it: View["steering"]["paused"][number]): boolean {
  if ("everything" in target) return it.what === "everything";
  if ("channel" in target) return it.what === "channel" && it.name === target.channel;
  return it.what === "database" && it.name === target.database;
}
