import { type Clock, SystemClock } from "../../src/clock.ts";
import { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import type { AskedJob, Endpoint, Route } from "../../src/dispatch/endpoint.ts";
import type { OdooServerOptions } from "../../src/dispatch/odoo_server.ts";

export const MODERN: Route = { path: "/queue_job/runjob", session: null };
export const WITH_SESSION: Route = { path: "/queue_job/runjob", session: "/queue_job/session" };
export const CONNECTOR: Route = { path: "/connector/runjob", session: "/web/login?db=" };

export function job(uuid: string, route: Route = MODERN, database = "shop"): AskedJob {
  return { database, uuid, route };
}

export function endpointAt(port: number, endpoint: Partial<Endpoint> = {}): Endpoint {
  const noPassword = { user: null, password: null, ca: null, verify: true };
  return { scheme: "http", host: "127.0.0.1", port, ...noPassword, ...endpoint };
}

export function dispatcherAt(
  port: number,
  endpoint: Partial<Endpoint> = {},
  options: Partial<OdooServerOptions> & { readonly clock?: Clock } = {},
): Dispatcher {
  return new Dispatcher({
    endpoint: endpointAt(port, endpoint),
    clock: new SystemClock(),
    connectTimeoutMs: 5_000,
    ...options,
  });
}
