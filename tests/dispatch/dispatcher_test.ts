import { Socket } from "node:net";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import type { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import { isNeverSent, type Outcome } from "../../src/dispatch/outcome.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { type Arrival, closedPort, TestServer } from "../support/http_server.ts";
import { dispatcherAt, job } from "./asking.ts";

function reasonOf(outcome: Outcome): string {
  return "reason" in outcome ? outcome.reason : "";
}

describe("Dispatcher", () => {
  let server: TestServer;
  let dispatcher: Dispatcher;
  let answer: (arrival: Arrival) => void;
  let clock: SystemClock;

  beforeEach(async () => {
    answer = ({ response }) => void response.end();
    server = await TestServer.onRequest((arrival) => answer(arrival));
    clock = new SystemClock();
    dispatcher = dispatcherAt(server.port, {}, { clock });
  });

  afterEach(async () => {
    await dispatcher.close();
    await server.close();
    assertEquals(clock.openTimers, 0);
    assertEquals(dispatcher.openCount, 0);
  });

  it("asks for one job with one request on a connection of its own", async () => {
    const outcome = await dispatcher.ask(job("u 1", undefined, "a&b"));

    assertEquals(outcome, { kind: "finished" });
    assertEquals(server.arrivals.map((it) => it.url), ["/queue_job/runjob?db=a%26b&job_uuid=u+1"]);
    assertEquals(server.arrivals[0]?.headers.connection, "close");
    assertEquals(server.arrivals[0]?.headers.authorization, undefined);
    assertEquals(server.connectionCount, 1);
  });

  it("opens a new connection for every request", async () => {
    await dispatcher.ask(job("1"));
    await dispatcher.ask(job("2"));

    assertEquals(server.connectionCount, 2);
  });

  it("sends the password a proxy asks for", async () => {
    const withPassword = dispatcherAt(server.port, { user: "odoo", password: "s3cret" });
    await withPassword.ask(job("1"));
    await withPassword.close();

    assertEquals(server.arrivals[0]?.headers.authorization, `Basic ${btoa("odoo:s3cret")}`);
  });

  it("tells Odoo the trace that a job belongs to, where there is one", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await dispatcher.ask({ ...job("1"), traceparent });
    await dispatcher.ask(job("2"));

    assertEquals(server.arrivals.map((it) => it.headers["traceparent"]), [traceparent, undefined]);
  });

  it("says what the answer means", async () => {
    const seen: string[] = [];
    for (const status of [200, 204, 500, 404, 502, 503, 504]) {
      answer = ({ response }) => void response.writeHead(status).end();
      seen.push(`${status} ${(await dispatcher.ask(job("1"))).kind}`);
    }

    assertEquals(seen, [
      "200 finished",
      "204 finished",
      "500 failed",
      "404 refused",
      "502 unavailable",
      "503 unavailable",
      "504 dropped",
    ]);
    assertEquals(server.arrivals.length, 7);
  });

  it("does not follow a redirect", async () => {
    answer = ({ response }) => void response.writeHead(303, { location: "/web/login" }).end();

    const outcome = await dispatcher.ask(job("1"));

    assertEquals(outcome.kind, "refused");
    assertEquals(server.arrivals.length, 1);
  });

  it("sends nothing again when the connection closes without an answer", async () => {
    answer = ({ response }) => void response.socket?.destroy();

    const outcome = await dispatcher.ask(job("1"));

    assertEquals(outcome.kind, "dropped");
    assertEquals(server.arrivals.length, 1);
    assertEquals(server.connectionCount, 1);
  });

  it("does not believe an answer that was cut off", async () => {
    answer = ({ response }) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("12345", () => response.socket?.destroy());
    };

    assertEquals((await dispatcher.ask(job("1"))).kind, "dropped");
    assertEquals(server.arrivals.length, 1);
  });

  it("waits for 100 answers at once, however late they come", async () => {
    answer = () => {};
    const outcomes = Array.from({ length: 100 }, (_, i) => dispatcher.ask(job(`${i}`)));
    await server.until((it) => it.arrivals.length === 100);
    assertEquals(dispatcher.openCount, 100);

    for (const { response } of server.arrivals) response.end();

    const kinds = new Set((await Promise.all(outcomes)).map((it) => it.kind));
    assertEquals([...kinds], ["finished"]);
    assertEquals(server.connectionCount, 100);
  });

  it("asks once for a job that is being asked for already", async () => {
    answer = () => {};
    const first = dispatcher.ask(job("1"));
    const second = dispatcher.ask(job("1"));
    const sameUuidElsewhere = dispatcher.ask(job("1", undefined, "clone"));
    await server.until((it) => it.arrivals.length === 2);

    for (const { response } of server.arrivals) response.end();

    assertEquals(await Promise.all([first, second, sameUuidElsewhere]).then((it) => it.length), 3);
    assertEquals(server.arrivals.length, 2);
  });

  it("reads only the start of a long page", async () => {
    let wasCut: Promise<void> | null = null;
    answer = ({ response, closed }) => {
      wasCut = closed;
      response.writeHead(200, { "content-type": "text/html" });
      const write = () => {
        while (!response.destroyed && response.write(`<html>${" ".repeat(60_000)}`));
      };
      response.on("drain", write);
      write();
    };

    const outcome = await dispatcher.ask(job("1"));

    assertStringIncludes(reasonOf(outcome), "a web page");
    await wasCut;
  });

  it("waits for the end of a body no longer than 10 s", async () => {
    const fakeClock = new FakeClock();
    const patient = dispatcherAt(server.port, {}, { clock: fakeClock });
    answer = ({ response }) => void response.writeHead(200).write("<html>");
    const outcome = patient.ask(job("1"));
    await until(() => fakeClock.nextDueMs === 10_000);

    fakeClock.advance(10_000);

    assertEquals((await outcome).kind, "refused");
    await patient.close();
    assertEquals(fakeClock.openTimers, 0);
  });

  it("knows that nothing was sent where nothing listens", async () => {
    const nowhere = dispatcherAt(await closedPort());

    const outcome = await nowhere.ask(job("1"));

    assertEquals(outcome.kind, "unreachable");
    assert(isNeverSent(outcome));
    assertStringIncludes(reasonOf(outcome), "nothing listens there (ECONNREFUSED)");
    await nowhere.close();
  });

  it("tells a full backlog from a host that is away by its other requests", async () => {
    const fakeClock = new FakeClock();
    const patient = dispatcherAt(server.port, {}, { clock: fakeClock });
    answer = () => {};
    const first = patient.ask(job("1"));
    await server.until((it) => it.arrivals.length === 1);
    const second = patient.ask(job("2"));
    await Promise.resolve();
    fakeClock.advance(5_000);
    const outcome = await second;
    server.arrivals[0]!.response.end();

    assertEquals([outcome.kind, isNeverSent(outcome)], ["overloaded", true]);
    assertStringIncludes(reasonOf(outcome), "no connection within 5 s");
    assertEquals((await first).kind, "finished");
    await patient.close();
    assertEquals(server.arrivals.length, 1);
  });

  it("knows that nothing was sent to a host without a name", async () => {
    const nowhere = dispatcherAt(80, { host: "no-such-host.invalid" });

    const outcome = await nowhere.ask(job("1"));

    assertEquals(outcome.kind, "unreachable");
    await nowhere.close();
  });

  it("has the system probe a connection that stays silent for 30 s", async () => {
    const original = Socket.prototype.setKeepAlive;
    const delays: (number | undefined)[] = [];
    Socket.prototype.setKeepAlive = function (this: Socket, enable, delayMs) {
      if (enable) delays.push(delayMs);
      return Reflect.apply(original, this, [enable, delayMs]);
    };
    try {
      await dispatcher.ask(job("1"));
    } finally {
      Socket.prototype.setKeepAlive = original;
    }

    assertEquals(delays, [30_000]);
  });

  it("refuses what is no HTTP server", async () => {
    const other = await TestServer.onSocket((socket) => void socket.write("SSH-2.0-OpenSSH\r\n"));
    const lost = dispatcherAt(other.port);

    const outcome = await lost.ask(job("1"));

    assertEquals(outcome.kind, "refused");
    await lost.close();
    await other.close();
  });

  it("takes no host that no URL can hold", () => {
    assertThrows(() => dispatcherAt(1, { host: "a b" }), RangeError, 'Cannot ask the host "a b"');
  });
});

describe("Dispatcher.release", () => {
  it("closes the connection of an open request and opens no other", async () => {
    const server = await TestServer.onRequest(() => {});
    const dispatcher = dispatcherAt(server.port);
    const outcome = dispatcher.ask(job("1"));
    await server.until((it) => it.arrivals.length === 1);

    dispatcher.release("shop", "1");

    assertEquals(await outcome, { kind: "released", sent: true });
    await server.arrivals[0]?.closed;
    await dispatcher.close();
    assertEquals(server.connectionCount, 1);
    await server.close();
  });

  it("does nothing for a job that nobody asks for", async () => {
    const dispatcher = dispatcherAt(1);

    dispatcher.release("shop", "1");

    assertEquals(dispatcher.openCount, 0);
    await dispatcher.close();
  });

  it("knows that nothing was sent when it comes first", async () => {
    const server = await TestServer.onRequest(() => {});
    const dispatcher = dispatcherAt(server.port);

    const outcome = dispatcher.ask(job("1"));
    dispatcher.release("shop", "1");

    assertEquals(await outcome, { kind: "released", sent: false });
    await dispatcher.close();
    assertEquals(server.arrivals.length, 0);
    await server.close();
  });
});

describe("Dispatcher.close", () => {
  it("lets all requests go, and sends none afterwards", async () => {
    const server = await TestServer.onRequest(() => {});
    const dispatcher = dispatcherAt(server.port);
    const outcomes = [dispatcher.ask(job("1")), dispatcher.ask(job("2"))];
    await server.until((it) => it.arrivals.length === 2);

    await dispatcher.close();
    await dispatcher.close();

    assertEquals((await Promise.all(outcomes)).map((it) => it.kind), ["released", "released"]);
    assertEquals(await dispatcher.ask(job("3")), { kind: "released", sent: false });
    await server.until((it) => it.openConnections === 0);
    assertEquals(server.connectionCount, 2);
    await server.close();
  });
});

describe("Dispatcher.probe", () => {
  it("finds Odoo by any answer that is not a proxy's", async () => {
    let status = 200;
    const server = await TestServer.onRequest(({ response }) =>
      void response.writeHead(status).end()
    );
    const dispatcher = dispatcherAt(server.port);
    const seen: string[] = [];

    for (status of [200, 303, 404, 401, 500, 502, 503, 504]) {
      seen.push(`${status} ${(await dispatcher.probe()).kind}`);
    }

    assertEquals(seen.slice(0, 5), ["200 up", "303 up", "404 up", "401 up", "500 up"]);
    assertEquals(seen.slice(5), ["502 down", "503 down", "504 down"]);
    assertEquals(server.arrivals[0]?.url, "/queue_job/session");
    assertEquals(server.connectionCount, 8);
    await dispatcher.close();
    await server.close();
  });

  it("finds nothing where nothing listens", async () => {
    const dispatcher = dispatcherAt(await closedPort());

    assertEquals((await dispatcher.probe()).kind, "down");
    await dispatcher.close();
  });

  it("says after its time that a connection waits for an answer", async () => {
    const clock = new FakeClock();
    const server = await TestServer.onRequest(() => {});
    const dispatcher = dispatcherAt(server.port, {}, { clock, probeTimeoutMs: 3_000 });
    const probe = dispatcher.probe();
    await server.until((it) => it.arrivals.length === 1);

    clock.advance(3_000);

    assertEquals(await probe, { kind: "waiting" });
    await dispatcher.close();
    assertEquals(clock.openTimers, 0);
    await server.close();
  });
});

/** Looks again after every turn of the event loop. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
