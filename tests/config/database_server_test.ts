import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspectSettings } from "../../src/config/settings.ts";
import { fakeMachine, type Given, inspect, inspectFile, mistakesOf } from "./fake_machine.ts";

function server(given: Given): readonly unknown[] {
  const { dbHost, dbPort, dbUser, dbPassword } = inspect(given).settings;
  return [dbHost, dbPort, dbUser, dbPassword];
}

describe("the database server, as libpq finds it,", () => {
  it("comes from PG… variables when nothing else names it", () => {
    const environment = { PGHOST: "pg", PGPORT: "5433", PGUSER: "me", PGPASSWORD: "x" };

    assertEquals(server({ environment }), ["pg", 5433, "me", "x"]);
    const file = inspectFile("[options]\ndb_host = db\n", { environment });
    assertEquals([file.settings.dbHost, file.settings.dbPort], ["db", 5433]);
    assertEquals(file.origins.dbPort, "PGPORT");
  });

  it("may have several hosts, with one port for all or one for each", () => {
    const hosts = "--db-host=one, two,/run/pg";

    assertEquals(server({ argv: [hosts] }).slice(0, 2), ["one,two,/run/pg", 5432]);
    assertEquals(server({ argv: [hosts, "--db-port=5433"] })[1], 5433);
    assertEquals(server({ argv: [hosts, "--db-port=5432,5433, 5434"] })[1], [5432, 5433, 5434]);
    assertEquals(server({ environment: { PGHOST: "a,b", PGPORT: "1,2" } }).slice(0, 2), [
      "a,b",
      [1, 2],
    ]);
  });

  it("is refused with too few or too many ports, or with a wrong one", () => {
    const [few] = mistakesOf({ argv: ["--db-host=one,two,three", "--db-port=5432,5433"] });
    const [many] = mistakesOf({ argv: ["--db-host=one", "--db-port=5432,5433"] });
    const [wrong] = mistakesOf({ argv: ["--db-host=one,two", "--db-port=5432,0"] });
    const [empty] = mistakesOf({ argv: ["--db-host=one,,two"] });

    assertMatch(few ?? "", /^--db-port=5432,5433: one port for all hosts .* hosts \(3\)$/);
    assertMatch(many ?? "", /hosts \(1\)$/);
    assertMatch(wrong ?? "", /^--db-port=5432,0: a port is a whole number/);
    assertMatch(empty ?? "", /^--db-host=one,,two: a host name or address alone/);
  });

  it("is the first Unix socket that exists", () => {
    const tmp = { "/tmp/.s.PGSQL.5433": "" };
    const run = { "/var/run/postgresql/.s.PGSQL.5433": "" };

    assertEquals(server({ files: tmp, argv: ["--db-port=5433"] })[0], "/tmp");
    assertEquals(
      server({ files: { ...tmp, ...run }, environment: { PGPORT: "5433" } })[0],
      "/var/run/postgresql",
    );
    assertEquals(server({ files: tmp })[0], "localhost");
  });

  it("has the user of the operating system", () => {
    const { settings, origins } = inspect({});

    assertEquals(settings.dbUser, "os-user");
    assertEquals(origins.dbUser, "default (user of the operating system)");
  });

  it("wants a user when the operating system knows none", () => {
    const userName = () => {
      throw new RangeError("the user of the operating system is not known");
    };

    assertEquals(inspectSettings({ ...fakeMachine({}), userName }).mistakes, [{
      entry: "--db-user",
      reason: "the user of the operating system is not known, give it as in --db-user=odoo",
    }]);
  });

  it("has the password of ~/.pgpass", () => {
    const files = { "/home/odoo/.pgpass": "db:*:*:odoo:right\n*:*:*:*:wrong\n" };
    const given = { files, argv: ["--db-host=db", "--db-user=odoo"] };

    assertEquals(inspect(given).settings.dbPassword, "right");
    assertEquals(inspect(given).origins.dbPassword, "/home/odoo/.pgpass");
    assertEquals(
      inspect({ ...given, environment: { PGPASSWORD: "given" } }).settings.dbPassword,
      "given",
    );
  });

  it("has the password of the file in PGPASSFILE, also for one of the databases", () => {
    const files = { "/pass": "*:*:shop:*:right\n" };
    const environment = { PGPASSFILE: "/pass" };

    assertEquals(server({ files, environment, argv: ["-d", "crm,shop"] })[3], "right");
    assertEquals(server({ files, environment })[3], null);
  });

  it("has the password for any of several hosts", () => {
    const files = { "/home/odoo/.pgpass": "two:5433:*:*:right\n" };
    const argv = ["--db-host=one,two", "--db-port=5432,5433"];

    assertEquals(server({ files, argv })[3], "right");
  });

  it("is checked against libpq's certificates where they exist", () => {
    const path = "/home/odoo/.postgresql/root.crt";
    const files = { [path]: "-----BEGIN CERTIFICATE-----" };

    assertEquals(inspect({ files }).settings.dbSslrootcert, path);
    assertEquals(
      inspect({ files, argv: ["--db-sslrootcert=system"] }).settings.dbSslrootcert,
      null,
    );
    assertEquals(mistakesOf({ files: { [path]: "DER" } }).length, 1);
  });
});

describe("a database URI", () => {
  it("gives the database and its server", () => {
    const argv = ["--database=postgres://me:p%40ss@db:5433/shop?sslmode=require"];
    const { settings, origins } = inspect({ argv });

    assertEquals(server({ argv }), ["db", 5433, "me", "p@ss"]);
    assertEquals(settings.databases, ["shop"]);
    assertEquals(settings.dbSslmode, "require");
    assertEquals(origins.dbHost, "--database (URI)");
  });

  it("counts more than other settings of the same place, and less than stronger ones", () => {
    const file = "[options]\ndb_name = postgres://me@db/shop\ndb_host = other\ndb_user = other\n";

    const { settings } = inspectFile(file, { argv: ["--db-user=strong"] });

    assertEquals([settings.dbHost, settings.dbUser], ["db", "strong"]);
  });

  it("without a database has that of its user or host, as in Odoo", () => {
    assertEquals(inspect({ argv: ["-d", "postgres://me@db"] }).settings.databases, ["me"]);
    assertEquals(inspect({ argv: ["-d", "postgres://db"] }).settings.databases, ["db"]);
  });

  it("may stand beside others of the same server", () => {
    const argv = ["-d", "postgres://me@db/shop,postgres://me@db/crm,pos"];

    assertEquals(inspect({ argv }).settings.databases, ["shop", "crm", "pos"]);
  });

  it("is refused beside one of another server, without its password", () => {
    const argv = ["-d", "postgres://me:secret@db/shop,postgres://me:secret@other/crm"];

    const [message, ...others] = mistakesOf({ argv });

    assertMatch(message ?? "", /^-+database=postgres:..\*+@other.crm: all databases are on one/);
    assertEquals(others, []);
  });

  it("is refused when its password has a comma, and is not shown", () => {
    const databases = "shop,postgres://odoo:a,secret@db/crm";

    assertEquals(mistakesOf({ argv: [`--database=${databases}`] }), [
      "--database=shop,postgres://********@db/crm: a comma in a database URI is written %2C",
    ]);
  });

  it("is not shown with its password, whatever is in it", () => {
    const [said] = mistakesOf({ argv: ["--database=mysql://odoo:a secret@b@db/crm"] });

    assertEquals(said?.includes("secret"), false);
  });

  it("is refused when its port is out of range", () => {
    assertMatch(mistakesOf({ argv: ["-d", "postgres://db:0/shop"] })[0] ?? "", /a port is/);
  });
});
