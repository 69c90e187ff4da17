import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import { type JobAction, JobOrder, mayBeAtWork } from "./job_order.ts";
import { useToken } from "./token.ts";

/** Requeues or ends one job. */
export function SteerJob({ database, uuid, state, view, onChange }: {
  readonly database: string;
  readonly uuid: string;
  /** As it is shown. */
  readonly state: string;
  readonly view: View;
  readonly onChange: () => void;
}): ComponentChild {
  const token = useToken();
  if (!view.steering.enabled || token === "") return null;
  const chosenFor = (action: JobAction) => ({
    ...{ database, uuids: [uuid] },
    ...(action === "requeue" && mayBeAtWork(state) ? { states: [state] } : {}),
  });
  return h(JobOrder, { chosenFor, onChange });
}
