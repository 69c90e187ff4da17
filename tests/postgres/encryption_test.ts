import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresCluster } from "../../scripts/demo/postgres_cluster.ts";
import type { PostgresServer } from "../../scripts/demo/postgres_server.ts";
import { SystemClock } from "../../src/clock.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { Session } from "../../src/database/session.ts";
import {
  EXPIRED_CERTIFICATE,
  EXPIRED_KEY,
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
  OTHER_CA,
  TEST_CA,
} from "../dispatch/certificates.ts";

/** Who runs the server when we are root. */
const NOBODY = 65534;

type Changes = Partial<ConnectionSettings>;

/** A server with a certificate, and files with authorities beside it. */
class SecureServer {
  readonly #directory = mkdtempSync(join(tmpdir(), "jobrunner-test-"));
  readonly #clock = new SystemClock();
  #server!: PostgresServer;

  static async start(certificate: string, key: string): Promise<SecureServer> {
    const secure = new SecureServer();
    chmodSync(secure.#directory, 0o755);
    const ssl_cert_file = secure.file("server.crt", certificate);
    const ssl_key_file = secure.file("server.key", key);
    secure.#server = await PostgresCluster.start({
      ...{ allowInstalled: false, parameters: { ssl: "on", ssl_cert_file, ssl_key_file } },
    });
    return secure;
  }

  /** The server reads its key only if nobody else can. */
  file(name: string, text: string): string {
    const path = join(this.#directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (statSync(path).uid === 0) chownSync(path, NOBODY, NOBODY);
    return path;
  }

  async isEncrypted(sslmode: ConnectionSettings["sslmode"], changes: Changes = {}) {
    const { host, port, user, password } = this.#server;
    const session = await Session.open({
      ...{ database: "postgres", applicationName: "odoo_jobrunner_tls", clock: this.#clock },
      connection: {
        ...{ host, port, user, password, sslmode, sslrootcert: null },
        ...{ connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 },
        ...changes,
      },
    });
    const [row] = await session.run("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    await session.end();
    return row!["ssl"] === true;
  }

  /** Why we did not connect. */
  refusal(sslmode: ConnectionSettings["sslmode"], changes: Changes = {}): Promise<string> {
    return this.isEncrypted(sslmode, changes).then(
      () => "none",
      (error: unknown) => (error as Error).message,
    );
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#directory, { recursive: true });
    assertEquals(this.#clock.openTimers, 0);
  }
}

describe("Session over TLS", () => {
  let server: SecureServer;
  let trusted: (host: string) => Changes;

  beforeAll(async () => {
    server = await SecureServer.start(LOCALHOST_CERTIFICATE, LOCALHOST_KEY);
    const sslrootcert = server.file("ca.crt", TEST_CA);
    trusted = (host) => ({ host, sslrootcert });
  });
  afterAll(() => server.stop());

  it("is encrypted unless it is told not to be", async () => {
    assertEquals(await server.isEncrypted("disable"), false);
    assertEquals(await server.isEncrypted("prefer"), true);
    assertEquals(await server.isEncrypted("require"), true);
  });

  it("checks who signed the certificate", async () => {
    const sslrootcert = server.file("other.crt", OTHER_CA);

    assertEquals(await server.isEncrypted("verify-ca", trusted("127.0.0.1")), true);
    for (const changes of [{}, { sslrootcert }, { host: "localhost", sslrootcert }]) {
      assertStringIncludes(
        await server.refusal("verify-ca", changes),
        "give the right one by --db-sslrootcert",
      );
    }
  });

  it("checks whose certificate it is", async () => {
    assertEquals(await server.isEncrypted("verify-full", trusted("localhost")), true);
    assertStringIncludes(
      await server.refusal("verify-full", trusted("127.0.0.1")),
      "its certificate is for another host name",
    );
    assertStringIncludes(
      await server.refusal("verify-full", { host: "localhost" }),
      "--db-sslrootcert",
    );
  });

  it("says which file of certificates cannot be read", async () => {
    assertStringIncludes(
      await server.refusal("verify-full", { sslrootcert: "/nowhere/ca.crt" }),
      "/nowhere/ca.crt",
    );
  });
});

describe("Session over TLS with a certificate that has expired", () => {
  let server: SecureServer;

  beforeAll(async () => {
    server = await SecureServer.start(EXPIRED_CERTIFICATE, EXPIRED_KEY);
  });
  afterAll(() => server.stop());

  it("is refused where it is to be verified", async () => {
    const trusted = { host: "localhost", sslrootcert: server.file("ca.crt", OTHER_CA) };

    assertEquals(await server.isEncrypted("require", trusted), true);
    for (const sslmode of ["verify-ca", "verify-full"] as const) {
      assertStringIncludes(
        await server.refusal(sslmode, trusted),
        "has expired",
      );
    }
  });
});
