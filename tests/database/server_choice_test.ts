import { assertEquals, assertRejects } from "@std/assert";
import { beforeEach, describe, it } from "@std/testing/bdd";
import { type ConnectionSettings, defaultConnection } from "../../src/database/connection.ts";
import { openOnWritable } from "../../src/database/server_choice.ts";

/** How a server behaves: it may be written to, it may not, or the code with which it refuses. */
type Behaviour = "writable" | "read-only" | "ECONNREFUSED" | "28P01";

describe("openOnWritable", () => {
  let settings: ConnectionSettings;
  let asked: string[];
  let ended: string[];

  beforeEach(() => {
    settings = { ...defaultConnection({}), host: "a,b,c", port: [1, 2, 3] };
    asked = [];
    ended = [];
  });

  /** Answers the server that was chosen. */
  async function choose(behaviours: Readonly<Record<string, Behaviour>>): Promise<string> {
    const { name } = await openOnWritable(settings, ({ host, port }) => {
      const name = `${host}:${port}`;
      const behaviour = behaviours[host]!;
      asked.push(name);
      if (behaviour !== "writable" && behaviour !== "read-only") {
        return Promise.reject(Object.assign(new Error(name), { code: behaviour }));
      }
      const end = () => Promise.resolve(void ended.push(name));
      return Promise.resolve({ name, isReadOnly: behaviour === "read-only", end });
    });
    return name;
  }

  it("takes the first that may be written to", async () => {
    const chosen = await choose({ a: "ECONNREFUSED", b: "read-only", c: "writable" });

    assertEquals([chosen, ended], ["c:3", ["b:2"]]);
  });

  it("takes the first that can be read when none may be written to", async () => {
    const chosen = await choose({ a: "ECONNREFUSED", b: "read-only", c: "read-only" });

    assertEquals([chosen, ended], ["b:2", ["c:3"]]);
  });

  it("begins with the one that was chosen last", async () => {
    await choose({ a: "ECONNREFUSED", b: "writable", c: "read-only" });
    asked = [];

    const chosen = await choose({ a: "writable", b: "ECONNREFUSED", c: "read-only" });

    assertEquals([chosen, asked], ["a:1", ["b:2", "c:3", "a:1"]]);
  });

  it("does not go on after one that knows us and does not let us in", async () => {
    const error = await assertRejects(() => choose({ a: "28P01", b: "writable", c: "writable" }));

    assertEquals([(error as Error).message, asked], ["a:1", ["a:1"]]);
  });

  it("fails as the last one does when none can be reached", async () => {
    const down = "ECONNREFUSED";

    const error = await assertRejects(() => choose({ a: down, b: down, c: down }));

    assertEquals((error as Error).message, "c:3");
  });
});
