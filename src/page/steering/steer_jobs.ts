/// <reference lib="dom" />
import { type ComponentChild, h } from "preact";
import { useState } from "preact/hooks";
import type { View } from "../../view.ts";
import { JobOrder, mayBeAtWork } from "./job_order.ts";
import { useToken } from "./token.ts";

/** Requeues or ends all jobs that a search means, not only those that it shows. */
export function SteerJobs({ filter, view, onChange }: {
  readonly filter: { readonly database: string; readonly channel: string; readonly state: string };
  readonly view: View;
  readonly onChange: () => void;
}): ComponentChild {
  const token = useToken();
  const [minutes, setMinutes] = useState("");
  if (!view.steering.enabled || token === "") return null;
  const { database, channel, state } = filter;
  if (database === "" || state === "") {
    return h("p", { class: "note" }, "With a database and a state, all such jobs can be changed.");
  }
  const wantsAge = mayBeAtWork(state);
  const isTold = !wantsAge || Number(minutes) > 0;
  const chosen = {
    ...{ database, states: [state] },
    ...(channel === "" ? {} : { channel }),
    ...(wantsAge ? { olderThanSeconds: 60 * Number(minutes) } : {}),
  };
  return h(
    "div",
    null,
    h("h3", null, "All that were searched for"),
    wantsAge && h(Age, { state, minutes, onInput: setMinutes }),
    // Others are meant by another age: what was asked for the one before is void.
    isTold && h(JobOrder, { key: minutes, chosenFor: () => chosen, onChange }),
  );
}

/** Which of the jobs that may be at work are meant. */
function Age({ state, minutes, onInput }: {
  readonly state: string;
  readonly minutes: string;
  readonly onInput: (minutes: string) => void;
}): ComponentChild {
  return h(
    "div",
    { class: "steer" },
    h(
      "label",
      null,
      `Only those ${state} for more minutes than any job takes`,
      h("input", {
        ...{ type: "number", min: 1, max: 1_000_000, value: minutes },
        onInput: (event: Event) => onInput((event.target as HTMLInputElement).value),
      }),
    ),
  );
}
