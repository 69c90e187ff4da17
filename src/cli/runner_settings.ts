import { readFileSync } from "node:fs";
import { pythonRegex } from "../config/python_regex.ts";
import type { Settings } from "../config/settings.ts";
import type { RunnerChanges, RunnerOptions } from "../runner/runner_options.ts";
import { connectionOf } from "./database_server.ts";

/**
 * What a runner is told by the settings, as far as it can change while it works.
 *
 * @throws {Error} When the certificates cannot be read.
 */
export function runnerChangesOf(settings: Settings): Required<RunnerChanges> {
  const { httpCaFile, dbfilter } = settings;
  return {
    channels: settings.channels,
    port: settings.port,
    endpoint: {
      scheme: settings.scheme,
      host: settings.host,
      user: settings.httpAuthUser,
      password: settings.httpAuthPassword,
      ca: httpCaFile === null ? null : readFileSync(httpCaFile, "utf8"),
      verify: settings.httpVerify,
    },
    databases: settings.databases,
    databaseFilter: dbfilter === null ? null : pythonRegex(dbfilter),
    discoveryIntervalMs: settings.discoveryIntervalMs,
    heartbeatIntervalMs: settings.heartbeatIntervalMs,
    heartbeatDeadlineMs: settings.heartbeatDeadlineMs,
    drainTimeoutMs: settings.drainTimeoutMs,
    requeueStartedAfterMs: settings.requeueStartedAfterMs,
  };
}

/**
 * The rest of it.
 *
 * @param password Of the database role; asked for at every connection.
 */
export function runnerOptionsOf(
  settings: Settings,
  password: () => string | null,
): Partial<RunnerOptions> {
  return {
    connection: { ...connectionOf(settings), password },
    maintenanceDatabase: settings.maintenanceDatabase,
    templateDatabase: settings.dbTemplate,
    connectTimeoutMs: settings.connectTimeoutMs,
    pollIntervalMs: settings.pollIntervalMs || null,
  };
}
