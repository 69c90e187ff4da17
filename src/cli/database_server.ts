import type { Settings } from "../config/settings.ts";
import type { ConnectionSettings } from "../database/connection.ts";

/** How the settings say that the database server is reached. */
export function connectionOf(settings: Settings): ConnectionSettings {
  return {
    host: settings.dbHost,
    port: settings.dbPort,
    user: settings.dbUser,
    password: settings.dbPassword,
    sslmode: settings.dbSslmode,
    sslrootcert: settings.dbSslrootcert,
    connectTimeoutMs: settings.connectTimeoutMs,
    statementTimeoutMs: settings.statementTimeoutMs,
  };
}
