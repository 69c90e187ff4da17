import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, ONCE } from "../support/fault_scene.ts";
import type { TestRunner } from "../support/test_runner.ts";
import type { ProxiedLink } from "../support/tcp_proxy.ts";
import { until } from "../support/until.ts";

const answerOf = (status: number) => (link: ProxiedLink) => {
  link.answer(Buffer.from(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`));
};
const FAULTS: Readonly<Record<string, (link: ProxiedLink) => void>> = {
  "is answered 404": answerOf(404),
  "is answered 500": answerOf(500),
  "kills its worker": (link) => link.cut({ withReset: true }),
  "kills its worker, as a proxy tells (502)": answerOf(502),
};

describe("a database of 9.0 that gets no session", () => {
  let scene: FaultScene;
  let test: TestRunner;

  beforeAll(async () => {
    scene = await FaultScene.start("9.0");
  });
  afterEach(async () => {
    await test.stop();
    await scene.calm();
  });
  afterAll(() => scene.stop());

  for (const [what, fault] of Object.entries(FAULTS)) {
    it(`waits alone when asking for it ${what}`, async () => {
      const [bad, good] = [
        await scene.postgres.database("9.0"),
        await scene.postgres.database("9.0"),
      ];
      test = scene.run([bad, good]);
      await test.untilReady(bad, good);
      scene.toOdoo.filter = ({ isRequest, bytes, link }) => {
        if (!isRequest || !bytes.includes(`/web/login?db=${bad.name} `)) return bytes;
        fault(link);
        return null;
      };
      const uuid = await bad.addJob();
      await until("it is held", () => test.log.complaints.some((it) => /no session/.test(it)));

      const others = await good.addJobs({}, {}, {});
      await good.untilAll("done");
      const { open } = test.runner.status.odoo;
      const state = await bad.state(uuid);
      scene.toOdoo.filter = null;
      await bad.untilAll("done");

      assertEquals([open, state], [true, "pending"]);
      assertEquals(scene.runsOf(bad, [uuid]), ONCE);
      assertEquals(scene.runsOf(good, others), ONCE);
    });
  }
});
