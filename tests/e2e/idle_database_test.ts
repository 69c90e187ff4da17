import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { FaultScene, HastyClock, HEARTBEAT_MS } from "../support/fault_scene.ts";
import { until } from "../support/until.ts";

/** Between two searches for jobs that nobody runs. */
const SEARCH_MS = 10_000;

describe("a database without work", () => {
  let scene: FaultScene;

  beforeAll(async () => void (scene = await FaultScene.start()));
  afterAll(() => scene.stop());

  it("is sent heartbeats and searches, and no timeout between them", async () => {
    const database = await scene.postgres.database("16.0");
    const test = scene.run([database], { clock: new HastyClock({ [SEARCH_MS]: HEARTBEAT_MS }) });
    await test.untilReady(database);
    const sent: string[] = [];
    const count = (part: string) => sent.filter((it) => it.includes(part)).length;

    scene.toPostgres.filter = ({ link, isRequest, bytes }) => {
      const isOurs = link.opening.includes(`database\0${database.name}\0`);
      if (isRequest && isOurs) sent.push(bytes.toString("latin1"));
      return bytes;
    };
    await until("some of both are sent", () => {
      const heartbeats = count("odoo_jobrunner_");
      return heartbeats >= 4 && sent.length - heartbeats >= 4;
    });
    await test.stop();

    assertEquals(count("statement_timeout"), 0);
  });
});
