import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { inspect, mistakesOf } from "./fake_machine.ts";

const TOKEN = "0123456789abcdef";

describe("--admin-token-file", () => {
  it("is none unless set: nothing can be changed", () => {
    assertEquals(inspect({}).settings.adminTokenFile, null);
  });

  it("takes a file with a token, from wherever it is named", () => {
    const files = { "/etc/token": `${TOKEN}\n`, "/home/odoo/.odoorc": "" };
    const given = [
      { argv: ["--admin-token-file=/etc/token"] },
      { environment: { ODOO_JOBRUNNER_ADMIN_TOKEN_FILE: "/etc/token" } },
      { files: { "/home/odoo/.odoorc": "[jobrunner]\nadmin_token_file = /etc/token\n" } },
    ];

    for (const one of given) {
      const { settings, mistakes } = inspect({ ...one, files: { ...files, ...one.files } });
      assertEquals([settings.adminTokenFile, mistakes], ["/etc/token", []]);
    }
  });

  it("refuses a file that is not there, too short, or no token, and shows nothing of it", () => {
    const wrong: [files: Record<string, string>, reason: string][] = [
      [{}, "there is no such file"],
      [{ "/etc/token": "" }, "at least 16"],
      [{ "/etc/token": "secret 1234567890" }, "at least 16"],
      [{ "/etc/token": "secret" }, "at least 16"],
    ];

    for (const [files, reason] of wrong) {
      const mistakes = mistakesOf({ argv: ["--admin-token-file=/etc/token"], files }).join();
      assertStringIncludes(mistakes, reason);
      assertEquals(mistakes.includes("secret"), false);
    }
  });

  it("warns of one that every user of the machine can read", () => {
    const argv = ["--channels=root:4", "--admin-token-file=/tmp/token"];

    const { warnings, mistakes } = inspect({ argv, files: { "/tmp/token": TOKEN } });

    assertEquals(mistakes, []);
    assertEquals(warnings, [
      "--admin-token-file=/tmp/token: every user of this machine can read the token: " +
      "chmod 600 /tmp/token",
    ]);
  });
});
