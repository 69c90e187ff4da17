import { type Clock, SystemClock } from "../../src/clock.ts";
import { Dispatcher, type DispatcherOptions } from "../../src/dispatch/dispatcher.ts";
import type { AskedJob, Endpoint, Route } from "../../src/dispatch/endpoint.ts";

export const MODERN: Route = { path: "/queue_job/runjob", session: null };
export const WITH_SESSION: Route = { path: "/queue_job/runjob", session: "/queue_job/session" };
export const CONNECTOR: Route = { path: "/connector/runjob", session: "/web/login?db=" };

export function job(uuid: string, route: Route = MODERN, database = "shop"): AskedJob {
  return { database, uuid, route };
}

export function dispatcherAt(
  port: number,
  endpoint: Partial<Endpoint> = {},
  options: Partial<DispatcherOptions> & { readonly clock?: Clock } = {},
): Dispatcher {
  return new Dispatcher({
    endpoint: {
      scheme: "http",
      host: "127.0.0.1",
      port,
      user: null,
      password: null,
      ca: null,
      verify: true,
      ...endpoint,
    },
    clock: new SystemClock(),
    connectTimeoutMs: 5_000,
    ...options,
  });
}
