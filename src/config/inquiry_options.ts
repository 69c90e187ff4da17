import type { Mistake } from "../scheduler/errors.ts";
import { type GivenOption, JSON_SWITCH, readOptions } from "./command_options.ts";
import * as read from "./readers.ts";
import type { CommandOptions } from "./setting.ts";

/** How a command asks the running process, and how it says the answer. */
export interface InquiryOptions {
  /** Of its health server; null is where the settings have it. */
  readonly url: string | null;
  readonly isJson: boolean;
}

export interface WhyOptions extends InquiryOptions {
  readonly uuid: string | null;
  readonly channel: string | null;
  readonly database: string | null;
}

export const STATUS_OPTIONS: CommandOptions<InquiryOptions> = {
  url: {
    name: "url",
    placeholder: "URL",
    fallback: null,
    shownDefault: "as --health-host and --health-port say",
    read: read.httpUrl,
    help: "The health server of the running process, as in http://runner:8070",
  },
  isJson: JSON_SWITCH,
};

export const WHY_OPTIONS: CommandOptions<WhyOptions> = {
  uuid: {
    name: "uuid",
    placeholder: "UUID",
    fallback: null,
    shownDefault: "none",
    read: read.oneName,
    help: "The job; --uuid may be left out",
  },
  channel: {
    name: "channel",
    placeholder: "NAME",
    fallback: null,
    shownDefault: "none",
    read: read.channel,
    help: "Why a job that came to this channel now would not run; root. may be left out",
  },
  database: {
    name: "database",
    placeholder: "NAME",
    fallback: null,
    shownDefault: "all that are served",
    read: read.oneName,
    help: "Where to look for the job; without a job, why this database's jobs do not run",
  },
  ...STATUS_OPTIONS,
};

export interface TopOptions extends Pick<InquiryOptions, "url"> {
  readonly intervalMs: number;
  readonly isOnce: boolean;
}

export const TOP_OPTIONS: CommandOptions<TopOptions> = {
  intervalMs: {
    name: "interval",
    placeholder: "SECONDS",
    fallback: 2_000,
    shownDefault: "2",
    read: read.seconds(0.2, 2),
    help: "How often to ask",
  },
  isOnce: {
    name: "once",
    placeholder: "",
    fallback: false,
    shownDefault: "not set",
    read: read.flag,
    help: "Write one view as plain text, and end",
    isSwitch: true,
  },
  url: STATUS_OPTIONS.url,
};

/** Reads the options of `why`, and notes all that is wrong. */
export function readWhyOptions(
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): WhyOptions {
  const options = readOptions(WHY_OPTIONS, given, mistakes);
  const { uuid, channel, database } = options;
  if (uuid === null && channel === null && database === null) {
    mistakes.push({ entry: "why", reason: "a job, --channel or --database is wanted" });
  } else if (channel !== null && (uuid !== null || database !== null)) {
    mistakes.push({ entry: `--channel=${channel}`, reason: "a channel is asked about alone" });
  }
  return options;
}

export function readStatusOptions(
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): InquiryOptions {
  return readOptions(STATUS_OPTIONS, given, mistakes);
}

export function readTopOptions(
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): TopOptions {
  return readOptions(TOP_OPTIONS, given, mistakes);
}
