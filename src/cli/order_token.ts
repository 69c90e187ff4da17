import { readFileSync } from "node:fs";
import { readAdminToken } from "../config/admin_token.ts";
import type { OrderOptions } from "../config/order_options.ts";
import type { Settings } from "../config/settings.ts";

/**
 * What the running process wants to be shown.
 *
 * @throws {Error} When it cannot be read.
 */
export function orderToken({ adminTokenFile }: Settings, { tokenFile }: OrderOptions): string {
  const path = tokenFile ?? adminTokenFile;
  if (path === null) {
    throw new Error("Cannot show a token: give its file, as in --token-file=/etc/odoo/token");
  }
  try {
    return readAdminToken(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`Cannot use --token-file="${path}": ${reason}`, { cause: error });
  }
}
