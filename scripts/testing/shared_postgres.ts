import process from "node:process";
import { PostgresCluster } from "../demo/postgres_cluster.ts";
import { InstalledServer } from "../demo/postgres_installed.ts";

/**
 * Gives a run of test files one PostgreSQL for all of them, by variables for its environment, which
 * spares each file the start of its own; the installed one, if the environment names it. Tests that
 * harm their server start another.
 */
export async function withPostgres<T>(
  run: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (InstalledServer.fromEnvironment(process.env)) return await run({});
  const server = await PostgresCluster.start({ allowInstalled: false, isInMemory: true });
  try {
    const { host, port, user, password } = server;
    return await run({ JOBRUNNER_TEST_PG: `postgres://${user}:${password}@${host}:${port}` });
  } finally {
    await server.stop();
  }
}
