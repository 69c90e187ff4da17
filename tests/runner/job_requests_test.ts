import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemClock } from "../../src/clock.ts";
import { NO_METER } from "../../src/meter.ts";
import { InFlight } from "../../src/runner/in_flight.ts";
import { JobRequests } from "../../src/runner/job_requests.ts";
import { LiveScheduler } from "../../src/runner/live_scheduler.ts";
import { endpointAt } from "../dispatch/asking.ts";
import { closedPort, TestServer } from "../support/http_server.ts";
import { LogLines } from "../support/log_lines.ts";
import { until } from "../support/until.ts";
import { queueJob } from "./driven_turn.ts";

describe("JobRequests.moveTo", () => {
  const clock = new SystemClock();
  const inFlight = new InFlight({ onBegun: () => {}, seen: () => {} });
  let before: TestServer;
  let requests: JobRequests;
  let outcomes: string[];

  beforeEach(async () => {
    outcomes = [];
    before = await TestServer.onRequest(() => {});
    const logger = new LogLines().logger("runner");
    requests = new JobRequests({
      ...{ endpoint: endpointAt(before.port), clock, connectTimeoutMs: 5_000, random: () => 1 },
      ...{ meter: NO_METER, trace: null, logger, loggerOf: () => logger },
      scheduler: new LiveScheduler("root:4", () => {}, { clock }),
      turns: () => [],
      onMore: () => {},
      onOutcome: (_, uuid, { kind }) => void outcomes.push(`${uuid} ${kind}`),
    });
  });
  afterEach(async () => {
    await requests.stop();
    await before.close();
    assertEquals(clock.openTimers, 0);
  });

  const ask = (uuid: string) => requests.ask("shop", inFlight.add(uuid, "root"), queueJob(16));

  it("takes the answer of where Odoo was for nothing that is known of where it is", async () => {
    ask("1");
    await before.until((it) => it.arrivals.length === 1);
    requests.moveTo(endpointAt(await closedPort()));
    ask("2");
    await until("it is away", () => !requests.status.open);

    before.arrivals[0]!.response.end();
    await until("the first is answered", () => outcomes.length === 2);

    assertEquals([outcomes, requests.status.open], [["2 unreachable", "1 finished"], false]);
  });

  it("is open where Odoo is, though it was away where it was", async () => {
    requests.moveTo(endpointAt(await closedPort()));
    ask("1");
    await until("it is away", () => !requests.status.open);

    requests.moveTo(endpointAt(before.port));

    assertEquals([requests.status.open, requests.allowance], [true, Infinity]);
    assertEquals(requests.status.url, `http://127.0.0.1:${before.port}`);
  });

  it("does not begin anew where nothing has changed", async () => {
    const { port } = requests.endpoint;
    requests.moveTo(endpointAt(await closedPort()));
    ask("1");
    await until("it is away", () => !requests.status.open);

    requests.moveTo({ ...requests.endpoint });

    assertEquals([requests.status.open, requests.endpoint.port === port], [false, false]);
  });
});
