import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { SystemClock } from "../../src/clock.ts";
import { type Asked, mayBeSessionLost, outcomeOf } from "../../src/dispatch/answer.ts";
import { brokenReason } from "../../src/dispatch/broken_reason.ts";
import type { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import type { Endpoint } from "../../src/dispatch/endpoint.ts";
import type { HttpAnswer } from "../../src/dispatch/http_request.ts";
import type { Outcome } from "../../src/dispatch/outcome.ts";
import { sessionOf } from "../../src/dispatch/session_cookies.ts";
import { dispatcherAt, job, MODERN, WITH_SESSION } from "../dispatch/asking.ts";
import { TestServer } from "../support/http_server.ts";
import { holds, holdsAsync } from "./property.ts";

const REASON_LENGTH_MAX = 600;
const KINDS = ["finished", "failed", "refused", "unreachable", "unavailable", "dropped"];

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", " \n", "<html>", "/web/login", "https://odoo.example/", "ok"),
  fc.constant("x\r\n".repeat(1000)),
);
const answer: fc.Arbitrary<HttpAnswer> = fc.record({
  status: fc.oneof(fc.integer({ min: 200, max: 599 }), fc.integer({ min: 200, max: 999 })),
  location: fc.option(anyText),
  cookies: fc.array(anyText, { maxLength: 3 }),
  bodyStart: anyText,
});
const asked: fc.Arbitrary<Asked> = fc.record({
  route: fc.constantFrom(MODERN, WITH_SESSION),
  database: fc.string({ unit: "binary", maxLength: 63 }),
  scheme: fc.constantFrom("http", "https"),
  withAuthorization: fc.boolean(),
});

function checkReason(outcome: Outcome): void {
  if (!("reason" in outcome)) return;
  const { reason } = outcome;
  assert(!/[\p{Cc}\u2028\u2029]/u.test(reason), `one line: ${JSON.stringify(reason)}`);
  assert(reason.trim() !== "");
  assertLessOrEqual(reason.length, REASON_LENGTH_MAX);
}

describe("what an HTTP answer means", () => {
  it("is one of the known outcomes, with a reason of one short line", () => {
    holds(fc.property(answer, asked, (answer, asked) => {
      const outcome = outcomeOf(answer, asked);

      assert(KINDS.includes(outcome.kind));
      checkReason(outcome);
    }));
  });

  it("is a job's end for nothing but an empty success", () => {
    holds(fc.property(answer, asked, (answer, asked) => {
      const isEnd = answer.status < 300 && answer.bodyStart.trim() === "";

      assertEquals(outcomeOf(answer, asked).kind === "finished", isEnd);
    }));
  });

  it("closes the gate for 502 and 503 alone, and is a failure for 500 alone", () => {
    holds(fc.property(answer, asked, (answer, asked) => {
      const { kind } = outcomeOf(answer, asked);

      assertEquals(kind === "unavailable", answer.status === 502 || answer.status === 503);
      assertEquals(kind === "failed", answer.status === 500);
      assert(kind !== "unreachable", "what was answered was sent");
    }));
  });

  it("is never that a job may be running when its session is tried again", () => {
    holds(fc.property(answer, asked, (answer, asked) => {
      if (mayBeSessionLost(answer)) assertEquals(outcomeOf(answer, asked).kind, "refused");
    }));
  });

  it("sets a cookie that a header can hold, or none", () => {
    holds(fc.property(answer, (answer) => {
      const { cookie } = sessionOf(answer);

      assert(cookie === null || /^[!-~ ]{1,4096}$/.test(cookie), String(cookie));
    }));
  });
});

/** What is usual, and now and then what is not. */
function oftener<T>(usual: fc.Arbitrary<T>, ...odd: (T | fc.Arbitrary<T>)[]): fc.Arbitrary<T> {
  const odds = odd.map((it) => it instanceof fc.Arbitrary ? it : fc.constant(it));
  return fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: fc.oneof(...odds) });
}

const head = fc.tuple(
  oftener(fc.constantFrom("HTTP/1.1", "HTTP/1.0"), "HTTP/2", "http/1.1", "ICY", "\x16\x03\x01"),
  oftener(fc.constantFrom(200, 204, 303, 404, 500), fc.integer({ min: 99, max: 1000 })),
  oftener(fc.constant("OK"), "", "\u00e9", "a\rb"),
).map(([version, status, phrase]) => `${version} ${status} ${phrase}`);
const field = oftener(
  fc.constantFrom(
    "Content-Length: 0",
    "Content-Length: 2",
    "Transfer-Encoding: chunked",
    "Connection: close",
    "Connection: keep-alive",
    "Location: /web/login",
    "Set-Cookie: session_id=a; Path=/",
  ),
  fc.nat({ max: 20 }).map((it) => `Content-Length: ${it}`),
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "Connection: upgrade",
  "Upgrade: h2c",
  "Location: //\x01\x7f",
  "no colon",
  ": no name",
  " continued",
  "A: \x00",
  `Long: ${"x".repeat(20_000)}`,
);
const body = oftener(
  fc.constantFrom("", "ok", "0\r\n\r\n", "2\r\nok\r\n0\r\n\r\n"),
  ...["zz\r\n", "<html>", "\0"],
);
/** What a server may write: an answer, several, half of one, or noise. */
const written = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(head, fc.array(field, { maxLength: 4 }), body) },
  { weight: 1, arbitrary: fc.constant(null) },
).chain((parts) => {
  if (parts === null) return fc.uint8Array({ maxLength: 200 }).map((it) => Buffer.from(it));
  const [head, fields, body] = parts;
  const text = [head, ...fields, "", body].join("\r\n");
  const whole = Buffer.from(text, "latin1");
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(whole) },
    { weight: 1, arbitrary: fc.nat({ max: whole.length }).map((it) => whole.subarray(0, it)) },
    { weight: 1, arbitrary: fc.constant(Buffer.concat([whole, whole])) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })).map(
        ([at, byte]) => whole.map((it, index) => index === at ? byte : it) as Buffer,
      ),
    },
  );
});

describe("a dispatcher before a server that answers anything", () => {
  const clock = new SystemClock();
  let server: TestServer;
  let dispatcher: Dispatcher;
  let answer: Uint8Array = Buffer.alloc(0);
  let requests: string[] = [];

  beforeAll(async () => {
    server = await TestServer.onSocket(answerOnce);
    const login = { user: "odoo", password: "Geheim" };
    dispatcher = dispatcherAt(server.port, login, { clock });
  });
  afterEach(async () => {
    await server.until(({ openConnections }) => openConnections === 0);
  });
  afterAll(async () => {
    await dispatcher.close();
    await server.close();
    assertEquals(clock.openTimers, 0);
  });

  function answerOnce(socket: Socket): void {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
      if (!text.includes("\r\n\r\n")) return;
      requests.push(text);
      text = "";
      socket.end(answer);
    });
  }

  it("has one outcome for one request, sent at most once", async () => {
    let count = 0;
    const kinds = new Set<string>();
    await holdsAsync(
      fc.asyncProperty(written, async (bytes) => {
        [answer, requests] = [bytes, []];

        const outcome = await dispatcher.ask(job(`job-${count++}`));

        assert(KINDS.includes(outcome.kind), outcome.kind);
        checkReason(outcome);
        assert(!JSON.stringify(outcome).includes("Geheim"));
        assertEquals(requests.length, 1, "sent once");
        assert(outcome.kind !== "unreachable", "what was sent is not called unreachable");
        if (outcome.kind === "finished") assert(/^HTTP\/1\.[01] 2/.test(latin1(bytes)));
        assertEquals(dispatcher.openCount, 0);
        kinds.add(outcome.kind);
      }),
    );
    assertEquals(server.connectionCount, count);
    for (const kind of ["finished", "failed", "refused", "dropped"]) {
      assert(kinds.has(kind), `${kind} was met`);
    }
  });
});

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

const ENDPOINT: Endpoint = {
  scheme: "http",
  host: "odoo",
  port: 8069,
  user: "odoo",
  password: "Geheim",
  ca: null,
  verify: true,
};

describe("why a connection broke", () => {
  it("is said in one line, without what is secret", () => {
    holds(fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (message, code) => {
      const error = Object.assign(new Error(message), { code });

      const reason = brokenReason(error, ENDPOINT);

      checkReason({ kind: "dropped", reason });
      assert(!reason.includes("Geheim") && reason.startsWith('"http://odoo:8069": '));
    }));
  });
});
