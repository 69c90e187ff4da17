import { type ComponentChild, h } from "preact";
import { useOrders } from "./order.ts";

export type Target =
  | { readonly everything: true }
  | { readonly channel: string }
  | { readonly database: string };

export interface PauseButtonOptions {
  readonly target: Target;
  /** In words. */
  readonly name: string;
  readonly isPaused: boolean;
  readonly onChange?: () => void;
}

/** Pauses, or resumes what is paused. */
export function PauseButton(options: PauseButtonOptions): ComponentChild {
  const { target, name, isPaused, onChange = () => {} } = options;
  const orders = useOrders();
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
