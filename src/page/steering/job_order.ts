import { type ComponentChild, h } from "preact";
import { useState } from "preact/hooks";
import type { JobsChanged } from "../../steering.ts";
import { counted } from "../words.ts";
import { useOrders } from "./order.ts";

/** Jobs that are meant: by name, or by what is true of them. */
export type Chosen =
  & { readonly database: string; readonly states?: readonly string[] }
  & (
    | { readonly uuids: readonly string[] }
    | { readonly channel?: string; readonly olderThanSeconds?: number }
  );

export type JobAction = "requeue" | "cancel" | "done";

const ACTIONS: readonly (readonly [JobAction, string, string])[] = [
  ["requeue", "Requeue", "set back to pending"],
  ["cancel", "Cancel", "cancel"],
  ["done", "Set done", "set to done"],
];

const RISK = "One that is still at work, which nobody can know, may run twice.";

/** What would be done. */
interface Plan {
  readonly action: JobAction;
  /** Jobs that are chosen now. */
  readonly expected: number;
  readonly refusedCount: number;
  readonly mayRunTwice: number;
}

/** Whether a job that has this state may be at work: then it is requeued only for who says so. */
export function mayBeAtWork(state: string): boolean {
  return state === "enqueued" || state === "started";
}

/** Buttons that change jobs: first they ask how many that are, then whether they should. */
export function JobOrder({ chosenFor, onChange }: {
  readonly chosenFor: (action: JobAction) => Chosen;
  readonly onChange: () => void;
}): ComponentChild {
  const orders = useOrders();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const look = async (action: JobAction) => {
    setTold(null);
    const wanted = { action, ...chosenFor(action) };
    const answer = await orders.give<JobsChanged>("jobs", { ...wanted, dryRun: true });
    if (!answer) return setPlan(null);
    const { chosen: expected, refusedCount, mayRunTwice } = answer;
    if (expected > refusedCount) return setPlan({ action, expected, refusedCount, mayRunTwice });
    setPlan(null);
    setTold(answer.refused[0]?.reason ?? "There is no such job any more.");
  };
  const carryOut = async () => {
    if (!plan) return;
    const { action, expected } = plan;
    setPlan(null);
    const wanted = { action, ...chosenFor(action) };
    const answer = await orders.give<JobsChanged>("jobs", { ...wanted, expected });
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
      plan.mayRunTwice > 0 && h("span", { class: "problem" }, RISK),
      h("button", { type: "button", class: "main", onClick: carryOut }, "Yes"),
      h("button", { type: "button", onClick: () => setPlan(null) }, "No"),
    ),
    told !== null && h("p", { class: "note", role: "status" }, told),
    orders.problem !== null && h("p", { class: "problem", role: "alert" }, orders.problem),
  );
}
