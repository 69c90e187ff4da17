import type { SettingKey } from "./setting.ts";

/**
 * Settings that can change while the runner works. The others belong to what is open from start to
 * end: ports, sessions in PostgreSQL, the choice of locks.
 */
export const CHANGEABLE: ReadonlySet<SettingKey> = new Set<SettingKey>([
  "configFile",
  "channels",
  "databases",
  "dbfilter",
  "scheme",
  "host",
  "port",
  "httpAuthUser",
  "httpAuthPassword",
  "httpCaFile",
  "httpVerify",
  "dbPassword",
  "logLevel",
  "logHandlers",
  "discoveryIntervalMs",
  "heartbeatIntervalMs",
  "heartbeatDeadlineMs",
  "drainTimeoutMs",
  "requeueStartedAfterMs",
  "adminTokenFile",
]);

/** With another server or role they would be looked for at the old one: they wait with it. */
export const OF_SERVER: ReadonlySet<SettingKey> = new Set<SettingKey>([
  "databases",
  "dbfilter",
  "dbPassword",
]);
export const SERVER: readonly SettingKey[] = ["dbHost", "dbPort", "dbUser"];
