import { assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { userInfo } from "node:os";
import {
  type ConnectionSettings,
  defaultConnection,
  driverOptions,
  type OneServer,
  serversOf,
} from "../../src/database/connection.ts";
import { verification } from "../../src/database/socket.ts";

const settings: OneServer = {
  host: "db.example",
  port: 5433,
  user: "odoo",
  password: "secret",
  sslmode: "disable",
  sslrootcert: null,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 20_000,
};

function options(changed: Partial<OneServer> = {}) {
  return driverOptions({ ...settings, ...changed }, "shop", "odoo_jobrunner_test");
}

describe("driverOptions", () => {
  it("asks for one backend that is never replaced", () => {
    const { max, max_lifetime, idle_timeout, backoff } = options();

    assertEquals({ max, max_lifetime, idle_timeout, backoff }, {
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      backoff: false,
    });
  });

  it("asks for the password at every connection, where it may change", () => {
    const passwords = ["first", "second", null];
    const password = () => passwords.shift() ?? null;

    const asked = [options({ password }), options({ password }), options({ password })];

    assertEquals(asked.map((it) => it.password), ["first", "second", undefined]);
  });

  it("gives the server the deadline of statements and the session its name", () => {
    const { connection } = options();

    assertEquals(connection?.["statement_timeout"], 20_000);
    assertEquals(connection?.["application_name"], "odoo_jobrunner_test");
  });

  it("has the server notice over TCP when we are gone", () => {
    assertEquals(options().connection?.["tcp_keepalives_idle"], 5);
    assertEquals(options({ host: "/run" }).connection?.["tcp_keepalives_idle"], undefined);
  });

  it("leaves the password out when there is none", () => {
    assertEquals(options().password, "secret");
    assertEquals("password" in options({ password: null }), false);
  });
});

describe("verification", () => {
  const of = (sslmode: ConnectionSettings["sslmode"]) => verification({ ...settings, sslmode });

  it("verifies as much as the mode says", () => {
    assertEquals(of("prefer"), { rejectUnauthorized: false });
    assertEquals(of("require"), { rejectUnauthorized: false });
    assertEquals(of("verify-full"), { rejectUnauthorized: true });
    assertEquals(of("verify-ca").rejectUnauthorized, true);
    assertEquals((of("verify-ca").checkServerIdentity as () => unknown)(), undefined);
  });
});

describe("serversOf", () => {
  const of = (changed: Partial<ConnectionSettings>) => {
    return serversOf({ ...settings, ...changed }).map((it) => `${it.host} ${it.port}`);
  };

  it("gives the hosts in order, with one port for all or one for each", () => {
    assertEquals(of({ host: "one, two" }), ["one 5433", "two 5433"]);
    assertEquals(of({ host: "one,two", port: [5432, 5433] }), ["one 5432", "two 5433"]);
    assertEquals(of({ host: "one,two", port: [5432] }), ["one 5432", "two 5432"]);
    assertEquals(of({ host: "::1" }), ["::1 5433"]);
  });

  it("takes the usual directory of the server's socket when none is given", () => {
    assertEquals(of({ host: null }), ["/var/run/postgresql 5433"]);
  });
});

describe("defaultConnection", () => {
  it("takes what libpq would take", () => {
    const found = defaultConnection({
      PGHOST: "db.example",
      PGPORT: "5433",
      PGUSER: "odoo",
      PGPASSWORD: "secret",
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: "/etc/ca.pem",
    });

    assertEquals(found, {
      ...settings,
      port: [5433],
      sslmode: "verify-full",
      sslrootcert: "/etc/ca.pem",
    });
  });

  it("takes the user of the system and the usual port when nothing is said", () => {
    const found = defaultConnection({ PGPORT: "" });

    assertEquals(found.host, null);
    assertEquals(found.port, [5432]);
    assertEquals(found.user, userInfo().username);
    assertEquals(found.password, null);
    assertEquals(found.sslmode, "prefer");
    assertNotEquals(found.statementTimeoutMs, 0);
  });

  it("refuses a mode that libpq does not know", () => {
    let message = "";
    try {
      defaultConnection({ PGSSLMODE: "on" });
    } catch (error) {
      message = (error as Error).message;
    }

    assertEquals(
      message,
      'Cannot use PGSSLMODE="on": wanted is one of disable, allow, prefer, require, verify-ca, ' +
        "verify-full",
    );
  });
});
