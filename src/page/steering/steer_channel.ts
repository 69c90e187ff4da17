/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useState } from "preact/hooks";
import type { View } from "../../view.ts";
import type { ChannelWhy } from "../../why.ts";
import { useOrders } from "./order.ts";
import { PauseButton } from "./pause_button.ts";
import { useToken } from "./token.ts";

/** Pauses a channel, or gives it another capacity until the next start. */
export function SteerChannel({ why, view, onChange }: {
  readonly why: ChannelWhy;
  readonly view: View;
  readonly onChange: () => void;
}): ComponentChild {
  const token = useToken();
  const [channel] = why.path;
  if (!channel || !view.steering.enabled || token === "") return null;
  const { name, paused, capacity, sequential } = channel;
  const isChanged = why.changes.some((it) => it.kind === "capacity");
  return h(
    "div",
    { class: "steer" },
    h(PauseButton, {
      ...{ target: { channel: name }, name: "this channel", isPaused: paused, onChange },
    }),
    !sequential && h(Capacity, { name, capacity, isChanged, onChange }),
  );
}

function Capacity({ name, capacity, isChanged, onChange }: {
  readonly name: string;
  readonly capacity: number | null;
  /** It is not the one that is configured. */
  readonly isChanged: boolean;
  readonly onChange: () => void;
}): ComponentChild {
  const [text, setText] = useState(String(capacity ?? ""));
  const orders = useOrders();
  const give = async (wanted: number | null) => {
    if (await orders.give("capacity", { channel: name, capacity: wanted })) onChange();
  };
  const submit = (event: Event) => {
    event.preventDefault();
    give(Number(text));
  };
  return h(
    "form",
    { class: "inline", onSubmit: submit },
    h(
      "label",
      null,
      "Capacity until the next start",
      h("input", {
        ...{ type: "number", min: 1, max: 1_000_000, required: true, value: text },
        onInput: (event: Event) => setText((event.target as HTMLInputElement).value),
      }),
    ),
    h("button", { type: "submit", disabled: orders.isOnTheWay }, "Change"),
    isChanged && h("button", { type: "button", onClick: () => give(null) }, "As configured"),
    orders.problem !== null && h("span", { class: "problem", role: "alert" }, orders.problem),
  );
}
