import type { Clock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";
import type { Logger } from "../log.ts";
import { stackOf } from "../runner/containment.ts";
import type { ConnectorRunner } from "../runner/connector_runner.ts";
import { createApp, createMetricsApp, type Measured } from "../server/app.ts";
import { serve, type Served } from "../server/serve.ts";
import { SteerGuard } from "../server/steer_guard.ts";
import { routeSteering } from "../server/steer_routes.ts";
import { routeWhy } from "../server/why_routes.ts";

/** The parts of the process that a server needs. */
interface Parts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whoever shows it may change something; null: nobody. */
  readonly adminToken: string | null;
}

/**
 * Serves health and metrics; the metrics at a port of their own as well, where one is set.
 *
 * @throws {ConfigError} An address cannot be listened on.
 */
export async function serveAll(
  runner: Pick<ConnectorRunner, "status" | "why" | "steering">,
  measured: Measured,
  { settings, clock, logger, adminToken: token }: Parts,
): Promise<Pick<Served, "close">> {
  const { healthHost: host, healthPort, metricsPort } = settings;
  const reportError = (error: Error) =>
    logger.error(`the health server cannot answer, a bug to report: ${stackOf(error)}`);
  const app = createApp(() => runner.status, reportError, measured);
  routeWhy(app, runner.why);
  const guard = new SteerGuard({ token, clock, report: (text) => logger.info(text) });
  routeSteering(app, guard, runner);
  const health = await serve({ app, host, port: healthPort, clock });
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
