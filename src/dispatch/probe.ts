import { brokenReason } from "./broken_reason.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HttpResult } from "./http_request.ts";

/**
 * Whether Odoo is there.
 *
 * - `up`: an HTTP answer came, whatever it says.
 * - `waiting`: connected, and no answer in time, as when no worker is free.
 * - `down`: no connection, or a proxy that says so.
 */
export type ProbeAnswer =
  | { readonly kind: "up" }
  | { readonly kind: "waiting" }
  | { readonly kind: "down"; readonly reason: string; readonly byProxy: boolean };

/**
 * Any HTTP answer to this shows that Odoo is there. It runs nothing, names no database, and is a
 * page without a login on 10.0 to 12.0; elsewhere it is not found. It lies below the path of the
 * jobs, so that a proxy treats it as it treats them: a page of the web client may come from a
 * cache, and the root from another server.
 */
export const PROBE_PATH = "/queue_job/session";

export function probeAnswerOf(result: HttpResult, endpoint: Endpoint): ProbeAnswer {
  switch (result.kind) {
    case "answered": {
      const { status } = result.answer;
      const byProxy = status === 502 || status === 503 || status === 504;
      return byProxy
        ? { kind: "down", reason: `a proxy answers ${status}`, byProxy }
        : { kind: "up" };
    }
    case "broken":
      return { kind: "down", reason: brokenReason(result.error, endpoint), byProxy: false };
    case "cancelled":
      if (result.sent) return { kind: "waiting" };
      return { kind: "down", reason: "no connection in time", byProxy: false };
  }
}
