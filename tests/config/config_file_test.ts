import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspectSettings } from "../../src/config/settings.ts";
import { fakeMachine, type Given, inspect, inspectFile, mistakesOf } from "./fake_machine.ts";

const PORT = (port: number) => `[options]\nhttp_port = ${port}\n`;
const FILES = {
  "/a.conf": PORT(1),
  "/b.conf": PORT(2),
  "/c.conf": PORT(3),
  "/d.conf": PORT(4),
  "/home/odoo/.odoorc": PORT(5),
  "/home/odoo/.openerp_serverrc": PORT(6),
};

function port(given: Given): number {
  return inspect({ files: FILES, ...given }).settings.port;
}

describe("Odoo's file", () => {
  it("is the one that is named, in the order of sources", () => {
    const environment = {
      ODOO_JOBRUNNER_CONFIG: "/b.conf",
      ODOO_RC: "/c.conf",
      OPENERP_SERVER: "/d.conf",
    };

    assertEquals(port({ environment, argv: ["--config=/a.conf"] }), 1);
    assertEquals(port({ environment }), 2);
    assertEquals(port({ environment: { ...environment, ODOO_JOBRUNNER_CONFIG: "" } }), 3);
    assertEquals(port({ environment: { OPENERP_SERVER: "/d.conf" } }), 4);
  });

  it("is else the first of the usual ones in the home directory", () => {
    assertEquals(port({}), 5);
    assertEquals(port({ files: { "/home/odoo/.openerp_serverrc": PORT(6) } }), 6);
    assertEquals(inspect({ files: FILES }).origins.configFile, "default");
  });

  it("may be named with a tilde", () => {
    assertEquals(port({ argv: ["-c", "~/.openerp_serverrc"] }), 6);
  });

  it("must exist when it is named", () => {
    assertEquals(mistakesOf({ argv: ["--config=/none.conf"], files: FILES }), [
      "--config=/none.conf: there is no such file; give one as in --config=/etc/odoo/odoo.conf",
    ]);
  });

  it("must be readable", () => {
    const machine = fakeMachine({});
    const readFile = (path: string) => {
      if (path.endsWith(".odoorc")) throw new Error("EACCES");
      return null;
    };

    assertEquals(inspectSettings({ ...machine, readFile }).mistakes, [{
      entry: "/home/odoo/.odoorc",
      reason: "it cannot be read (EACCES); give one as in --config=/etc/odoo/odoo.conf",
    }]);
  });

  it("shows its mistakes and oddities with their lines", () => {
    const { mistakes, warnings } = inspectFile("[options]\nnonsense\n[options]\nx=1");

    assertEquals(mistakes.map((it) => it.entry), ["/home/odoo/.odoorc, line 2"]);
    assertEquals(warnings.some((it) => it.startsWith("/home/odoo/.odoorc, line 3: ")), true);
  });
});
