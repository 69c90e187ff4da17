import type { OrderOptions } from "../config/order_options.ts";
import type { Settings } from "../config/settings.ts";
import { ConfigError } from "../scheduler/errors.ts";
import type { ChangedSetting, Reloaded } from "../settings_status.ts";
import { EXIT_FAILURE, EXIT_HELD_BACK, EXIT_OK, EXIT_WRONG_SETTINGS, type Output } from "./exit.ts";
import { orderToken } from "./order_token.ts";
import { healthUrl, orderProcess } from "./running_process.ts";
import { readable, textTable } from "./text_table.ts";

/** `reload`: has the running process read its settings again. */
export async function reload(
  settings: Settings,
  options: OrderOptions,
  { write, writeError }: Output,
): Promise<number> {
  let token;
  try {
    token = orderToken(settings, options);
  } catch (error) {
    writeError(`${readable((error as Error).message)}\n`);
    return EXIT_WRONG_SETTINGS;
  }
  try {
    const url = options.url ?? healthUrl(settings);
    const reloaded = await orderProcess(url, "/steer/reload", { token, body: {} }) as Reloaded;
    write(options.isJson ? `${JSON.stringify(reloaded)}\n` : drawReloaded(reloaded));
    return reloaded.refused.length > 0 ? EXIT_HELD_BACK : EXIT_OK;
  } catch (error) {
    writeError(`${readable((error as Error).message)}\n`);
    return EXIT_FAILURE;
  }
}

function drawReloaded({ changed, refused, cannotChange }: Reloaded): string {
  const lines = refused.length > 0
    ? ["Refused, nothing is changed", ...mistakes(refused)]
    : changed.length > 0
    ? ["In force now", ...table(changed)]
    : ["Nothing has changed"];
  if (cannotChange.length > 0) lines.push("Wants a restart", ...table(cannotChange));
  return `${lines.join("\n")}\n`;
}

function mistakes(refused: Reloaded["refused"]): string[] {
  return new ConfigError("", refused).message.split("\n").map((it) => `  ${readable(it)}`);
}

function table(settings: readonly ChangedSetting[]): string[] {
  const rows = settings.map(({ name, from, to, origin }) => {
    return [name, readable(`${from} -> ${to}`), readable(origin)];
  });
  return textTable(rows).map((it) => `  ${it}`);
}
