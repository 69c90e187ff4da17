import { parseChannels } from "../scheduler/channel_config.ts";
import { ConfigError } from "../scheduler/errors.ts";
import type { Draft } from "./draft.ts";
import type { Source } from "./sources.ts";

const HOW_TO_GIVE = "--channels, ODOO_JOBRUNNER_CHANNELS or channels in [jobrunner] of Odoo's file";

/**
 * Takes the strongest channel string. `root:0` in a setting that Odoo's own job runner reads too is
 * there to switch that one off, and passed over.
 */
export function chooseChannels(
  draft: Draft,
  sources: readonly Source[],
  options: { strict: boolean },
): void {
  const switches = sources.filter((source) => source.isShared && runsNothing(source.text));
  const [chosen] = sources.filter((source) => !switches.includes(source));
  const [off] = switches;
  if (chosen !== undefined) {
    draft.take("channels", chosen);
    if (off !== undefined && chosen.isShared) {
      draft.warnings.push(
        `${off.origin}=${off.text} is taken for the switch of Odoo's own job runner, ` +
          `the channels come from ${chosen.origin}`,
      );
    }
    check(draft, chosen, options);
  } else if (off !== undefined) {
    draft.refuse(
      "channels",
      off.origin,
      off.text,
      "that switches Odoo's own job runner off and is not meant for this one; give its channels " +
        `with ${HOW_TO_GIVE}, as in --channels=root:4`,
    );
  } else {
    draft.warnings.push(
      `no channels are given: ${draft.values.channels} is in force, one job at a time; give them ` +
        `with ${HOW_TO_GIVE}`,
    );
  }
}

function check(draft: Draft, chosen: Source, options: { strict: boolean }): void {
  try {
    const plan = parseChannels(chosen.text, options);
    draft.warnings.push(...plan.warnings);
    if (plan.channels[0]?.capacity === 0) {
      draft.warnings.push(`${chosen.origin}: root:0 runs nothing`);
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { entry, reason } of error.mistakes) {
      draft.refuse("channels", chosen.origin, entry, reason);
    }
  }
}

function runsNothing(text: string): boolean {
  try {
    return parseChannels(text).channels[0]?.capacity === 0;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}
