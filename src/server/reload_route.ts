import type { Hono } from "hono";
import type { Reloaded } from "../settings_status.ts";
import type { SteerGuard } from "./steer_guard.ts";
import { refuseOthers } from "./steer_routes.ts";

/**
 * Adds `POST /steer/reload`, which reads the settings again, as SIGHUP does. It takes `{}`, and is
 * answered with what became of it (`Reloaded`), also where it was refused.
 */
export function routeReload(app: Hono, guard: SteerGuard, reload: () => Reloaded): void {
  guard.post(app, "/steer/reload", (body) => {
    refuseOthers(body, "{}");
    const answer = reload();
    const { refused, changed } = answer;
    const count = refused.length > 0 ? "refused" : `${changed.length} changed`;
    return { did: `settings read again, ${count}`, answer };
  });
}
