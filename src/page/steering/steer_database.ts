import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import type { DatabaseWhy } from "../../why.ts";
import { PauseButton } from "./pause_button.ts";
import { useToken } from "./token.ts";

/** Pauses a database. */
export function SteerDatabase({ why, view, onChange }: {
  readonly why: DatabaseWhy;
  readonly view: View;
  readonly onChange: () => void;
}): ComponentChild {
  const token = useToken();
  const { database, status, reasons } = why;
  const isPaused = reasons.some((it) => it.kind === "pausedBy" && it.what === "database");
  // What is not served can only be resumed.
  if (!view.steering.enabled || token === "" || (status === null && !isPaused)) return null;
  const target = { database };
  return h(
    "div",
    { class: "steer" },
    h(PauseButton, { target, name: "this database", isPaused, onChange }),
  );
}
