import type { Clock } from "../clock.ts";
import type { ConnectionSettings } from "./connection.ts";
import { LIST_DATABASES } from "./queries.ts";
import { Session } from "./session.ts";

export interface DiscoveryOptions {
  readonly connection: ConnectionSettings;
  /** Where to ask for the list: any database the role may connect to. */
  readonly maintenanceDatabase: string;
  readonly templateDatabase: string;
  /** Given names are served as they are, without a look at the list. */
  readonly databases: readonly string[] | null;
  readonly filter: RegExp | null;
  readonly clock: Clock;
}

/**
 * The names of the databases to serve: those given, else all that Odoo would list (the role's own,
 * connectable, no templates), as far as the filter lets them through.
 *
 * @throws {Error} When the list cannot be read.
 */
export async function discoverDatabases(options: DiscoveryOptions): Promise<string[]> {
  if (options.databases) return [...options.databases];
  const session = await Session.open({
    database: options.maintenanceDatabase,
    connection: options.connection,
    applicationName: "odoo_jobrunner_discovery",
    clock: options.clock,
  });
  try {
    const rows = await session.run(LIST_DATABASES, [options.templateDatabase]);
    const names = rows.map((it) => String(it["name"]));
    return names.filter((it) => options.filter?.test(it) ?? true);
  } finally {
    await session.end();
  }
}
