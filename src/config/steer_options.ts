import type { Mistake } from "../scheduler/errors.ts";
import type { SteerTarget } from "../steering.ts";
import { type GivenOption, readOptions } from "./command_options.ts";
import { ORDER_OPTIONS, type OrderOptions } from "./order_options.ts";
import * as read from "./readers.ts";
import type { CommandOptions } from "./setting.ts";

interface GivenSteering extends OrderOptions {
  readonly channel: string | null;
  readonly database: string | null;
  readonly isEverything: boolean;
  readonly by: string | null;
}

/** What is to be paused or resumed, and who wants it; null is the user of this machine. */
export interface SteerOptions extends OrderOptions {
  readonly target: SteerTarget;
  readonly by: string | null;
}

export const STEER_OPTIONS: CommandOptions<GivenSteering> = {
  channel: {
    name: "channel",
    placeholder: "NAME",
    fallback: null,
    shownDefault: "none",
    read: read.channel,
    help: "This channel and all below it; root. may be left out",
  },
  database: {
    name: "database",
    placeholder: "NAME",
    fallback: null,
    shownDefault: "none",
    read: read.oneName,
    help: "The jobs of this database",
  },
  isEverything: {
    name: "everything",
    placeholder: "",
    fallback: false,
    shownDefault: "not set",
    read: read.flag,
    help: "All jobs",
    isSwitch: true,
  },
  by: {
    name: "by",
    placeholder: "NAME",
    fallback: null,
    shownDefault: "the user of the operating system",
    read: read.oneName,
    help: "Who wants it: for the log, and for whoever asks why",
  },
  ...ORDER_OPTIONS,
};

/** Reads the options, and notes all that is wrong. */
export function readSteerOptions(
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): SteerOptions {
  const { channel, database, isEverything, ...options } = readOptions(
    STEER_OPTIONS,
    given,
    mistakes,
  );
  const targets: SteerTarget[] = [
    ...channel === null ? [] : [{ what: "channel", name: channel } as const],
    ...database === null ? [] : [{ what: "database", name: database } as const],
    ...isEverything ? [{ what: "everything", name: null } as const] : [],
  ];
  if (targets.length !== 1 && mistakes.length === 0) {
    const reason = "one of --channel=NAME, --database=NAME and --everything is wanted";
    mistakes.push({ entry: `${targets.length} given`, reason });
  }
  return { ...options, target: targets[0] ?? { what: "everything", name: null } };
}
