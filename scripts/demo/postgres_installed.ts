import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { PostgresServer } from "./postgres_server.ts";

/**
 * A server that was there before us: the databases made on it get a prefix of their own, and are
 * dropped at the end.
 */
export class InstalledServer extends PostgresServer {
  /** The server that `JOBRUNNER_TEST_PG` or `PGHOST` names, or null. */
  static fromEnvironment(environment: NodeJS.ProcessEnv): InstalledServer | null {
    const databasePrefix = `jobrunner_${randomBytes(4).toString("hex")}_`;
    const wish = environment["JOBRUNNER_TEST_PG"];
    if (wish === "embedded") return null;
    if (wish !== undefined && wish !== "") {
      const url = new URL(wish);
      return new InstalledServer({
        host: url.hostname,
        port: Number(url.port || 5432),
        user: decodeURIComponent(url.username) || userInfo().username,
        password: decodeURIComponent(url.password) || null,
        databasePrefix,
      });
    }
    const host = environment["PGHOST"];
    if (host === undefined || host === "") return null;
    return new InstalledServer({
      host,
      port: Number(environment["PGPORT"] || 5432),
      user: environment["PGUSER"] || userInfo().username,
      password: environment["PGPASSWORD"] || null,
      databasePrefix,
    });
  }

  override stop(): Promise<void> {
    return this.dropDatabases();
  }
}
