import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Endpoint } from "../../src/dispatch/endpoint.ts";
import type { Outcome } from "../../src/dispatch/outcome.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TestServer } from "../support/http_server.ts";
import { dispatcherAt, job } from "./asking.ts";
import {
  EXPIRED_CERTIFICATE,
  EXPIRED_KEY,
  LOCALHOST_CERTIFICATE,
  LOCALHOST_KEY,
  OTHER_CA,
  TEST_CA,
} from "./certificates.ts";

const HTTPS: Partial<Endpoint> = { scheme: "https", host: "localhost" };

/** Asks a server with our certificate, and says what came of it and how many requests it saw. */
async function askSecurely(
  endpoint: Partial<Endpoint>,
  identity = { cert: LOCALHOST_CERTIFICATE, key: LOCALHOST_KEY },
): Promise<[Outcome, number]> {
  const server = await TestServer.onSecureRequest(identity, ({ response }) => void response.end());
  const dispatcher = dispatcherAt(server.port, { ...HTTPS, ...endpoint });
  const outcome = await dispatcher.ask(job("1"));
  await dispatcher.close();
  const arrivalCount = server.arrivals.length;
  await server.close();
  return [outcome, arrivalCount];
}

describe("Dispatcher over TLS", () => {
  it("asks a server whose authority it was given", async () => {
    assertEquals(await askSecurely({ ca: TEST_CA }), [{ kind: "finished" }, 1]);
  });

  it("sends nothing to a server of an unknown authority", async () => {
    const [outcome, arrivalCount] = await askSecurely({});

    assertEquals([outcome.kind, arrivalCount], ["unreachable", 0]);
    assertStringIncludes("reason" in outcome ? outcome.reason : "", "--http-ca-file");
  });

  it("sends nothing to a server of another name", async () => {
    const [outcome, arrivalCount] = await askSecurely({ ca: TEST_CA, host: "127.0.0.1" });

    assertEquals([outcome.kind, arrivalCount], ["unreachable", 0]);
    assertStringIncludes("reason" in outcome ? outcome.reason : "", "another host name");
  });

  it("sends nothing to a server whose certificate has expired", async () => {
    const expired = { cert: EXPIRED_CERTIFICATE, key: EXPIRED_KEY };

    const [outcome, arrivalCount] = await askSecurely({ ca: OTHER_CA }, expired);

    assertEquals([outcome.kind, arrivalCount], ["unreachable", 0]);
    assertStringIncludes("reason" in outcome ? outcome.reason : "", "has expired");
  });

  it("sends nothing to a server of another authority than the one given", async () => {
    const [outcome, arrivalCount] = await askSecurely({ ca: OTHER_CA });

    assertEquals([outcome.kind, arrivalCount], ["unreachable", 0]);
    assertStringIncludes("reason" in outcome ? outcome.reason : "", "--http-ca-file");
  });

  it("asks any server where verification is off", async () => {
    assertEquals(await askSecurely({ verify: false }), [{ kind: "finished" }, 1]);
  });

  it("sends nothing to a server that does not speak TLS", async () => {
    const server = await TestServer.onRequest(({ response }) => void response.end());
    const dispatcher = dispatcherAt(server.port, { ...HTTPS, ca: TEST_CA });

    const outcome = await dispatcher.ask(job("1"));

    assertEquals([outcome.kind, server.arrivals.length], ["unreachable", 0]);
    await dispatcher.close();
    await server.close();
  });

  it("gives up connecting after its time, and has sent nothing", async () => {
    const clock = new FakeClock();
    const server = await TestServer.onSocket((socket) => void socket.resume());
    const dispatcher = dispatcherAt(server.port, HTTPS, { clock, connectTimeoutMs: 4_000 });
    const outcome = dispatcher.ask(job("1"));
    await server.until((it) => it.connectionCount === 1);

    clock.advance(4_000);

    const { kind, ...rest } = await outcome;
    assertEquals(kind, "unreachable");
    assertStringIncludes("reason" in rest ? String(rest.reason) : "", "no connection within 4 s");
    await dispatcher.close();
    assertEquals(clock.openTimers, 0);
    assertEquals(server.connectionCount, 1);
    await server.close();
  });
});
