/** What a `postgres://` URI says; null where it is silent. */
export interface PostgresUri {
  readonly host: string | null;
  readonly port: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly database: string | null;
  readonly sslmode: string | null;
  readonly sslrootcert: string | null;
}

export function isPostgresUri(text: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(text);
}

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`. Parameters win over the parts
 * before them, as in libpq.
 *
 * @throws {RangeError} When it cannot be read. The message does not show it.
 */
export function readPostgresUri(text: string): PostgresUri {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    const reason = "a database URI is as in postgres://odoo@db.example.com:5432/shop";
    throw new RangeError(reason, { cause: error });
  }
  const keys = [...url.searchParams.keys()].join();
  if (/[\s#\\]/.test(text) || /@/.test(url.pathname + keys)) {
    throw new RangeError("a special character in a database URI is written as in %40 for @");
  }
  const part = (name: string, text: string) => url.searchParams.get(name) || decoded(text) || null;
  return {
    host: part("host", url.hostname.replace(/^\[(.*)\]$/, "$1")),
    port: part("port", url.port),
    user: part("user", url.username),
    password: part("password", url.password),
    database: part("dbname", url.pathname.replace(/^\//, "")),
    sslmode: part("sslmode", ""),
    sslrootcert: part("sslrootcert", ""),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new RangeError("a percent sign in a database URI is written %25", { cause: error });
  }
}
