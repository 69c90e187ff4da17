import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { pgpassPassword } from "../../src/config/pgpass.ts";

const KEY = { host: "db", port: 5432, database: "shop", user: "odoo" };

describe("pgpassPassword", () => {
  it("takes the first line that fits", () => {
    const text = "other:5432:shop:odoo:1\ndb:5432:shop:odoo:2\ndb:5432:shop:odoo:3\n";

    assertEquals(pgpassPassword(text, KEY), "2");
  });

  it("knows wildcards in every field", () => {
    assertEquals(pgpassPassword("*:*:*:odoo:1", KEY), "1");
    assertEquals(pgpassPassword("*:*:*:*:2", KEY), "2");
    assertEquals(pgpassPassword("*:5433:*:*:3", KEY), null);
  });

  it("knows escaped colons, backslashes and stars", () => {
    const key = { ...KEY, host: "::1", user: "*" };

    assertEquals(pgpassPassword("\\:\\:1:5432:shop:\\*:a\\:b\\\\c", key), "a:b\\c");
    assertEquals(pgpassPassword("\\:\\:1:5432:shop:\\*:x", KEY), null);
  });

  it("passes over comments, short lines and line ends of Windows", () => {
    const text = "# db:5432:shop:odoo:no\ndb:5432\n\ndb:5432:shop:odoo:yes\r\n";

    assertEquals(pgpassPassword(text, KEY), "yes");
  });

  it("calls a usual Unix socket localhost, any other by its directory", () => {
    const text = "localhost:*:*:*:usual\n/srv/pg:*:*:*:other";

    assertEquals(pgpassPassword(text, { ...KEY, host: "/var/run/postgresql" }), "usual");
    assertEquals(pgpassPassword(text, { ...KEY, host: "/srv/pg" }), "other");
  });
});
