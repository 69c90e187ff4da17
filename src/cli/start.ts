import { readFileSync } from "node:fs";
import process from "node:process";
import { SystemClock } from "../clock.ts";
import { pythonRegex } from "../config/python_regex.ts";
import type { Loaded, Settings } from "../config/settings.ts";
import { shownSettings } from "../config/shown_settings.ts";
import { Log, QUEUE_JOB_LOGGER, writeToStderr } from "../log.ts";
import { ConnectorRunner } from "../runner/connector_runner.ts";
import type { RunnerOptions } from "../runner/runner_options.ts";
import { createApp } from "../server/app.ts";
import { serve } from "../server/serve.ts";
import { EXIT_FAILURE, EXIT_OK } from "./exit.ts";

/** Calls back at every signal that asks the process to end; answers how to stop listening. */
export type OnSignal = (callback: (signal: string) => void) => () => void;

/**
 * Runs until a signal asks to stop. The first stops gracefully, a second one ends the process at
 * once.
 *
 * @returns The exit code.
 */
export async function start(
  loaded: Loaded,
  version: string,
  onSignal: OnSignal,
): Promise<number> {
  const { settings } = loaded;
  const clock = new SystemClock();
  const log = logOf(settings, clock);
  const logger = log.logger(QUEUE_JOB_LOGGER);
  for (const warning of loaded.warnings) logger.warning(warning);
  for (const { name, value, origin, isDefault } of shownSettings(loaded)) {
    if (!isDefault) logger.info(`${name} ${value} (${origin})`);
  }
  const options = optionsOf(settings, version);
  const runner = new ConnectorRunner(settings.port, settings.channels, {
    ...options,
    clock,
    logger: (name) => log.logger(name),
  });
  let server;
  try {
    const app = createApp(() => runner.status);
    server = await serve({ app, host: settings.healthHost, port: settings.healthPort, clock });
  } catch (error) {
    logger.error((error as Error).message);
    await log.flush();
    return EXIT_FAILURE;
  }
  logger.info(`health server: http://${settings.healthHost}:${server.port}/status`);
  const signalled = firstSignal(onSignal);
  runner.start();
  await signalled.promise;
  await runner.stop();
  await server.close();
  signalled.end();
  await log.flush();
  return EXIT_OK;
}

function firstSignal(onSignal: OnSignal): { promise: Promise<void>; end: () => void } {
  let end = () => {};
  const promise = new Promise<void>((resolve) => {
    let count = 0;
    end = onSignal(() => {
      if (++count === 1) resolve();
      else process.exit(EXIT_FAILURE);
    });
  });
  return { promise, end };
}

function logOf(settings: Settings, clock: SystemClock): Log {
  const log = new Log({
    level: settings.logLevel,
    handlers: settings.logHandlers,
    nowMs: () => clock.nowMs(),
    pid: process.pid,
    write: writeToStderr,
  });
  for (const secret of [settings.dbPassword, settings.httpAuthPassword]) {
    if (secret !== null) log.mask(secret);
  }
  return log;
}

function optionsOf(settings: Settings, version: string): Partial<RunnerOptions> {
  const { httpCaFile } = settings;
  return {
    endpoint: {
      scheme: settings.scheme,
      host: settings.host,
      user: settings.httpAuthUser,
      password: settings.httpAuthPassword,
      ca: httpCaFile === null ? null : readFileSync(httpCaFile, "utf8"),
      verify: settings.httpVerify,
    },
    connection: {
      host: settings.dbHost,
      port: settings.dbPort,
      user: settings.dbUser,
      password: settings.dbPassword,
      sslmode: settings.dbSslmode,
      sslrootcert: settings.dbSslrootcert,
      connectTimeoutMs: settings.connectTimeoutMs,
      statementTimeoutMs: settings.statementTimeoutMs,
    },
    databases: settings.databases,
    databaseFilter: settings.dbfilter === null ? null : pythonRegex(settings.dbfilter),
    maintenanceDatabase: settings.maintenanceDatabase,
    templateDatabase: settings.dbTemplate,
    discoveryIntervalMs: settings.discoveryIntervalMs,
    heartbeatIntervalMs: settings.heartbeatIntervalMs,
    heartbeatDeadlineMs: settings.heartbeatDeadlineMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    drainTimeoutMs: settings.drainTimeoutMs,
    requeueStartedAfterMs: settings.requeueStartedAfterMs,
    version,
  };
}
