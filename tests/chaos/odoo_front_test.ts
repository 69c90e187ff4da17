import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { OdooFront } from "../../scripts/faults/odoo_front.ts";
import { TestServer } from "../support/http_server.ts";

const JOB = { database: "shop", uuid: "a" };

describe("OdooFront", () => {
  let odoo: TestServer;
  let front: OdooFront;

  beforeEach(async () => {
    odoo = await TestServer.onRequest(({ response }) => response.end());
    front = await OdooFront.start(new Map([[JOB.database, odoo]]));
  });
  afterEach(async () => {
    await front.stop();
    await odoo.close();
  });

  async function ask(): Promise<number> {
    const { database, uuid } = JOB;
    const path = `/queue_job/runjob?db=${database}&job_uuid=${uuid}`;
    const response = await fetch(`http://127.0.0.1:${front.port}${path}`);
    await response.body?.cancel();
    return response.status;
  }

  it("passes a request on and counts it", async () => {
    assertEquals(await ask(), 200);

    assertEquals(odoo.arrivals.length, 1);
    assertEquals(front.requests.of(JOB).arrivals, 1);
    assertEquals(front.requests.of(JOB).maxOpen, 1);
  });

  it("answers by itself without asking Odoo", async () => {
    front.answerFor = () => ({ status: 503, isPassedOn: false });

    assertEquals(await ask(), 503);
    assertEquals(odoo.arrivals.length, 0);
  });

  it("answers by itself while Odoo goes on", async () => {
    front.answerFor = () => ({ status: 504, isPassedOn: true });

    assertEquals(await ask(), 504);
    await odoo.until(({ arrivals }) => arrivals.length === 1);
  });
});
