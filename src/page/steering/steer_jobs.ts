import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import { JobOrder } from "./job_order.ts";
import { useToken } from "./token.ts";

/** Requeues or ends all jobs that a search means, not only those that it shows. */
export function SteerJobs({ filter, view, onChange }: {
  readonly filter: { readonly database: string; readonly channel: string; readonly state: string };
  readonly view: View;
  readonly onChange: () => void;
}): ComponentChild {
  const token = useToken();
  if (!view.steering.enabled || token === "") return null;
  const { database, channel, state } = filter;
  if (database === "" || state === "") {
    return h("p", { class: "note" }, "With a database and a state, all such jobs can be changed.");
  }
  const chosen = { database, states: [state], ...(channel === "" ? {} : { channel }) };
  return h(
    "div",
    null,
    h("h3", null, "All that were searched for"),
    h(JobOrder, { chosen, onChange }),
  );
}
