import { Buffer } from "node:buffer";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { runCommand } from "../../src/cli/command.ts";
import { LOG_LEVELS } from "../../src/log_level.ts";
import { fakeMachine, type Given } from "../config/fake_machine.ts";
import { FakeProcess } from "../support/fake_process.ts";
import { TestServer } from "../support/http_server.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

/** What no output may have in it. */
const MARK = "Gh31mN1sXq";
/** With characters that are written otherwise in URLs, forms and patterns. */
const PASSWORD = `${MARK}/+ü $& %`;
const IN_URI = encodeURIComponent(PASSWORD);
const RC = "/home/odoo/.odoorc";

/** The mark in base64, wherever in three bytes it begins; without what its neighbours change. */
const IN_BASE64 = [0, 1, 2].map((shift) => {
  const base64 = Buffer.from("x".repeat(shift) + MARK).toString("base64").replace(/=+$/, "");
  return base64.slice(shift === 0 ? 0 : shift + 1, -2);
});

function assertHidden(text: string): void {
  for (const form of [MARK, ...IN_BASE64]) {
    assertEquals(text.includes(form), false, `${form} is shown in ${text}`);
  }
}

/** Every place that can hold a password, and some where people put one by mistake. */
const GIVEN: Readonly<Record<string, Given>> = {
  "the command line": {
    argv: ["--db-password", PASSWORD, "--http-auth-user=u", `--http-auth-password=${PASSWORD}`],
  },
  "our environment": {
    environment: {
      ODOO_JOBRUNNER_DB_PASSWORD: PASSWORD,
      ODOO_JOBRUNNER_HTTP_AUTH_USER: "u",
      ODOO_JOBRUNNER_HTTP_AUTH_PASSWORD: PASSWORD,
    },
  },
  "Odoo's environment": {
    environment: {
      ODOO_QUEUE_JOB_JOBRUNNER_DB_PASSWORD: PASSWORD,
      ODOO_CONNECTOR_HTTP_AUTH_USER: "u",
      ODOO_CONNECTOR_HTTP_AUTH_PASSWORD: PASSWORD,
    },
  },
  "libpq's environment": { environment: { PGPASSWORD: PASSWORD } },
  "Odoo's file": {
    files: {
      [RC]: `[options]\ndb_password = ${PASSWORD}\n[queue_job]\nhttp_auth_user = u\n` +
        `http_auth_password = ${PASSWORD}\n`,
    },
  },
  "a database URI": { argv: [`--database=postgres://u:${IN_URI}@db/shop`] },
  "a parameter of a database URI": { argv: [`--database=postgres://db/shop?password=${IN_URI}`] },
  "a database URI in Odoo's file": {
    files: { [RC]: `[options]\ndb_name = postgresql://u:${IN_URI}@db:5432/shop\n` },
  },
  "libpq's password file": { files: { "/home/odoo/.pgpass": `*:*:*:*:${MARK}/+\n` } },
  "a password without a user": { argv: [`--http-auth-password=${PASSWORD}`] },
  "two URIs that differ": { argv: [`-d`, `postgres://u:${IN_URI}@a/x,postgres://u:y@a/z`] },
  "a URI with a comma in it": { argv: [`--database=postgres://u:x,${MARK}@db/shop`] },
  "a URI that is none": { argv: [`--database=postgres://u:${MARK}@db:port/shop`] },
  "words of libpq": { argv: [`--database=dbname=shop password=${MARK}`] },
  "a host": { argv: [`--host=u:${MARK}@odoo`, `--db-host=u:${MARK}@db`] },
  "a host as URL": { argv: [`--host=http://u:${MARK}@odoo`, `--health-host=u:${MARK}@x`] },
  "a misspelt option": { argv: [`--db-passwort=${MARK}`, `--pasword`, MARK] },
  "a misspelt variable": { environment: { ODOO_JOBRUNNER_DB_PASWORD: MARK } },
  "a misspelt key": { files: { [RC]: `[jobrunner]\ndb_pasword = ${MARK}\n` } },
};

describe("a password", () => {
  for (const [place, given] of Object.entries(GIVEN)) {
    it(`in ${place} is not shown by any command`, async () => {
      for (const command of ["check-config", "help", "version", "start"]) {
        let shown = "";
        const write = (text: string) => void (shown += text);
        const argv = [command, ...given.argv ?? []];
        const result = await runCommand(fakeMachine({ ...given, argv }), "1", {
          write,
          writeError: write,
        });

        assertHidden(shown);
        if (typeof result !== "number") assertHidden(result.warnings.join("\n"));
      }
    });
  }
});

describe("a password in use", () => {
  let postgres: TestPostgres;
  let database: TestDatabase;
  let odoo: TestServer;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    database = await postgres.database("16.0");
    // What a proxy may do: it sends back what it was sent.
    odoo = await TestServer.onRequest(({ response, headers }) => {
      response.writeHead(401, { location: String(headers.authorization) });
      response.end(String(headers.authorization));
    });
  });
  afterAll(async () => {
    await odoo.close();
    await postgres.stop();
  });

  function argv(level: string, ...more: string[]): string[] {
    const { host, port } = postgres.connection;
    return [
      ...[`--db-host=${host}`, `--db-port=${port}`, `--database=${database.name}`],
      ...["--host=127.0.0.1", `--port=${odoo.port}`, "--health-port=0", `--log-level=${level}`],
      ...["--http-auth-user=u", `--http-auth-password=${PASSWORD}`, "--channels=root:1", ...more],
    ];
  }

  async function status(process: FakeProcess): Promise<string> {
    const [, url] = await process.untilLog(/health server: (\S+)/);
    const response = await fetch(url!, { headers: { connection: "close" } });
    return await response.text();
  }

  it("is not shown by the log nor the status when it is wrong, or the host", async () => {
    const { user } = postgres.connection;
    for (const level of LOG_LEVELS) {
      for (const host of [[], ["--db-host=127.0.0.1", "--db-port=1"]]) {
        const process = new FakeProcess();
        const given = argv(level, `--db-user=${user}`, `--db-password=${PASSWORD}`, ...host);
        const ended = process.start({ argv: given });
        if (level === "DEBUG" || level === "INFO") assertHidden(await status(process));
        if (level !== "CRITICAL") await process.untilLog(/trying again/);
        process.fail(new Error(`a bug that shows ${PASSWORD} and ${IN_URI}`));

        assertEquals(await ended, 1);
        assertStringIncludes(process.text, "a bug that shows ********");
        assertHidden(process.text);
      }
    }
  });

  it("is not shown when it is right, and Odoo's is refused", async () => {
    const { user, password } = await postgres.role();
    await postgres.admin.unsafe(`alter role ${user} superuser`);
    await database.addJob();
    const process = new FakeProcess();
    const ended = process.start({
      argv: argv("debug", `--db-user=${user}`),
      environment: { PGPASSWORD: password! },
    });
    await until("Odoo was asked", () => odoo.arrivals.length > 0);
    await process.untilLog(/answered 401/);

    const shown = await status(process);
    process.signal();

    assertEquals(await ended, 0);
    for (const text of [shown, process.text]) {
      assertHidden(text);
      assertEquals(text.includes(password!), false);
    }
  });
});
