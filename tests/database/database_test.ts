import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Database } from "../../src/database/database.ts";
import type { KnownGeneration } from "../../src/database/generation.ts";
import type { Session } from "../../src/database/session.ts";

describe("Database", () => {
  it("looks briefly before a claim, so that a dead link is soon noticed", async () => {
    const lengths: unknown[] = [];
    const session = {
      run: (_text: string, _parameters: readonly string[], length?: string) => {
        lengths.push(length);
        return Promise.resolve([{ state: "installed" }]);
      },
    } as unknown as Session;

    const isUnchanged = await new Database("shop")
      .isUnchanged(session, { addon: "queue_job" } as KnownGeneration);

    assertEquals([isUnchanged, lengths], [true, ["brief"]]);
  });
});
