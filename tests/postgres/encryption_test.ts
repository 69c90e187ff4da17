import { assertEquals, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresCluster } from "../../scripts/demo/postgres_cluster.ts";
import type { PostgresServer } from "../../scripts/demo/postgres_server.ts";
import { SystemClock } from "../../src/clock.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { Session } from "../../src/database/session.ts";
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY, TEST_CA } from "../dispatch/certificates.ts";

/** Who runs the server when we are root. */
const NOBODY = 65534;

describe("Session over TLS", () => {
  const clock = new SystemClock();
  let directory: string;
  let server: PostgresServer;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "jobrunner-test-"));
    // The server reads its key only if nobody else can.
    const write = (name: string, text: string) => {
      const path = join(directory, name);
      writeFileSync(path, text, { mode: 0o600 });
      if (statSync(path).uid === 0) chownSync(path, NOBODY, NOBODY);
      return path;
    };
    chmodSync(directory, 0o755);
    const ssl_cert_file = write("server.crt", LOCALHOST_CERTIFICATE);
    const ssl_key_file = write("server.key", LOCALHOST_KEY);
    write("ca.crt", TEST_CA);
    server = await PostgresCluster.start({
      ...{ allowInstalled: false, parameters: { ssl: "on", ssl_cert_file, ssl_key_file } },
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
    assertEquals(clock.openTimers, 0);
  });

  async function isEncrypted(
    sslmode: ConnectionSettings["sslmode"],
    changed: Partial<ConnectionSettings> = {},
  ): Promise<boolean> {
    const { host, port, user, password } = server;
    const session = await Session.open({
      ...{ database: "postgres", applicationName: "odoo_jobrunner_tls", clock },
      connection: {
        ...{ host, port, user, password, sslmode, sslrootcert: null },
        ...{ connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 },
        ...changed,
      },
    });
    const [row] = await session.run("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    await session.end();
    return row!["ssl"] === true;
  }

  const trusted = (host: string) => ({ host, sslrootcert: join(directory, "ca.crt") });

  it("is encrypted unless it is told not to be", async () => {
    assertEquals(await isEncrypted("disable"), false);
    assertEquals(await isEncrypted("prefer"), true);
    assertEquals(await isEncrypted("require"), true);
  });

  it("checks who signed the certificate", async () => {
    assertEquals(await isEncrypted("verify-ca", trusted("127.0.0.1")), true);
    await assertRejects(() => isEncrypted("verify-ca"));
  });

  it("checks whose certificate it is", async () => {
    assertEquals(await isEncrypted("verify-full", trusted("localhost")), true);
    await assertRejects(() => isEncrypted("verify-full", trusted("127.0.0.1")));
    await assertRejects(() => isEncrypted("verify-full", { host: "localhost" }));
  });
});
