import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { GENERATIONS } from "../../scripts/demo/odoo_generations.ts";
import {
  type AddonFacts,
  type DatabaseFacts,
  generationOf,
  isSameGeneration,
  type KnownGeneration,
} from "../../src/database/generation.ts";

function facts(addons: readonly AddonFacts[], others: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return { addons, columns: ["id", "uuid"], hasJobLocks: false, ...others };
}

function addon(name: string, version: string | null, state = "installed"): AddonFacts {
  return { name, state, version };
}

function known(of: DatabaseFacts): KnownGeneration {
  const found = generationOf(of);
  assert(!("reason" in found), "a generation is wanted");
  return found;
}

describe("generationOf", () => {
  for (const odoo of GENERATIONS) {
    it(`knows ${odoo.addon} ${odoo.name}`, () => {
      const found = known(
        facts([addon(odoo.addon, odoo.addonVersion)], { hasJobLocks: odoo.hasLockTable }),
      );

      assertEquals(found.addon, odoo.addon);
      assertEquals(found.path, odoo.runPath);
      assertEquals(found.session?.replace("?db=", "") ?? null, odoo.sessionPath);
      assertEquals(found.notifyChannel, odoo.notifyChannel);
      assertEquals(found.triggerMadeBy, odoo.triggerMadeBy);
      assertEquals(found.startGuard, odoo.startGuard);
      assertEquals(found.hasJobLocks, odoo.hasLockTable);
      assertEquals(found.name, `${odoo.addon} ${odoo.name.replace("-2025", "")}`);
    });
  }

  it("names the database in the session of connector alone", () => {
    assertEquals(known(facts([addon("connector", "9.0.1.0")])).session, "/web/login?db=");
    assertEquals(known(facts([addon("queue_job", "11.0.1.0")])).session, "/queue_job/session");
  });

  it("takes the lock that the stock runner of the generation takes", () => {
    assertEquals(known(facts([addon("connector", "8.0.3")])).lockKey, "hashtext('jobrunner')");
    assertEquals(known(facts([addon("queue_job", "18.0.2")])).lockKey, "2293787760715711918");
  });

  it("passes over connector where queue_job stands beside it", () => {
    const found = known(facts([addon("connector", "10.0.2.0"), addon("queue_job", "10.0.1.0")]));

    assertEquals(found.name, "queue_job 10.0");
  });

  it("passes over queue_job where it is not installed", () => {
    const found = known(
      facts([addon("queue_job", null, "uninstalled"), addon("connector", "9.0.1")]),
    );

    assertEquals(found.name, "connector 9.0");
  });

  it("has nothing to run without an installed add-on", () => {
    const reason = "neither queue_job nor connector is installed";

    assertEquals(generationOf(facts([])), { state: "ignored", reason });
    for (const state of ["uninstalled", "to install", "uninstallable"]) {
      assertEquals(generationOf(facts([addon("queue_job", null, state)])), {
        state: "ignored",
        reason,
      });
    }
  });

  it("has nothing to run without a table queue_job", () => {
    assertEquals(generationOf(facts([addon("queue_job", "16.0.1")], { columns: [] })), {
      state: "ignored",
      reason: "queue_job has no table queue_job",
    });
  });

  it("pauses while the add-on is upgraded", () => {
    assertEquals(generationOf(facts([addon("queue_job", "16.0.1", "to upgrade")])), {
      state: "paused",
      reason: "queue_job is being upgraded",
    });
  });

  it("goes on while the add-on only waits for its removal", () => {
    assertEquals(known(facts([addon("queue_job", "16.0.1", "to remove")])).name, "queue_job 16.0");
  });

  describe("without a version", () => {
    const guess = (name: string, ...columns: string[]) => {
      return known(facts([addon(name, null)], { columns: ["uuid", ...columns] })).name;
    };

    it("tells by the columns", () => {
      assertEquals(guess("connector", "active"), "connector 8.0");
      assertEquals(guess("connector"), "connector 9.0");
      assertEquals(guess("queue_job"), "queue_job 10.0");
      assertEquals(guess("queue_job", "identity_key"), "queue_job 12.0");
      assertEquals(guess("queue_job", "identity_key", "exc_name"), "queue_job 13.0");
      assertEquals(guess("queue_job", "identity_key", "graph_uuid"), "queue_job 13.0");
    });

    it("needs no version where the table of locks is", () => {
      const found = known(facts([addon("queue_job", null)], { hasJobLocks: true }));

      assertEquals(found.startGuard, "skip locked");
    });
  });
});

describe("isSameGeneration", () => {
  const installed = [addon("queue_job", "16.0.2.1.0")];

  it("tells an add-on that was upgraded while nobody looked", () => {
    const before = known(facts(installed));

    assertEquals(isSameGeneration(before, known(facts(installed))), true);
    for (
      const after of [
        facts(installed, { hasJobLocks: true }),
        facts(installed, { columns: ["id", "uuid", "channel"] }),
        facts(installed, { columns: ["id", "name"] }),
        facts([addon("queue_job", "17.0.1.0.0")]),
      ]
    ) assertEquals(isSameGeneration(before, known(after)), false);
  });
});
