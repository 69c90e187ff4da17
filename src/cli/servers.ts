import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { stackOf } from "../runner/containment.ts";
import type { ConnectorRunner } from "../runner/connector_runner.ts";
import type { LiveSettings } from "./live_settings.ts";
import type { MeasuredRunner } from "../metrics/measured_runner.ts";
import { createApp, createMetricsApp, type Measured } from "../server/app.ts";
import { LiveView } from "../server/live_view.ts";
import { routePage } from "../server/page_routes.ts";
import type { Reloaded } from "../settings_status.ts";
import { routeJobSteering } from "../server/job_steer_route.ts";
import { routeReload } from "../server/reload_route.ts";
import { routeJobs } from "../server/jobs_routes.ts";
import { serve, type Served } from "../server/serve.ts";
import { routeView } from "../server/view_routes.ts";
import { SteerGuard } from "../server/steer_guard.ts";
import { routeSteering } from "../server/steer_routes.ts";
import { routeWhy } from "../server/why_routes.ts";

/** The parts of the process that a server needs. */
interface Parts {
  readonly live: Pick<LiveSettings, "settings" | "status" | "adminToken">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reload: () => Reloaded;
}

/**
 * Serves health and metrics; the metrics at a port of their own as well, where one is set.
 *
 * @throws {ConfigError} An address cannot be listened on.
 */
export async function serveAll(
  runner: Pick<ConnectorRunner, "status" | "why" | "jobs" | "overview" | "steering" | "jobChanges">,
  measured: Measured & Pick<MeasuredRunner, "view">,
  { live, clock, logger, reload }: Parts,
): Promise<Pick<Served, "close">> {
  const { healthHost: host, healthPort, metricsPort } = live.settings;
  const reportError = (error: Error) =>
    logger.error(`the health server cannot answer, a bug to report: ${stackOf(error)}`);
  const status = () => ({ ...runner.status, settings: live.status });
  const app = createApp(status, reportError, measured);
  routeWhy(app, runner.why);
  // The token may have changed since.
  const guard = new SteerGuard({
    get token() {
      return live.adminToken;
    },
    ...{ clock, report: (text: string) => logger.warning(text) },
  });
  routeSteering(app, guard, runner);
  routeJobSteering(app, guard, runner.jobChanges);
  routeReload(app, guard, reload);
  routeJobs(app, runner.jobs);
  routePage(app);
  const look = () => {
    const seen = measured.view();
    return { ...seen, steering: { ...seen.steering, enabled: guard.isOpen } };
  };
  const view = new LiveView({ look, clock, reportError });
  routeView(app, view, runner.overview);
  const health = watched(view, await serve({ app, host, port: healthPort, clock }));
  logger.info(`health server: http://${host}:${health.port}/status`);
  if (metricsPort === null || metricsPort === health.port) return health;
  try {
    const metrics = await serve({
      ...{ app: createMetricsApp(measured, reportError), host, port: metricsPort, clock },
      portOption: "--metrics-port",
    });
    logger.info(`metrics: http://${host}:${metrics.port}/metrics`);
    return { close: async () => void await Promise.all([health.close(), metrics.close()]) };
  } catch (error) {
    await health.close();
    throw error;
  }
}

/** A server whose streams end before it does. */
function watched(live: LiveView, served: Served): Served {
  const close = () => {
    live.stop();
    return served.close();
  };
  return { port: served.port, close };
}
