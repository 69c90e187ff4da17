import type { RunnerStatus } from "./status.ts";

/** A setting in force, where it comes from; what is secret is masked. */
export interface SettingInForce {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
}

/** A setting that was found changed. */
export interface ChangedSetting {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Where the new value comes from. */
  readonly origin: string;
}

/** The settings of a process that runs. */
export interface SettingsStatus {
  /** Since when they are in force: its start, or the last reload that has changed one. */
  readonly sinceMs: number;
  readonly inForce: readonly SettingInForce[];
  /** Found changed at the last reload: in force after a restart. */
  readonly wantRestart: readonly ChangedSetting[];
}

/** What became of reading the settings again. */
export interface Reloaded {
  /** In force now. */
  readonly changed: readonly ChangedSetting[];
  /** All that is wrong: then nothing has changed. */
  readonly refused: readonly { readonly entry: string; readonly reason: string }[];
  /** They want a restart. */
  readonly cannotChange: readonly ChangedSetting[];
}

/** What a process says of itself. */
export interface ProcessStatus extends RunnerStatus {
  readonly settings: SettingsStatus;
}
