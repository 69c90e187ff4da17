import { assertEquals, assertThrows } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import { type Arrival, TestServer } from "../support/http_server.ts";
import { dispatcherAt, endpointAt, job, WITH_SESSION } from "./asking.ts";

describe("Dispatcher.moveTo", () => {
  let before: TestServer;
  let after: TestServer;
  let dispatcher: Dispatcher;
  /** What the old one does; the new one answers at once. */
  let answer: (arrival: Arrival) => void;

  beforeEach(async () => {
    answer = () => {};
    before = await TestServer.onRequest((arrival) => answer(arrival));
    after = await TestServer.onRequest(({ response }) => {
      response.writeHead(200, { "set-cookie": "session_id=new" }).end();
    });
    dispatcher = dispatcherAt(before.port);
  });

  afterEach(async () => {
    await dispatcher.close();
    await before.close();
    await after.close();
  });

  const arrivedAt = ({ arrivals }: TestServer) =>
    arrivals.map((it) => `${it.url} ${it.headers.cookie ?? "-"}`);

  it("leaves an open request where it is, and asks for the next one there", async () => {
    const first = dispatcher.ask(job("1"));
    await before.until((it) => it.arrivals.length === 1);

    dispatcher.moveTo(endpointAt(after.port));
    const second = await dispatcher.ask(job("2"));
    before.arrivals[0]!.response.end();

    assertEquals([await first, second], [{ kind: "finished" }, { kind: "finished" }]);
    assertEquals(arrivedAt(after), ["/queue_job/runjob?db=shop&job_uuid=2 -"]);
    assertEquals(before.arrivals.length, 1);
  });

  it("does not ask for a job again that is open at the old one", async () => {
    const first = dispatcher.ask(job("1"));
    await before.until((it) => it.arrivals.length === 1);

    dispatcher.moveTo(endpointAt(after.port));
    const again = dispatcher.ask(job("1"));
    before.arrivals[0]!.response.end();

    assertEquals([await first, await again], [{ kind: "finished" }, { kind: "finished" }]);
    assertEquals(after.arrivals.length, 0);
  });

  it("wants a session of the new one, also for a job that waits for one", async () => {
    answer = ({ url, response }) => {
      response.writeHead(200, { "set-cookie": "session_id=old" });
      if (!url.endsWith("waiting")) response.end();
    };
    await dispatcher.ask(job("1", WITH_SESSION));
    const waiting = dispatcher.ask(job("2", { ...WITH_SESSION, session: "/waiting" }, "crm"));
    await before.until((it) => it.arrivals.length === 3);

    dispatcher.moveTo(endpointAt(after.port));
    await dispatcher.ask(job("3", WITH_SESSION));
    before.arrivals[2]!.response.end();

    assertEquals(await waiting, { kind: "finished" });
    assertEquals(arrivedAt(after), [
      "/queue_job/session -",
      "/queue_job/runjob?db=shop&job_uuid=3 session_id=new",
      "/waiting -",
      "/queue_job/runjob?db=crm&job_uuid=2 session_id=new",
    ]);
  });

  it("is told where Odoo is by the new one", async () => {
    dispatcher.moveTo(endpointAt(after.port));
    await before.close();

    assertEquals(await dispatcher.probe(), { kind: "up" });
  });

  it("lets go of the requests at both", async () => {
    const first = dispatcher.ask(job("1"));
    const second = dispatcher.ask(job("2"));
    await before.until((it) => it.arrivals.length === 2);
    dispatcher.moveTo(endpointAt(after.port));

    dispatcher.release("shop", "1");
    const released = await first;
    await dispatcher.close();

    const sent = { kind: "released", sent: true } as const;
    assertEquals([released, await second], [sent, sent]);
    await before.until((it) => it.openConnections === 0);
  });

  it("refuses a host that no URL can hold, and stays where it is", async () => {
    answer = ({ response }) => void response.end();

    assertThrows(
      () => dispatcher.moveTo(endpointAt(1, { host: "my host" })),
      RangeError,
      'Cannot ask the host "my host"',
    );

    assertEquals(await dispatcher.ask(job("1")), { kind: "finished" });
  });
});
