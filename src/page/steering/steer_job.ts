import { type ComponentChild, h } from "preact";
import type { View } from "../../view.ts";
import { JobOrder } from "./job_order.ts";
import { useToken } from "./token.ts";

/** Requeues or ends one job. */
export function SteerJob({ database, uuid, view, onChange }: {
  readonly database: string;
  readonly uuid: string;
  readonly view: View;
  readonly onChange: () => void;
}): ComponentChild {
  const token = useToken();
  if (!view.steering.enabled || token === "") return null;
  return h(JobOrder, { chosen: { database, uuids: [uuid] }, onChange });
}
