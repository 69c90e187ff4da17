import { type ComponentChild, h } from "preact";
import { useState } from "preact/hooks";
import type { JobsChanged } from "../../steering.ts";
import { counted } from "../words.ts";
import { useOrders } from "./order.ts";

/** Jobs that are meant: by name, or by what is true of them. */
export type Chosen =
  & { readonly database: string }
  & (
    | { readonly uuids: readonly string[] }
    | { readonly channel?: string; readonly states: readonly string[] }
  );

export type JobAction = "requeue" | "cancel" | "done";

const ACTIONS: readonly (readonly [JobAction, string, string])[] = [
  ["requeue", "Requeue", "set back to pending"],
  ["cancel", "Cancel", "cancel"],
  ["done", "Set done", "set to done"],
];

/** What would be done. */
interface Plan {
  readonly action: JobAction;
  /** Jobs that are chosen now. */
  readonly expected: number;
  readonly refusedCount: number;
}

/** Buttons that change jobs: first they ask how many that are, then whether they should. */
export function JobOrder({ chosen, onChange }: {
  readonly chosen: Chosen;
  readonly onChange: () => void;
}): ComponentChild {
  const orders = useOrders();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const look = async (action: JobAction) => {
    setTold(null);
    const answer = await orders.give<JobsChanged>("jobs", { action, ...chosen, dryRun: true });
    if (!answer) return setPlan(null);
    const { chosen: expected, refusedCount } = answer;
    if (expected > refusedCount) return setPlan({ action, expected, refusedCount });
    setPlan(null);
    setTold(answer.refused[0]?.reason ?? "There is no such job any more.");
  };
  const carryOut = async () => {
    if (!plan) return;
    const { action, expected } = plan;
    setPlan(null);
    const answer = await orders.give<JobsChanged>("jobs", { action, ...chosen, expected });
    if (!answer) return;
    const { changed, refused } = answer;
    const others = refused.length === 0 ? "" : `; refused: ${refused[0]!.reason}`;
    setTold(`${counted(changed, "job")} changed${others}.`);
    onChange();
  };
  const words = ACTIONS.find(([it]) => it === plan?.action)?.[2];
  return h(
    "div",
    { class: "steer" },
    ACTIONS.map(([action, label]) =>
      h("button", {
        key: action,
        ...{ type: "button", disabled: orders.isOnTheWay, onClick: () => look(action) },
      }, label)
    ),
    plan && h(
      "p",
      { class: "confirm", role: "alert" },
      `${counted(plan.expected - plan.refusedCount, "job")}: ${words}? `,
      plan.refusedCount > 0 && `${counted(plan.refusedCount, "other")} cannot be. `,
      h("button", { type: "button", class: "main", onClick: carryOut }, "Yes"),
      h("button", { type: "button", onClick: () => setPlan(null) }, "No"),
    ),
    told !== null && h("p", { class: "note", role: "status" }, told),
    orders.problem !== null && h("p", { class: "problem", role: "alert" }, orders.problem),
  );
}
