import { readFileSync } from "node:fs";
import process from "node:process";
import { SystemClock } from "../clock.ts";
import { pythonRegex } from "../config/python_regex.ts";
import { readAdminToken } from "../config/admin_token.ts";
import type { Loaded, Settings } from "../config/settings.ts";
import { shownSettings } from "../config/shown_settings.ts";
import { authorizationOf } from "../dispatch/endpoint.ts";
import { Log, type Logger, QUEUE_JOB_LOGGER } from "../log.ts";
import { MeasuredRunner } from "../metrics/measured_runner.ts";
import { Recorder } from "../metrics/recorder.ts";
import { ConnectorRunner } from "../runner/connector_runner.ts";
import { stackOf } from "../runner/containment.ts";
import type { RunnerOptions } from "../runner/runner_options.ts";
import { ConfigError } from "../scheduler/errors.ts";
import { connectionOf } from "./database_server.ts";
import { EndOfProcess } from "./end_of_process.ts";
import { EXIT_FAILURE, EXIT_OK } from "./exit.ts";
import { serveAll } from "./servers.ts";
import { tracingOf } from "./tracing.ts";
import type { Surroundings } from "./surroundings.ts";

/** How long the end after an error may take beyond what the jobs in hand may. */
const LAST_GRACE_MS = 15_000;

/**
 * Runs until a signal asks to stop. The first stops gracefully, a second one ends the process at
 * once. An error that nobody has caught leaves nobody knows what behind: it ends the process
 * gracefully as well, for its supervisor to start it anew. What goes wrong in one database alone
 * is caught there, see `ContainedTurn`.
 *
 * @returns The exit code.
 */
export async function start(
  loaded: Loaded,
  version: string,
  surroundings: Surroundings,
): Promise<number> {
  const { settings } = loaded;
  const clock = new SystemClock();
  const log = logOf(settings, clock, surroundings);
  const logger = log.logger(QUEUE_JOB_LOGGER);
  const end = new EndOfProcess(surroundings, logger);
  let runner: ConnectorRunner | null = null;
  // Also while there is none, with nothing to look for: unheard, a SIGHUP ends the process.
  const ignoreLooks = surroundings.onLook(() => {
    if (!runner) return;
    logger.info("SIGHUP: looking for databases now");
    runner.lookNow();
  });
  let exitCode = EXIT_OK;
  try {
    await run(loaded, version, { clock, log, logger, end, onRunner: (it) => runner = it });
  } catch (error) {
    exitCode = EXIT_FAILURE;
    if (error instanceof ConfigError) logger.error(error.message);
    else logger.critical(`cannot go on, a bug to report: ${stackOf(error)}`);
  }
  end.stopListening();
  await log.flush();
  ignoreLooks();
  return end.isFailure ? EXIT_FAILURE : exitCode;
}

interface Parts {
  readonly clock: SystemClock;
  readonly log: Log;
  readonly logger: Logger;
  readonly end: EndOfProcess;
  /** It has begun; null: it has ended. */
  readonly onRunner: (runner: ConnectorRunner | null) => void;
}

async function run(loaded: Loaded, version: string, parts: Parts): Promise<void> {
  const { settings } = loaded;
  const { clock, log, logger, end, onRunner } = parts;
  for (const warning of loaded.warnings) logger.warning(warning);
  for (const { name, value, origin, isDefault } of shownSettings(loaded)) {
    if (!isDefault) logger.info(`${name} ${value} (${origin})`);
  }
  const recorder = new Recorder();
  const options = optionsOf(settings, version);
  const tracing = await tracingOf(process.env, { version, clock, logger });
  const runner = new ConnectorRunner(settings.port, settings.channels, {
    ...options,
    clock,
    logger: (name) => log.logger(name),
    meter: recorder,
    trace: tracing.trace,
  });
  const measured = new MeasuredRunner({ runner, recorder, clock });
  const adminToken = adminTokenOf(settings);
  if (adminToken !== null) log.mask(adminToken);
  const server = await serveAll(runner, measured, { settings, clock, logger, adminToken });
  measured.start();
  runner.start();
  onRunner(runner);
  await end.asked;
  const limit = end.isFailure
    ? clock.after(settings.drainTimeoutMs + LAST_GRACE_MS, () => end.atOnce())
    : null;
  await runner.stop();
  onRunner(null);
  await server.close();
  measured.stop();
  await tracing.stop();
  limit?.cancel();
}

function logOf(settings: Settings, clock: SystemClock, { writeLog }: Surroundings): Log {
  const log = new Log({
    level: settings.logLevel,
    handlers: settings.logHandlers,
    nowMs: () => clock.nowMs(),
    pid: process.pid,
    write: writeLog,
  });
  const { dbPassword, httpAuthUser: user, httpAuthPassword: password } = settings;
  const header = authorizationOf({ user, password })?.slice("Basic ".length) ?? null;
  for (const secret of [dbPassword, password, header]) if (secret !== null) log.mask(secret);
  return log;
}

/** The settings were checked, and with them the file. */
function adminTokenOf({ adminTokenFile }: Settings): string | null {
  return adminTokenFile === null ? null : readAdminToken(readFileSync(adminTokenFile, "utf8"));
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
    connection: connectionOf(settings),
    databases: settings.databases,
    databaseFilter: settings.dbfilter === null ? null : pythonRegex(settings.dbfilter),
    maintenanceDatabase: settings.maintenanceDatabase,
    templateDatabase: settings.dbTemplate,
    discoveryIntervalMs: settings.discoveryIntervalMs,
    heartbeatIntervalMs: settings.heartbeatIntervalMs,
    heartbeatDeadlineMs: settings.heartbeatDeadlineMs,
    connectTimeoutMs: settings.connectTimeoutMs,
    drainTimeoutMs: settings.drainTimeoutMs,
    pollIntervalMs: settings.pollIntervalMs || null,
    requeueStartedAfterMs: settings.requeueStartedAfterMs,
    version,
  };
}
