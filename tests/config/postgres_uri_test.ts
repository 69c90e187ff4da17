import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { isPostgresUri, readPostgresUri } from "../../src/config/postgres_uri.ts";

const SILENT = {
  host: null,
  port: null,
  user: null,
  password: null,
  database: null,
  sslmode: null,
  sslrootcert: null,
};

describe("readPostgresUri", () => {
  it("reads all parts, decoded", () => {
    const uri = readPostgresUri("postgresql://odoo:p%40ss%25@db:5433/my%20shop?sslmode=require");

    assertEquals(uri, {
      host: "db",
      port: "5433",
      user: "odoo",
      password: "p@ss%",
      database: "my shop",
      sslmode: "require",
      sslrootcert: null,
    });
  });

  it("is silent about what is not there", () => {
    assertEquals(readPostgresUri("postgres:///shop"), { ...SILENT, database: "shop" });
    assertEquals(readPostgresUri("postgres://db"), { ...SILENT, host: "db" });
  });

  it("reads the directory of a Unix socket", () => {
    assertEquals(readPostgresUri("postgres:///shop?host=/run/pg").host, "/run/pg");
    assertEquals(readPostgresUri("postgres://%2Frun%2Fpg/shop").host, "/run/pg");
  });

  it("reads IPv6 addresses", () => {
    assertEquals(readPostgresUri("postgres://[::1]:5432/shop").host, "::1");
  });

  it("refuses what it cannot read, without showing it", () => {
    const wrong = [
      "postgres://u:secret@db:port/x",
      "postgres://u:secret%@db/x",
      "postgres://u:#secret@db/x",
      "postgres://u:\\secret@db/x",
      "postgres://u:/secret@db/x",
      "postgres://u:?secret@db/x",
      "postgres://u: secret@db/x",
    ];
    for (const text of wrong) {
      const error = assertThrows(() => readPostgresUri(text), RangeError);

      assertEquals(error.message.includes("secret"), false);
    }
  });
});

describe("isPostgresUri", () => {
  it("tells URIs from names", () => {
    assertEquals(["postgres://x", "postgresql://x", "postgres", "shop"].map(isPostgresUri), [
      true,
      true,
      false,
      false,
    ]);
  });
});
