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
  readonly databaseFilter: RegExp | null;
  readonly clock: Clock;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

export interface ListedDatabase {
  readonly name: string;
  /** Differs when anything was written there; null if that is not known. */
  readonly written: string | null;
}

export interface DatabaseList {
  /** To be served. */
  readonly chosen: readonly ListedDatabase[];
  /** There as well; null if nobody has looked. */
  readonly others: readonly string[] | null;
}

/**
 * The databases to serve: those given, else all that Odoo would list (the role's own, connectable,
 * no templates), as far as the filter lets them through.
 *
 * @throws {Error} When the list cannot be read.
 */
export async function listDatabases(options: DiscoveryOptions): Promise<DatabaseList> {
  if (options.databases) {
    return { chosen: options.databases.map((name) => ({ name, written: null })), others: null };
  }
  const session = await Session.open({
    database: options.maintenanceDatabase,
    connection: options.connection,
    applicationName: "odoo_jobrunner_discovery",
    clock: options.clock,
    // It needs nothing of its backend, so it may be any.
    isPooled: true,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  try {
    const rows = await session.run(LIST_DATABASES, [options.templateDatabase]);
    const listed = rows.map(({ name, written }) => {
      return { name: String(name), written: written === null ? null : String(written) };
    });
    const isChosen = ({ name }: ListedDatabase) => options.databaseFilter?.test(name) ?? true;
    const others = listed.filter((it) => !isChosen(it)).map((it) => it.name);
    return { chosen: listed.filter(isChosen), others };
  } finally {
    await session.end();
  }
}

/** The names alone of those to serve. */
export async function discoverDatabases(options: DiscoveryOptions): Promise<string[]> {
  return (await listDatabases(options)).chosen.map((it) => it.name);
}
