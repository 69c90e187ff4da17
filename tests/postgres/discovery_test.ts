import { assertEquals, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import { pythonRegex } from "../../src/config/python_regex.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import {
  discoverDatabases,
  type DiscoveryOptions,
  listDatabases,
} from "../../src/database/discovery.ts";
import { TestPostgres } from "../support/test_postgres.ts";

describe("discoverDatabases", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  let role: ConnectionSettings;
  let names: string[];

  beforeAll(async () => {
    server = await TestPostgres.start();
    role = await server.role();
    const own = async (name: string) => {
      const database = await server.server.createDatabase(name);
      await server.admin.unsafe(`alter database "${database}" owner to ${role.user}`);
      return database;
    };
    names = [await own("shop"), await own("Shop.test"), await own("my shop"), await own("sho")];
    await server.admin.unsafe(`alter database "${await own("a_template")}" is_template true`);
    await server.admin.unsafe(`alter database "${await own("closed")}" allow_connections false`);
    await own("our_template");
    await server.server.createDatabase("of_another");
  });
  afterAll(async () => {
    await server.admin.unsafe(`alter database "${prefixed("a_template")}" is_template false`);
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  /** On an installed server the names of databases have a prefix. */
  function prefixed(name: string): string {
    return names[0]!.replace(/shop$/, name);
  }

  function optionsWith(options: Partial<DiscoveryOptions>): DiscoveryOptions {
    return {
      connection: role,
      maintenanceDatabase: "postgres",
      templateDatabase: prefixed("our_template"),
      databases: null,
      databaseFilter: null,
      clock,
      ...options,
    };
  }

  async function discover(options: Partial<DiscoveryOptions> = {}): Promise<string[]> {
    const found = await discoverDatabases(optionsWith(options));
    assertEquals(await server.backends(), 0);
    return found.sort();
  }

  it("lists what the role owns and can connect to, without templates", async () => {
    assertEquals(await discover(), [...names].sort());
  });

  it("lists what an expression of Python matches at the start", async () => {
    const prefix = prefixed("");
    const [shop, test, mine, sho] = names as [string, string, string, string];
    const list = (pattern: string) => discover({ databaseFilter: pythonRegex(prefix + pattern) });

    assertEquals(await list("shop"), [shop]);
    assertEquals(await list("sho"), [sho, shop].sort());
    assertEquals(await list("sho$"), [sho]);
    assertEquals(await list("(?:my |)sho"), [mine, sho, shop].sort());
    assertEquals(await list("[A-Z].*\\.test"), [test]);
    assertEquals(await list(".*op"), [mine, shop, test].sort());
  });

  it("takes given names as they are, without a look", async () => {
    const connection = { ...role, port: 1 };

    assertEquals(await discover({ connection, databases: ["b", "a"] }), ["a", "b"]);
  });

  it("knows which others are there, if it has looked", async () => {
    const [shop, ...others] = names as [string, ...string[]];
    const databaseFilter = pythonRegex(`${shop}$`);

    const read = await listDatabases(optionsWith({ databaseFilter }));
    const given = await listDatabases(optionsWith({ databaseFilter, databases: ["a"] }));

    assertEquals(read.chosen.map((it) => it.name), [shop]);
    assertEquals([...read.others ?? []].sort(), others.sort());
    assertEquals(given, { chosen: [{ name: "a", written: null }], others: null });
  });

  it("fails when the list cannot be read", async () => {
    await assertRejects(() => discover({ maintenanceDatabase: "missing" }));
    await assertRejects(() => discover({ connection: { ...role, password: "wrong" } }));
    assertEquals(await server.backends(), 0);
  });
});
