import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { connect, type Socket } from "node:net";
import postgres from "postgres";
import { type Clock, SystemClock } from "../../src/clock.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { type Length, Session, SessionLost } from "../../src/database/session.ts";
import { HastyClock } from "../support/fault_scene.ts";
import { TestServer } from "../support/http_server.ts";
import { TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

/** The server's limit and five seconds, by which a long statement has an answer. */
const IMPATIENT = new HastyClock({ 65_000: 1_000 });

describe("Session", () => {
  const clock = new SystemClock();
  let server: TestPostgres;
  const sessions: Session[] = [];
  let heard: string[];
  let losses: SessionLost[];
  let setbacks: string[];

  beforeAll(async () => void (server = await TestPostgres.start({ isOwn: true })));
  beforeEach(() => {
    heard = [];
    losses = [];
    setbacks = [];
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((it) => it.end()));
  });
  afterAll(async () => {
    await server.stop();
    assertEquals(clock.openTimers, 0);
  });

  async function open(
    connection: Partial<ConnectionSettings> = {},
    database = "postgres",
    sessionClock: Clock = clock,
  ) {
    const session = await Session.open({
      database,
      connection: { ...server.connection, ...connection },
      applicationName: "odoo_jobrunner_session",
      clock: sessionClock,
      onNotify: (channel, payload) => heard.push(`${channel} ${payload}`),
      onLost: (reason) => losses.push(reason),
      onSetback: (reason) => setbacks.push(reason),
    });
    sessions.push(session);
    return session;
  }

  async function untilNoBackend(): Promise<void> {
    await until("no backend is left", async () => await server.backends() === 0);
  }

  async function untilWaitsFor({ pid }: Session, event: string): Promise<void> {
    await until(`the statement waits for ${event}`, async () => {
      const [row] = await server.admin`
        select wait_event as event from pg_stat_activity where pid = ${pid}`;
      return row?.["event"] === event;
    });
  }

  it("runs statements on one backend", async () => {
    const session = await open();

    const rows = await session.run("select pg_backend_pid() as pid, $1::int + 1 as sum", [41]);

    assertEquals(rows.map((it) => ({ ...it })), [{ pid: session.pid, sum: 42 }]);
    await session.end();
  });

  it("takes lists as parameters", async () => {
    const session = await open();

    const texts = ["a", `b"{},`, "back\\slash", "null", "", "it's"];
    const [row] = await session.run("select to_json($1::text[])::text as texts", [texts]);
    const [none] = await session.run("select cardinality($1::text[]) as count", [[]]);

    assertEquals(JSON.parse(String(row!["texts"])), texts);
    assertEquals(none!["count"], 0);
    await session.end();
  });

  it("hears what was notified while a statement ran, once it is over", async () => {
    const session = await open();
    await session.run("listen jobs");
    await server.admin`select pg_advisory_lock(7)`;

    const blocked = session.run("select pg_advisory_lock(7)");
    await untilWaitsFor(session, "advisory");
    await server.admin`notify jobs, 'first'`;
    await server.admin`notify jobs, 'second'`;
    await server.admin`select pg_advisory_unlock(7)`;
    await blocked;

    await until("both are heard", () => heard.length === 2);
    assertEquals(heard, ["jobs first", "jobs second"]);
    await session.end();
  });

  it("goes on after a statement that the server refuses", async () => {
    const session = await open();

    const error = await assertRejects(() => session.run("select 1 / $1::int", [0]));

    assertInstanceOf(error, postgres.PostgresError);
    assertEquals(error.code, "22012");
    assertEquals(session.isOpen, true);
    assertEquals((await session.run("select 1 as one"))[0]!["one"], 1);
    await session.end();
    assertEquals(losses, []);
  });

  it("goes on after a statement that the server gives up", async () => {
    const session = await open({ statementTimeoutMs: 50 });

    const error = await assertRejects(() => session.run("select pg_sleep(60)"));

    assertEquals((error as { code?: string }).code, "57014");
    assertEquals(session.isOpen, true);
    await session.end();
  });

  it("has the server notice within 15 s when we vanish", async () => {
    const session = await open();

    // Of the TCP settings, as the operating system has them.
    const [row] = await session.run(`
      select current_setting('tcp_user_timeout') as gone,
        current_setting('tcp_keepalives_idle') as idle,
        current_setting('tcp_keepalives_interval') as interval,
        current_setting('tcp_keepalives_count') as count,
        current_setting('client_connection_check_interval', true) as check`);

    const { check, ...tcp } = row!;
    assertEquals(tcp, { gone: "15000", idle: "5", interval: "3", count: "3" });
    assertEquals([null, "1s"].includes(check as string | null), true);
    await session.end();
  });

  it("gives the server less time for a brief statement, and little for a lock", async () => {
    const session = await open();
    const timeouts = async (length: Length) => {
      const [row] = await session.run(
        `select current_setting('statement_timeout') as statement,
          current_setting('lock_timeout') as lock`,
        [],
        length,
      );
      return [row!["statement"], row!["lock"]];
    };

    assertEquals(await timeouts("long"), ["20s", "5s"]);
    assertEquals(await timeouts("brief"), ["10s", "5s"]);
    assertEquals(await timeouts("keyed"), ["10s", "5s"]);
    assertEquals(await timeouts("onward"), ["20s", "5s"]);
    assertEquals(await timeouts("long"), ["20s", "5s"]);
    await session.end();
  });

  it("has the server plan a keyed statement once, and any other for its values", async () => {
    const session = await open();
    const modes = async (length: Length) => {
      const [row] = await session.run(
        `select current_setting('plan_cache_mode', true) as plan,
          current_setting('enable_seqscan') as seqscan, current_setting('enable_sort') as sort`,
        [],
        length,
      );
      return [row!["plan"], row!["seqscan"], row!["sort"]];
    };
    const [plan] = await modes("long");
    const knowsModes = plan !== null;

    assertEquals(await modes("keyed"), [knowsModes ? "force_generic_plan" : null, "off", "on"]);
    assertEquals(await modes("onward"), [knowsModes ? "auto" : null, "on", "off"]);
    assertEquals(await modes("brief"), [knowsModes ? "auto" : null, "on", "on"]);
    await session.end();
  });

  it("is lost within 15 s when a brief statement has no answer", async () => {
    const [statement, link] = [10_000, 5_000];
    const session = await open({}, "postgres", new HastyClock({ [statement + link]: 50 }));

    const error = await assertRejects(() => session.run("select pg_sleep(60)", [], "brief"));

    assertEquals((error as SessionLost).message, "no answer for 15 s");
    await session.end();
    await server.admin`select pg_terminate_backend(${session.pid})`;
    await untilNoBackend();
  });

  it("sends a statement again that gave way to a transaction, and tells it once", async () => {
    const session = await open();
    await server.admin`create sequence attempts`;

    for (const code of ["40001", "40P01"]) {
      await session.run(`do $$ begin
        if nextval('attempts') < 3 then
          raise exception 'gave way' using errcode = '${code}';
        end if;
      end $$`);
      await server.admin`alter sequence attempts restart`;
    }

    assertEquals(setbacks, ["gave way"]);
    assertEquals(losses, []);
    await server.admin`drop sequence attempts`;
    await session.end();
  });

  it("gives up on a statement that gives way again and again, and goes on", async () => {
    const session = await open();

    const error = await assertRejects(() => {
      return session.run("do $$ begin raise exception 'no' using errcode = '40001'; end $$");
    });

    assertEquals((error as { code?: string }).code, "40001");
    assertEquals((await session.run("select 1 as one"))[0]!["one"], 1);
    await session.end();
  });

  it("may be ended while a statement waits to be sent again", async () => {
    const session = await open();
    const running = assertRejects(() => {
      return session.run("do $$ begin raise exception 'no' using errcode = '40001'; end $$");
    });
    await until("it gave way", () => setbacks.length === 1);

    await session.end();

    assertEquals((await running as SessionLost).code, "ENDED");
  });

  it("lets go of its locks when its connection ends in the middle of a statement", async () => {
    const session = await open();
    const [row] = await server.admin`
      select current_setting('client_connection_check_interval', true) as check`;
    if (row!["check"] === null) return await session.end();
    await session.run("select pg_advisory_lock(9)");
    const running = assertRejects(() => session.run("select pg_sleep(60)"));
    await untilWaitsFor(session, "PgSleep");

    session.abandon("so");

    await running;
    await untilNoBackend();
  });

  it("is lost when a statement has no answer in time", async () => {
    const session = await open({ statementTimeoutMs: 60_000 }, "postgres", IMPATIENT);
    const { pid } = session;

    const error = await assertRejects(() => session.run("select pg_sleep(60)"));

    assertInstanceOf(error, SessionLost);
    assertEquals(error.code, "TIMEOUT");
    assertEquals(losses, [error]);
    assertEquals(session.isOpen, false);
    assertEquals(await assertRejects(() => session.run("select 1")), error);
    await session.end();
    await server.admin`select pg_terminate_backend(${pid})`;
    await untilNoBackend();
  });

  it("is lost when its backend is terminated, and takes no other", async () => {
    const session = await open();
    await session.run("select pg_advisory_lock(8)");

    await server.admin`select pg_terminate_backend(${session.pid})`;
    await until("the loss is told", () => losses.length === 1);

    assertEquals(losses[0]!.code, "CONNECTION_CLOSED");
    assertEquals(await assertRejects(() => session.run("select 1")), losses[0]);
    assertEquals(await server.backends(), 0);
    await session.end();
  });

  it("is lost when its backend is terminated in the middle of a statement", async () => {
    const session = await open();

    const running = assertRejects(() => session.run("select pg_sleep(60)"));
    await untilWaitsFor(session, "PgSleep");
    await server.admin`select pg_terminate_backend(${session.pid})`;

    assertInstanceOf(await running, SessionLost);
    assertEquals(losses.length, 1);
    await session.end();
    assertEquals(await server.backends(), 0);
  });

  it("is lost when its owner gives it up", async () => {
    const session = await open();

    session.abandon("it does not hear");

    assertEquals(losses.map((it) => [it.code, it.message]), [["ABANDONED", "it does not hear"]]);
    await session.end();
    await untilNoBackend();
  });

  it("has let go of its locks when it has ended", async () => {
    for (let round = 0; round < 5; round++) {
      const session = await open();
      const [row] = await session.run("select pg_try_advisory_lock(9) as locked");
      assertEquals(row!["locked"], true);
      await session.end();
    }
    assertEquals(await server.backends(), 0);
    assertEquals(losses, []);
  });

  it("may be ended twice, and after its loss", async () => {
    const session = await open();
    await Promise.all([session.end(), session.end()]);
    await session.end();

    const lost = await open();
    lost.abandon("so");
    await lost.end();
    await lost.end();

    const error = await assertRejects(() => session.run("select 1"));
    assertEquals((error as SessionLost).code, "ENDED");
    await untilNoBackend();
  });

  it("may be ended while a statement runs", async () => {
    const session = await open();
    const running = assertRejects(() => session.run("select pg_sleep(0.2)"));
    await untilWaitsFor(session, "PgSleep");

    await session.end();

    assertEquals((await running as SessionLost).code, "ENDED");
    assertEquals(losses, []);
    assertEquals(await server.backends(), 0);
  });

  it("does not open without the database, the password or the server", async () => {
    const codeOf = async (opened: Promise<Session>) => {
      return (await assertRejects(() => opened) as { code?: string }).code;
    };

    assertEquals(await codeOf(open({}, "missing")), "3D000");
    assertEquals(await codeOf(open({ password: "wrong" })), "28P01");
    assertEquals(await codeOf(open({ port: 1 })), "ECONNREFUSED");
    assertEquals(losses, []);
    await untilNoBackend();
  });

  it("tries each host in turn", async () => {
    const session = await open({ host: "127.0.0.9, 127.0.0.1" });

    assertEquals(session.isOpen, true);
    await session.end();
  });

  it("does without encryption where the server has none, unless it must not", async () => {
    const session = await open({ sslmode: "prefer" });

    assertEquals(session.isOpen, true);
    await session.end();
    await assertRejects(() => open({ sslmode: "require" }));
    await untilNoBackend();
  });

  it("connects through the socket of the machine", async () => {
    const session = await open({ host: server.cluster.socketDirectory, password: null });

    const [row] = await session.run("select inet_client_addr() is null as local");

    assertEquals(row!["local"], true);
    await session.end();
  });

  it("leaves no connection over a link that dies without a word", async () => {
    const upstreams: Socket[] = [];
    const link = await TestServer.onSocket((socket) => {
      const upstream = connect(server.server.port, server.server.host);
      upstreams.push(upstream);
      upstream.on("error", () => {});
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    const there = { host: "127.0.0.1", port: link.port, statementTimeoutMs: 60_000 };
    const session = await open(there, "postgres", IMPATIENT);
    // From now on what the server says goes nowhere.
    for (const upstream of upstreams) upstream.unpipe().resume();

    const error = await assertRejects(() => session.run("select 1"));
    await session.end();

    assertEquals((error as SessionLost).code, "TIMEOUT");
    await link.until((it) => it.openConnections === 0);
    for (const upstream of upstreams) upstream.destroy();
    await link.close();
    await untilNoBackend();
  });
});
