import { readFileSync } from "node:fs";
import type { Clock } from "../clock.ts";
import { readAdminToken } from "../config/admin_token.ts";
import type { Inspection, Loaded, Settings } from "../config/settings.ts";
import { settingsChange } from "../config/settings_change.ts";
import { shownFlag, shownSettings } from "../config/shown_settings.ts";
import { authorizationOf } from "../dispatch/endpoint.ts";
import type { Log, Logger } from "../log.ts";
import type { ConnectorRunner } from "../runner/connector_runner.ts";
import type { RunnerChanges } from "../runner/runner_options.ts";
import { ConfigError, type Mistake } from "../scheduler/errors.ts";
import type { ChangedSetting, Reloaded, SettingsStatus } from "../settings_status.ts";
import { runnerChangesOf } from "./runner_settings.ts";

export interface LiveSettingsOptions {
  /** In force at the start. */
  readonly loaded: Loaded;
  readonly read: () => Inspection;
  readonly clock: Clock;
  readonly log: Pick<Log, "mask" | "setLevels">;
  readonly logger: Logger;
}

/** The settings in force, which can be read again while the runner works. */
export class LiveSettings {
  readonly #options: LiveSettingsOptions;
  #loaded: Loaded;
  /** The same, as the runner is told of them. */
  #told: Required<RunnerChanges>;
  #adminToken: string | null;
  #status: SettingsStatus;

  /** @throws {Error} When the certificates cannot be read. */
  constructor(options: LiveSettingsOptions) {
    const { loaded, clock, log, logger } = this.#options = options;
    this.#loaded = loaded;
    for (const secret of secretsOf(loaded.settings)) log.mask(secret);
    for (const warning of loaded.warnings) logger.warning(warning);
    for (const { name, value, origin, isDefault } of shownSettings(loaded)) {
      if (!isDefault) logger.info(`${name} ${value} (${origin})`);
    }
    this.#told = runnerChangesOf(loaded.settings);
    this.#adminToken = adminTokenOf(loaded.settings, log);
    this.#status = statusOf(loaded, clock.nowMs(), []);
  }

  get settings(): Settings {
    return this.#loaded.settings;
  }

  /** All that a runner is told at the start and can be told anew. */
  get told(): Required<RunnerChanges> {
    return this.#told;
  }

  /** Whoever shows it may change something; null: nobody. */
  get adminToken(): string | null {
    return this.#adminToken;
  }

  get status(): SettingsStatus {
    return this.#status;
  }

  /**
   * Reads the settings again and puts in force what can change. Where anything is wrong all stays
   * as it is. Tells the log what has become of it.
   */
  reload(runner: Pick<ConnectorRunner, "reconfigure">): Reloaded {
    const { read, clock, log } = this.#options;
    let change;
    let told;
    let adminToken;
    try {
      change = settingsChange(this.#loaded, read());
      for (const secret of secretsOf(change.next.settings)) log.mask(secret);
      if (change.mistakes.length > 0) return this.#refuse(change.mistakes);
      told = runnerChangesOf(change.next.settings);
      adminToken = adminTokenOf(change.next.settings, log);
      runner.reconfigure(told);
    } catch (error) {
      return this.#refuse(mistakesOf(error as Error));
    }
    const { next, cannotChange } = change;
    const changed = [
      ...change.changed,
      ...this.#otherContent("httpCaFile", next, this.#told.endpoint.ca !== told.endpoint.ca),
      ...this.#otherContent("adminTokenFile", next, this.#adminToken !== adminToken),
    ];
    log.setLevels(next.settings.logLevel, next.settings.logHandlers);
    const sinceMs = changed.length > 0 ? clock.nowMs() : this.#status.sinceMs;
    this.#tell(changed, cannotChange, next.warnings);
    [this.#loaded, this.#told, this.#adminToken] = [next, told, adminToken];
    this.#status = statusOf(next, sinceMs, cannotChange);
    return { changed, refused: [], cannotChange };
  }

  #tell(
    changed: readonly ChangedSetting[],
    cannotChange: readonly ChangedSetting[],
    warnings: readonly string[],
  ): void {
    const { logger } = this.#options;
    const known = new Set(this.#loaded.warnings);
    for (const warning of warnings) if (!known.has(warning)) logger.warning(warning);
    if (changed.length === 0) logger.info("settings read again: nothing has changed");
    for (const { name, from, to, origin } of changed) {
      logger.info(`${name} ${from} -> ${to} (${origin})`);
    }
    for (const { name, from, to, origin } of cannotChange) {
      logger.warning(
        `${name} ${from} -> ${to} (${origin}) wants a restart; ${from} stays in force`,
      );
    }
  }

  #refuse(mistakes: readonly Mistake[]): Reloaded {
    const reasons = new ConfigError("", mistakes).message.replaceAll("\n", "; ");
    this.#options.logger.error(`settings read again: nothing is changed. ${reasons}`);
    return { changed: [], refused: mistakes, cannotChange: [] };
  }

  /** A file that is the same by name. */
  #otherContent(
    key: "httpCaFile" | "adminTokenFile",
    { settings }: Loaded,
    isOther: boolean,
  ): ChangedSetting[] {
    const file = this.settings[key];
    if (!isOther || file === null || settings[key] !== file) return [];
    return [{ name: shownFlag(key), from: file, to: `${file}, with other content`, origin: file }];
  }
}

/** @throws {Error} When its file cannot be read. */
function adminTokenOf({ adminTokenFile }: Settings, log: Pick<Log, "mask">): string | null {
  if (adminTokenFile === null) return null;
  const token = readAdminToken(readFileSync(adminTokenFile, "utf8"));
  log.mask(token);
  return token;
}

function statusOf(
  loaded: Loaded,
  sinceMs: number,
  wantRestart: readonly ChangedSetting[],
): SettingsStatus {
  const inForce = shownSettings(loaded).map(({ name, value, origin }) => ({ name, value, origin }));
  return { sinceMs, inForce, wantRestart };
}

function secretsOf({ dbPassword, httpAuthUser, httpAuthPassword }: Settings): string[] {
  const login = { user: httpAuthUser, password: httpAuthPassword };
  const header = authorizationOf(login)?.slice("Basic ".length) ?? null;
  return [dbPassword, httpAuthPassword, header].filter((it) => it !== null);
}

function mistakesOf(error: Error): readonly Mistake[] {
  if (error instanceof ConfigError) return error.mistakes;
  return [{ entry: "the settings", reason: error.message }];
}
