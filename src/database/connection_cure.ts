/** The settings that say where PostgreSQL is and who asks, by SQLSTATE or the system's code. */
const SETTINGS_OF: ReadonlyMap<string, string> = new Map([
  ["28P01", "--db-user, --db-password"],
  ["28000", "--db-user, --db-password"],
  ["ECONNREFUSED", "--db-host, --db-port"],
  ["ENOENT", "--db-host, --db-port"], // a Unix socket
  ["EHOSTUNREACH", "--db-host, --db-port"],
  ["ENETUNREACH", "--db-host, --db-port"],
  ["ENOTFOUND", "--db-host"],
  ["EAI_AGAIN", "--db-host"],
]);

/** Why PostgreSQL could not be reached, with the settings to look at. */
export function withCure(reason: string, code: string): string {
  const settings = SETTINGS_OF.get(code);
  return settings === undefined ? reason : `${reason} (check ${settings})`;
}
