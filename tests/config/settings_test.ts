import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { loadSettings } from "../../src/config/settings.ts";
import { ConfigError } from "../../src/scheduler/errors.ts";
import { fakeMachine, inspect, inspectFile, mistakesOf } from "./fake_machine.ts";

describe("loadSettings", () => {
  it("has a default for everything", () => {
    const { settings, origins } = loadSettings(fakeMachine({}));

    assertEquals(settings, {
      command: "start",
      configFile: null,
      channels: "root:1",
      databases: null,
      dbfilter: null,
      scheme: "http",
      host: "localhost",
      port: 8069,
      httpAuthUser: null,
      httpAuthPassword: null,
      httpCaFile: null,
      httpVerify: true,
      dbHost: "localhost",
      dbPort: 5432,
      dbUser: "os-user",
      dbPassword: null,
      dbSslmode: "prefer",
      dbSslrootcert: null,
      dbTemplate: "template0",
      maintenanceDatabase: "postgres",
      healthHost: "127.0.0.1",
      healthPort: 8070,
      metricsPort: null,
      adminTokenFile: null,
      logLevel: "INFO",
      logHandlers: [],
      discoveryIntervalMs: 30_000,
      heartbeatIntervalMs: 10_000,
      heartbeatDeadlineMs: 5_000,
      statementTimeoutMs: 20_000,
      connectTimeoutMs: 5_000,
      drainTimeoutMs: 10_000,
      pollIntervalMs: 0,
      singleRunner: false,
      requeueStartedAfterMs: null,
    });
    assertEquals(origins.port, "default");
  });

  it("throws with all mistakes, wherever they stand", () => {
    const machine = fakeMachine({
      argv: ["--port=99999", "--channels", "mail:2:sequential,a..b"],
      environment: { ODOO_JOBRUNNER_HEALTH_PORT: "x" },
      files: { "/home/odoo/.odoorc": "[options]\ndb_port = five\n" },
    });

    const error = assertThrows(() => loadSettings(machine), ConfigError);

    assertEquals(error.message.split("\n").sort(), [
      'Cannot use "--channels=a..b": a name has no empty part, as in "a.b:2"',
      'Cannot use "--channels=mail:2:sequential": a sequential channel has capacity 1, as in ' +
      '"mail:1:sequential"',
      'Cannot use "--port=99999": a port is a whole number from 1 to 65535, as in 8069',
      'Cannot use "/home/odoo/.odoorc [options] db_port=five": a port is a whole number from 1 ' +
      "to 65535, as in 5432",
      'Cannot use "ODOO_JOBRUNNER_HEALTH_PORT=x": a port (0 = any free one) is a whole number ' +
      "from 0 to 65535, as in 8070",
    ]);
  });

  it("reads nothing to show the help", () => {
    const { settings, mistakes } = inspect({ argv: ["--help", "--port=x", "--nonsense"] });

    assertEquals(settings.command, "help");
    assertEquals(mistakes, []);
  });
});

describe("the order of sources", () => {
  const FILE = "[jobrunner]\nport = 4\n[queue_job]\nport = 5\n[options-connector]\nport = 6\n" +
    "[options]\nhttp_port = 7\nxmlrpc_port = 8\n";
  const ALL = {
    argv: ["--port=0001"],
    environment: {
      ODOO_JOBRUNNER_PORT: "1",
      ODOO_QUEUE_JOB_PORT: "2",
      ODOO_CONNECTOR_PORT: "3",
    },
  };

  /**
   * The port, and the origin of it, after as many of the strongest sources as said were taken away.
   */
  function without(count: number): readonly [number, string] {
    const argv = count > 0 ? [] : ALL.argv;
    const environment = Object.fromEntries(
      Object.entries(ALL.environment).slice(Math.max(count - 1, 0)),
    );
    const port = /port = (\d)/;
    const lines = FILE.split("\n").filter((line) => Number(port.exec(line)?.[1] ?? 9) > count - 1);
    const { settings, origins } = inspectFile(lines.join("\n"), { argv, environment });
    return [settings.port, origins.port];
  }

  it("is command line, our environment, Odoo's, our section, Odoo's sections, default", () => {
    assertEquals([0, 1, 2, 3, 4, 5, 6, 7, 8].map((count) => without(count + 0)), [
      [1, "--port"],
      [1, "ODOO_JOBRUNNER_PORT"],
      [2, "ODOO_QUEUE_JOB_PORT"],
      [3, "ODOO_CONNECTOR_PORT"],
      [4, "/home/odoo/.odoorc [jobrunner] port"],
      [5, "/home/odoo/.odoorc [queue_job] port"],
      [6, "/home/odoo/.odoorc [options-connector] port"],
      [7, "/home/odoo/.odoorc [options] http_port"],
      [8, "/home/odoo/.odoorc [options] xmlrpc_port"],
    ]);
    assertEquals(without(9), [8069, "default"]);
  });

  it("passes over what is empty", () => {
    const given = { argv: ["--port="], environment: { ODOO_JOBRUNNER_PORT: " " } };

    assertEquals(
      inspectFile("[queue_job]\nport =\n[options]\nhttp_port = 7", given).settings.port,
      7,
    );
  });

  it("says once that queue_job's environment is used instead of connector's", () => {
    const environment = {
      ODOO_QUEUE_JOB_PORT: "1",
      ODOO_QUEUE_JOB_HOST: "a",
      ODOO_CONNECTOR_PORT: "2",
      ODOO_CONNECTOR_HOST: "b",
    };

    const warnings = inspect({ environment, argv: ["--channels=root:1"] }).warnings;

    assertEquals(warnings, [
      "ODOO_QUEUE_JOB_* is used instead of ODOO_CONNECTOR_HOST, ODOO_CONNECTOR_PORT",
    ]);
  });
});

describe("settings of Odoo", () => {
  it("that are False or None are not set", () => {
    const { settings } = inspectFile(
      "[options]\ndb_host = False\ndb_port = False\ndb_user = None\ndb_name = False\n" +
        "http_interface = \nhttp_port = False\n",
    );

    assertEquals(settings.dbHost, "localhost");
    assertEquals(settings.dbPort, 5432);
    assertEquals(settings.dbUser, "os-user");
    assertEquals(settings.databases, null);
    assertEquals([settings.host, settings.port], ["localhost", 8069]);
  });

  it("that name all interfaces mean localhost", () => {
    assertEquals(inspectFile("[options]\nhttp_interface = 0.0.0.0").settings.host, "localhost");
    assertEquals(inspectFile("[options]\nxmlrpc_interface = ::").settings.host, "localhost");
    assertEquals(inspectFile("[options]\nxmlrpc_interface = ::1").settings.host, "::1");
  });

  it("give names of databases, each once", () => {
    const file = "[options]\ndb_name = shop, crm,\n  shop\n";

    assertEquals(inspectFile(file).settings.databases, ["shop", "crm"]);
  });

  it("give log levels in Odoo's words", () => {
    const file = "[options]\nlog_level = debug_sql\nlog_handler = :INFO,odoo.addons:WARNING\n";
    const { settings } = inspectFile(file);

    assertEquals(settings.logLevel, "DEBUG");
    assertEquals(settings.logHandlers, [":INFO", "odoo.addons:WARNING"]);
  });

  it("may end in a comment of Python 2, of which a warning tells", () => {
    const { settings, warnings } = inspectFile("[options]\ndb_user = odoo ; the role\n");

    assertEquals(settings.dbUser, "odoo ; the role");
    assertStringIncludes(
      warnings.join("\n"),
      '[options] db_user: " ;" begins a comment for Odoo 8',
    );
  });
});

describe("settings of ours", () => {
  it("are given in seconds", () => {
    const { settings } = inspect({ argv: ["--drain-timeout=0.5", "--discovery_interval", "60"] });

    assertEquals([settings.drainTimeoutMs, settings.discoveryIntervalMs], [500, 60_000]);
  });

  it("keep a false flag of a file", () => {
    const { settings, warnings } = inspectFile(
      "[jobrunner]\nhttp_verify = False\nscheme = https\nchannels = root:1",
    );

    assertEquals(settings.httpVerify, false);
    assertEquals(warnings, [
      "/home/odoo/.odoorc [jobrunner] http_verify=false: Odoo's certificate is not checked",
    ]);
  });

  it("keep the spaces of a password", () => {
    const environment = { ODOO_JOBRUNNER_DB_PASSWORD: " s ", ODOO_JOBRUNNER_DB_USER: " u " };
    const { settings } = inspect({ environment });

    assertEquals([settings.dbPassword, settings.dbUser], [" s ", "u"]);
  });

  const WRONG: readonly (readonly [string, string])[] = [
    ["--scheme=ftp", "one of http, https is wanted, as in http"],
    ["--host=http://odoo:8069", "a host name or address alone is wanted, as in odoo.example.com"],
    ["--host=fe80::1%eth0", "an IPv6 address without its zone"],
    ["--http-verify=maybe", "one of true, false, 1, 0, yes, no is wanted, as in true"],
    ["--db-sslmode=on", "one of disable, allow, prefer, require, verify-ca, verify-full is wanted"],
    ["--log-level=loud", "one of debug, info, warning, error, critical is wanted, as in info"],
    ["--log-handler=odoo", "a log handler is a logger and its level, as in odoo.addons"],
    ["--discovery-interval=0", "a number of seconds from 1 to 86400 is wanted, as in 30"],
    ["--drain-timeout=-1", "a number of seconds from 0 to 86400 is wanted, as in 10"],
    ["--database=mysql://db/shop", "database names separated by commas are wanted, as in shop,crm"],
    ["--http-ca-file=/ca.pem", "there is no such file"],
    ["--http-auth-password=x", "a password wants a user, as in --http-auth-user=odoo"],
    ["--poll-interval=10", "say --single-runner=true if there is none, or connect straight"],
    ["--db-filter=(?x)a", 'the flag "(?x)" is known to Python alone; give one as in ^shop_.*$'],
  ];
  for (const [option, reason] of WRONG) {
    it(`refuse ${option}`, () => {
      const [message = "", ...others] = mistakesOf({ argv: [option] });

      assertStringIncludes(message, reason);
      assertEquals(others, []);
    });
  }

  it("never show a password", () => {
    const messages = mistakesOf({
      argv: ["--http-auth-password=secret", "--database=postgres://u:secret@h:x/d"],
      environment: { ODOO_JOBRUNNER_DB_NAME: "mysql://u:secret@h/d" },
    });

    assertEquals(messages.length, 2);
    assertEquals(messages.some((it) => it.includes("secret")), false);
  });
});

describe("dbfilter", () => {
  it("is kept as Python has it", () => {
    const file = "[options]\ndbfilter = ^(?P<kind>shop|crm)_.*\\Z\n";

    assertEquals(inspectFile(file).settings.dbfilter, "^(?P<kind>shop|crm)_.*\\Z");
  });

  it("is not used when it depends on a request, with a warning", () => {
    const { settings, warnings } = inspectFile("[options]\ndbfilter = ^%d$\n");

    assertEquals(settings.dbfilter, null);
    assertStringIncludes(warnings.join("\n"), "[options] dbfilter=^%d$ is not used: %d and %h");
    assertStringIncludes(warnings.join("\n"), "with --database or --db-filter");
  });
});
