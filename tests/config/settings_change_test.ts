import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type SettingsChange, settingsChange } from "../../src/config/settings_change.ts";
import { type Given, inspect, inspectFile } from "./fake_machine.ts";

const BEFORE = `
[options]
db_host = db
db_name = shop
[jobrunner]
channels = root:2
port = 8069
http_auth_user = odoo
http_auth_password = secret-one
`;

/** What another text of the file changes. */
function changeTo(text: string, given: Given = {}): SettingsChange {
  return settingsChange(inspectFile(BEFORE, given), inspectFile(text, given));
}

const named = (list: SettingsChange["changed"]) => list.map((it) => it.name);

describe("settingsChange", () => {
  it("finds nothing where nothing has changed, wherever it stands now", () => {
    const change = changeTo(`${BEFORE}[queue_job]\nchannels = root:0\n`);

    assertEquals([change.changed, change.cannotChange, change.mistakes], [[], [], []]);
  });

  it("says each change, from what to what and where it comes from", () => {
    const { changed, next } = changeTo(BEFORE.replace("root:2", "root:4,mail:1"));

    assertEquals(changed, [{
      name: "--channels",
      from: "root:2",
      to: "root:4,mail:1",
      origin: "/home/odoo/.odoorc [jobrunner] channels",
    }]);
    assertEquals(next.settings.channels, "root:4,mail:1");
  });

  it("shows no secret", () => {
    const { changed, next } = changeTo(BEFORE.replace("secret-one", "secret-two"));

    assertEquals(changed.map((it) => [it.name, it.from, it.to]), [
      ["--http-auth-password", "********", "********"],
    ]);
    assertEquals(next.settings.httpAuthPassword, "secret-two");
  });

  it("leaves what wants a restart as it is, with where it came from", () => {
    const text = BEFORE + "health_port = 9000\nport = 8080\n";
    const { changed, cannotChange, next } = changeTo(text.replace("port = 8069\n", ""));

    assertEquals([named(changed), named(cannotChange)], [["--port"], ["--health-port"]]);
    assertEquals([next.settings.healthPort, next.origins.healthPort], [8070, "default"]);
    assertEquals(next.settings.port, 8080);
  });

  it("does not look for the databases of another server at this one", () => {
    const text = BEFORE.replace("db_host = db\ndb_name = shop", "db_host = other\ndb_name = crm");
    const { changed, cannotChange, next } = changeTo(text);

    assertEquals([named(changed), named(cannotChange)], [[], ["--database", "--db-host"]]);
    assertEquals([next.settings.databases, next.settings.dbHost], [["shop"], "db"]);
  });

  it("takes a new password of the same role, from ~/.pgpass too", () => {
    const files = (password: string) => ({
      "/home/odoo/.odoorc": BEFORE,
      "/home/odoo/.pgpass": `db:*:*:*:${password}\n`,
    });
    const before = inspect({ files: files("first-password") });
    const change = settingsChange(before, inspect({ files: files("other-password") }));

    assertEquals(named(change.changed), ["--db-password"]);
    assertEquals(change.next.settings.dbPassword, "other-password");
  });

  it("has all mistakes together", () => {
    const { mistakes } = changeTo(
      BEFORE.replace("root:2", "root:2,mail:x").replace("8069", "many") + "scheme = ftp\n",
    );

    assertEquals(mistakes.map((it) => it.entry), [
      "/home/odoo/.odoorc [jobrunner] scheme=ftp",
      "/home/odoo/.odoorc [jobrunner] port=many",
      "/home/odoo/.odoorc [jobrunner] channels=mail:x",
    ]);
  });

  it("takes a file that has gone for a mistake, and not for one that says nothing", () => {
    const { mistakes } = settingsChange(inspectFile(BEFORE), inspect({}));

    assertEquals(mistakes.at(-1), {
      entry: "/home/odoo/.odoorc",
      reason: "there is no such file any more",
    });
  });
});
