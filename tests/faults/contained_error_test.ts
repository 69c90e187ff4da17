import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, ONCE } from "../support/fault_scene.ts";
import { LogLines } from "../support/log_lines.ts";

const GRACE_MS = 10_000;

describe("an error of the runner itself", () => {
  let scene: FaultScene;

  beforeAll(async () => {
    scene = await FaultScene.start();
  });
  afterAll(() => scene.stop());

  it("costs its database the session, and no job and no other database anything", async () => {
    const [bad, good] = [
      await scene.postgres.database("16.0"),
      await scene.postgres.database("16.0"),
    ];
    const log = new LogLines();
    let errorCount = 0;
    const logger = (name: string) => ({
      ...log.logger(name),
      info: (text: string, database?: string) => {
        log.logger(name).info(text, database);
        if (database !== bad.name || !text.startsWith("asking Odoo") || ++errorCount > 2) return;
        throw new TypeError("broken on purpose");
      },
    });
    const clock = new HastyClock({ [GRACE_MS]: 50 });
    const test = scene.run([bad, good], { logger, clock });
    await test.untilReady(bad, good);

    const ours = await bad.addJobs({}, {}, {});
    const others = await good.addJobs({}, {}, {});
    await good.untilAll("done");
    await bad.untilAll("done");
    await test.stop();

    assertEquals(scene.runsOf(bad, ours), ONCE);
    assertEquals(scene.runsOf(good, others), ONCE);
    const told = log.all.filter((it) => it.level === "CRITICAL");
    assertEquals(told.map((it) => it.database), [bad.name, bad.name]);
    assertStringIncludes(told[0]!.text, "TypeError: broken on purpose");
    assertStringIncludes(told[0]!.text, "contained_error_test");
    assertEquals(log.all.some((it) => it.database === good.name && it.level === "ERROR"), false);
  });
});
