/** What a line of `~/.pgpass` is chosen by. */
export interface PgpassKey {
  /** A host name, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** The directories where libpq looks for a server's Unix socket, the most usual first. */
export const SOCKET_DIRECTORIES = ["/var/run/postgresql", "/tmp"];

/** The password of the first line of a password file (libpq's format) that fits, or null. */
export function pgpassPassword(text: string, key: PgpassKey): string | null {
  const host = SOCKET_DIRECTORIES.includes(key.host) ? "localhost" : key.host;
  const wanted = [host, String(key.port), key.database, key.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = readFields(line);
    const password = fields[wanted.length];
    if (password === undefined) continue;
    if (
      wanted.every((value, index) => fields[index] === "*" || unescaped(fields[index]) === value)
    ) {
      return unescaped(password);
    }
  }
  return null;
}

/**
 * The five fields of a line, still with their backslashes: `*` stands for anything, `\*` for a
 * star.
 */
function readFields(line: string): string[] {
  const fields = line.match(/(?:^|:)(?:\\.|[^\\:])*/g) ?? [];
  return fields.map((field, index) => index === 0 ? field : field.slice(1));
}

function unescaped(field = ""): string {
  return field.replace(/\\(.)/g, "$1");
}
