import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { sessionOf } from "../../src/dispatch/session_cookies.ts";
import type { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import { type Arrival, closedPort, TestServer } from "../support/http_server.ts";
import { CONNECTOR, dispatcherAt, job, WITH_SESSION } from "./asking.ts";

describe("Dispatcher with sessions", () => {
  let server: TestServer;
  let dispatcher: Dispatcher;
  let sessionStatus: number;
  let sessionCount: number;
  /** What Odoo takes, of all it has given. */
  let isKnown: (cookie: string | undefined) => boolean;
  let answerSession: (arrival: Arrival) => void;

  beforeEach(async () => {
    sessionStatus = 200;
    sessionCount = 0;
    isKnown = (cookie) => cookie !== undefined;
    answerSession = ({ response }) => {
      const cookie = `session_id=s${++sessionCount}; Path=/; HttpOnly`;
      response.writeHead(sessionStatus, { "set-cookie": cookie, location: "/web" }).end();
    };
    server = await TestServer.onRequest((arrival) => {
      if (!arrival.url.includes("/runjob")) return answerSession(arrival);
      arrival.response.writeHead(isKnown(arrival.headers.cookie) ? 200 : 404).end();
    });
    dispatcher = dispatcherAt(server.port);
  });

  afterEach(async () => {
    await dispatcher.close();
    await server.close();
  });

  const arrived = () =>
    server.arrivals.map((it) => `${it.url.split("?")[0]} ${it.headers.cookie ?? "-"}`);

  it("fetches one session for the first jobs of a database together", async () => {
    const outcomes = await Promise.all(
      ["1", "2", "3"].map((uuid) => dispatcher.ask(job(uuid, WITH_SESSION))),
    );

    assertEquals(new Set(outcomes.map((it) => it.kind)), new Set(["finished"]));
    assertEquals(arrived(), [
      "/queue_job/session -",
      "/queue_job/runjob session_id=s1",
      "/queue_job/runjob session_id=s1",
      "/queue_job/runjob session_id=s1",
    ]);
  });

  it("keeps a session for each database", async () => {
    sessionStatus = 302;

    await dispatcher.ask(job("1", CONNECTOR, "a"));
    await dispatcher.ask(job("1", CONNECTOR, "b"));
    await dispatcher.ask(job("2", CONNECTOR, "a"));

    assertEquals(server.arrivals.map((it) => it.url).filter((it) => it.includes("login")), [
      "/web/login?db=a",
      "/web/login?db=b",
    ]);
    assertEquals(server.arrivals.at(-1)?.headers.cookie, "session_id=s1");
  });

  it("asks once more, with a new session, when the old one has run out", async () => {
    await dispatcher.ask(job("1", WITH_SESSION));
    isKnown = (cookie) => cookie === "session_id=s2";

    const outcomes = await Promise.all(
      ["2", "3"].map((uuid) => dispatcher.ask(job(uuid, WITH_SESSION))),
    );

    assertEquals(outcomes.map((it) => it.kind), ["finished", "finished"]);
    assertEquals(sessionCount, 2);
  });

  it("asks no third time", async () => {
    isKnown = () => false;

    const outcome = await dispatcher.ask(job("1", WITH_SESSION));

    assertEquals(outcome.kind, "refused");
    assertEquals(arrived(), [
      "/queue_job/session -",
      "/queue_job/runjob session_id=s1",
      "/queue_job/session -",
      "/queue_job/runjob session_id=s2",
    ]);
  });

  it("does not ask again when the connection breaks, for the job may run", async () => {
    isKnown = () => {
      server.arrivals.at(-1)?.response.socket?.destroy();
      return true;
    };

    const outcome = await dispatcher.ask(job("1", WITH_SESSION));

    assertEquals(outcome.kind, "dropped");
    assertEquals(server.arrivals.length, 2);
  });

  it("asks without a cookie where Odoo gives none", async () => {
    answerSession = ({ response }) => void response.end();
    isKnown = () => true;

    await dispatcher.ask(job("1", WITH_SESSION));
    await dispatcher.ask(job("2", WITH_SESSION));

    assertEquals(arrived(), ["/queue_job/session -", "/queue_job/runjob -", "/queue_job/runjob -"]);
  });

  it("says what is wrong with the session, and tries it anew for the next job", async () => {
    const seen: string[] = [];
    for (sessionStatus of [404, 401, 500, 502, 502, 504]) {
      seen.push(`${sessionStatus} ${(await dispatcher.ask(job("1", WITH_SESSION))).kind}`);
    }

    assertEquals(seen, [
      "404 refused",
      "401 refused",
      "500 refused",
      "502 unreachable",
      // Odoo was found meanwhile, so this concerns the database.
      "502 refused",
      "504 refused",
    ]);
    assertEquals(server.arrivals.every((it) => it.url === "/queue_job/session"), true);
    assertEquals(server.arrivals.length, 6);
  });

  it("has none, says nothing of Odoo, where asking for one kills the worker", async () => {
    answerSession = ({ response }) => void response.socket?.destroy();

    const outcome = await dispatcher.ask(job("1", WITH_SESSION));

    assertEquals(outcome, {
      kind: "refused",
      reason: `no session: "http://127.0.0.1:${server.port}": the connection was closed`,
    });
    assertEquals(server.arrivals.length, 1);
  });

  it("has sent nothing when it is let go before the session came", async () => {
    answerSession = () => {};
    const outcome = dispatcher.ask(job("1", WITH_SESSION));
    await server.until((it) => it.arrivals.length === 1);

    dispatcher.release("shop", "1");

    assertEquals(await outcome, { kind: "released", sent: false });
    server.arrivals[0]?.response.end();
    await dispatcher.close();
    assertEquals(server.arrivals.length, 1);
  });

  it("forgets the session of a database that is gone", async () => {
    await dispatcher.ask(job("1", WITH_SESSION));
    dispatcher.forgetDatabase("shop");
    await dispatcher.ask(job("2", WITH_SESSION));

    assertEquals(sessionCount, 2);
  });

  it("has sent nothing where no session can be had", async () => {
    const nowhere = dispatcherAt(await closedPort());

    assertEquals((await nowhere.ask(job("1", WITH_SESSION))).kind, "unreachable");
    await nowhere.close();
  });
});

describe("sessionOf", () => {
  const cookieOf = (...cookies: string[]) =>
    sessionOf({ status: 200, location: null, bodyStart: "", cookies }).cookie;

  it("keeps the names and values of all cookies", () => {
    const cookie = cookieOf("session_id=abc; expires=Thu; Path=/", "lb=node2;HttpOnly");

    assertEquals(cookie, "session_id=abc; lb=node2");
  });

  it("keeps nothing that does not belong into a header", () => {
    assertEquals(cookieOf("session_id=", "a=b\r\nc: d", "é=1", "nothing"), null);
    assertEquals(cookieOf(`a=${"x".repeat(5000)}`), null);
    assertEquals(cookieOf(), null);
  });
});
