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

const ASKS = `Asks the process that runs, over its health server, and changes nothing.`;

export const STATUS_HELP = `Shows databases, channels, Odoo and who leads, at one look. ${ASKS}

  odoo-jobrunner status
  odoo-jobrunner status --json --url=http://runner:8070

Exit code 0: all is as it should be, or another runner leads; 1: the process cannot be asked;
2: wrong usage; 3: it is asked, and something is wrong: a database that cannot be served, Odoo
away, no leader, a broken scheduler.`;

export const WHY_HELP =
  `Says why a job does not run, or a channel, or a database: all reasons, the job's way
through the channels, and what this job runner has seen of it since its start. ${ASKS}

  odoo-jobrunner why a5f69320-0120-48f8-a607-dd3bde054e87
  odoo-jobrunner why --channel=mail
  odoo-jobrunner why --database=shop --json

Exit code 0: nothing holds it back: it runs, runs next, or is done; 1: the process cannot be asked,
or a database gave no answer; 2: wrong usage; 3: it is held back, and the reasons are written;
4: there is no such job, channel or database.`;

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
