import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import { PauseButton } from "./pause_button.ts";
import { useToken } from "./token.ts";

/** Pauses a database. */
export function SteerDatabase({ database, view, onChange }: {
  readonly database: string;
  readonly view: View;
  readonly onChange: () => void;
}): ComponentChild {
  const token = useToken();
  if (!view.steering.enabled || token === "") return null;
  const target = { database };
  return h(
    "div",
    { class: "steer" },
    h(PauseButton, { target, name: "this database", view, onChange }),
  );
}
