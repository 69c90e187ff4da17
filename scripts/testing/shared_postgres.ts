import process from "node:process";
import { PostgresCluster } from "../demo/postgres_cluster.ts";
import { InstalledServer } from "../demo/postgres_installed.ts";

/** What the tests' environment says of the server, and how to end it. */
export interface SharedPostgres {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * One PostgreSQL for all test files of a run, which spares each of them the start of its own; the
 * installed one, if the environment names it. Tests that harm their server start another.
 */
export async function sharedPostgres(): Promise<SharedPostgres> {
  if (InstalledServer.fromEnvironment(process.env)) {
    return { environment: {}, stop: () => Promise.resolve() };
  }
  const server = await PostgresCluster.start({ allowInstalled: false });
  const { host, port, user, password } = server;
  return {
    environment: { JOBRUNNER_TEST_PG: `postgres://${user}:${password}@${host}:${port}` },
    stop: () => server.stop(),
  };
}
