import process from "node:process";
import { SystemClock } from "../clock.ts";
import type { Loaded, Settings } from "../config/settings.ts";
import { Log, type Logger, QUEUE_JOB_LOGGER } from "../log.ts";
import type { WriteChunk } from "../log_writer.ts";
import { MeasuredRunner } from "../metrics/measured_runner.ts";
import { Recorder } from "../metrics/recorder.ts";
import { ConnectorRunner } from "../runner/connector_runner.ts";
import { stackOf } from "../runner/containment.ts";
import { ConfigError } from "../scheduler/errors.ts";
import { EndOfProcess } from "./end_of_process.ts";
import { EXIT_FAILURE, EXIT_OK } from "./exit.ts";
import { LiveSettings } from "./live_settings.ts";
import { runnerOptionsOf } from "./runner_settings.ts";
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
  const clock = new SystemClock();
  const log = logOf(loaded.settings, clock, surroundings.writeLog);
  const logger = log.logger(QUEUE_JOB_LOGGER);
  const end = new EndOfProcess(surroundings, logger);
  let reload: (() => void) | null = null;
  // Also while there is nothing to do: unheard, a SIGHUP ends the process.
  const ignoreReloads = surroundings.onReload(() => {
    if (!reload) return;
    logger.info("SIGHUP: reading the settings again, and looking for databases");
    reload();
  });
  let exitCode = EXIT_OK;
  try {
    const { readSettings: read } = surroundings;
    const settings = new LiveSettings({ loaded, read, clock, log, logger });
    await run(settings, version, { clock, log, logger, end, onRunner: (it) => reload = it });
  } catch (error) {
    exitCode = EXIT_FAILURE;
    if (error instanceof ConfigError) logger.error(error.message);
    else logger.critical(`cannot go on, a bug to report: ${stackOf(error)}`);
  }
  end.stopListening();
  await log.flush();
  ignoreReloads();
  return end.isFailure ? EXIT_FAILURE : exitCode;
}

interface Parts {
  readonly clock: SystemClock;
  readonly log: Log;
  readonly logger: Logger;
  readonly end: EndOfProcess;
  /** It has begun, and can read its settings again; null: it has ended. */
  readonly onRunner: (reload: (() => void) | null) => void;
}

async function run(live: LiveSettings, version: string, parts: Parts): Promise<void> {
  const { clock, log, logger, end, onRunner } = parts;
  const recorder = new Recorder();
  const tracing = await tracingOf(process.env, { version, clock, logger });
  const { port, channels, ...told } = live.told;
  const runner = new ConnectorRunner(port, channels, {
    ...told,
    ...runnerOptionsOf(live.settings, () => live.settings.dbPassword),
    ...{ version, clock },
    logger: (name) => log.logger(name),
    meter: recorder,
    trace: tracing.trace,
  });
  const measured = new MeasuredRunner({ runner, recorder, clock });
  const reload = () => {
    const reloaded = live.reload(runner);
    runner.lookNow();
    return reloaded;
  };
  const server = await serveAll(runner, measured, { live, clock, logger, reload });
  measured.start();
  runner.start();
  onRunner(reload);
  await end.asked;
  const limit = end.isFailure
    ? clock.after(live.settings.drainTimeoutMs + LAST_GRACE_MS, () => end.atOnce())
    : null;
  await runner.stop();
  onRunner(null);
  await server.close();
  measured.stop();
  await tracing.stop();
  limit?.cancel();
}

function logOf({ logLevel, logHandlers }: Settings, clock: SystemClock, write: WriteChunk): Log {
  return new Log({
    level: logLevel,
    handlers: logHandlers,
    nowMs: () => clock.nowMs(),
    pid: process.pid,
    write,
  });
}
