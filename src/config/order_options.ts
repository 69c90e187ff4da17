import type { Mistake } from "../scheduler/errors.ts";
import { type GivenOption, readOptions } from "./command_options.ts";
import { type InquiryOptions, STATUS_OPTIONS } from "./inquiry_options.ts";
import * as read from "./readers.ts";
import type { CommandOptions } from "./setting.ts";

/** How a command has the running process change something. */
export interface OrderOptions extends InquiryOptions {
  /** Null: that of the settings. */
  readonly tokenFile: string | null;
}

export const ORDER_OPTIONS: CommandOptions<OrderOptions> = {
  ...STATUS_OPTIONS,
  tokenFile: {
    name: "token-file",
    placeholder: "FILE",
    fallback: null,
    shownDefault: "as --admin-token-file says",
    read: read.text,
    help: "The file with the token that the running process wants to be shown",
  },
};

export function readOrderOptions(
  given: ReadonlyMap<string, GivenOption>,
  mistakes: Mistake[],
): OrderOptions {
  return readOptions(ORDER_OPTIONS, given, mistakes);
}
