import type { Draft } from "./draft.ts";
import type { Machine } from "./machine.ts";
import { pgpassPassword, SOCKET_DIRECTORIES } from "./pgpass.ts";
import { isPostgresUri, type PostgresUri, readPostgresUri } from "./postgres_uri.ts";
import type { SettingKey } from "./setting.ts";

/** Completes what is said of the database server, from database URIs and as libpq does. */
export function completeDatabaseServer(draft: Draft, machine: Machine): void {
  applyUris(draft);
  findSocket(draft, machine);
  checkPorts(draft);
  findUser(draft, machine);
  findRootCertificate(draft, machine);
  findPassword(draft, machine);
}

const PARTS: readonly (readonly [SettingKey, keyof PostgresUri])[] = [
  ["dbHost", "host"],
  ["dbPort", "port"],
  ["dbUser", "user"],
  ["dbPassword", "password"],
  ["dbSslmode", "sslmode"],
  ["dbSslrootcert", "sslrootcert"],
];

/**
 * Replaces each URI among the databases by its database; what else it says counts as much as where
 * it stands.
 */
function applyUris(draft: Draft): void {
  const given = draft.values.databases ?? [];
  const origin = draft.origins.databases;
  const refuse = (text: string, reason: string) => draft.refuse("databases", origin, text, reason);
  const rank = draft.rankOf("databases");
  let first: PostgresUri | null = null;
  const names: string[] = [];
  for (const text of given) {
    if (!isPostgresUri(text)) {
      names.push(text);
      continue;
    }
    const uri = readUri(text, refuse);
    const name = uri?.database ?? uri?.user ?? uri?.host ?? null;
    if (uri === null) continue;
    if (name === null) refuse(text, "a database is wanted, as in postgres://db/shop");
    else names.push(name);
    first ??= uri;
    if (PARTS.some(([, part]) => first?.[part] !== uri[part])) {
      refuse(text, "all databases are on one server and have one role");
    }
  }
  for (const [key, part] of PARTS) {
    const text = first?.[part] ?? null;
    if (text !== null) draft.take(key, { text, origin: `${origin} (URI)`, rank, isShared: false });
  }
  if (draft.values.databases !== null) draft.set("databases", [...new Set(names)], origin);
}

function readUri(text: string, refuse: (text: string, reason: string) => void): PostgresUri | null {
  try {
    return readPostgresUri(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refuse("postgres://…", error.message);
    return null;
  }
}

function findSocket(draft: Draft, machine: Machine): void {
  if (draft.values.dbHost !== null) return;
  const socket = `.s.PGSQL.${[draft.values.dbPort].flat()[0]}`;
  const directory = SOCKET_DIRECTORIES.find((it) => machine.fileExists(`${it}/${socket}`));
  if (directory === undefined) draft.set("dbHost", "localhost", "default (no Unix socket found)");
  else draft.set("dbHost", directory, "default (Unix socket)");
}

function checkPorts(draft: Draft): void {
  const { dbHost, dbPort } = draft.values;
  const hostCount = (dbHost ?? "").split(",").length;
  if (typeof dbPort === "number" || dbPort.length === hostCount) return;
  const reason = `one port for all hosts is wanted, or as many as there are hosts (${hostCount})`;
  draft.refuse("dbPort", draft.origins.dbPort, dbPort.join(","), reason);
}

function findUser(draft: Draft, machine: Machine): void {
  if (draft.values.dbUser !== "") return;
  try {
    draft.set("dbUser", machine.userName(), "default (user of the operating system)");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    draft.mistakes.push({
      entry: "--db-user",
      reason: `${error.message}, give it as in --db-user=odoo`,
    });
  }
}

/** `system` stands for the authorities that the machine trusts, which is what no file means. */
function findRootCertificate(draft: Draft, machine: Machine): void {
  const { dbSslrootcert } = draft.values;
  const usual = `${machine.homeDirectory}/.postgresql/root.crt`;
  if (dbSslrootcert === "system") draft.set("dbSslrootcert", null, draft.origins.dbSslrootcert);
  else if (dbSslrootcert === null && machine.fileExists(usual)) {
    draft.set("dbSslrootcert", usual, "default (file of libpq)");
  }
}

function findPassword(draft: Draft, machine: Machine): void {
  const { values } = draft;
  if (values.dbPassword !== null) return;
  const path = machine.environment["PGPASSFILE"] || `${machine.homeDirectory}/.pgpass`;
  const text = readPasswordFile(path, draft, machine);
  if (text === null) return;
  const databases = [values.maintenanceDatabase, ...values.databases ?? []];
  const ports = [values.dbPort].flat();
  const keys = (values.dbHost ?? "localhost").split(",").flatMap((host, index) => {
    const server = { host, port: ports[index] ?? ports[0]!, user: values.dbUser };
    return databases.map((database) => ({ ...server, database }));
  });
  for (const key of keys) {
    const password = pgpassPassword(text, key);
    if (password === null) continue;
    draft.set("dbPassword", password, path);
    return;
  }
}

function readPasswordFile(path: string, draft: Draft, machine: Machine): string | null {
  try {
    return machine.readFile(path);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    draft.warnings.push(`the password file ${path} cannot be read: ${detail}`);
    return null;
  }
}
