import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { generationNamed } from "../../scripts/demo/odoo_schema.ts";
import { StandInOdoo } from "../../scripts/demo/stand_in_odoo.ts";
import { type CollectedSpan, Collector } from "../support/collector.ts";
import { HostProcess } from "../support/host_process.ts";
import { closedPort } from "../support/http_server.ts";
import { type TestDatabase, TestPostgres } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

describe("the process, told of a collector by OpenTelemetry's variables", () => {
  let postgres: TestPostgres;
  let odoo: StandInOdoo;
  let collector: Collector;
  let database: TestDatabase;
  let host: HostProcess | null = null;

  beforeAll(async () => {
    postgres = await TestPostgres.start();
    const { server } = postgres;
    odoo = await StandInOdoo.start({ generation: generationNamed("16.0"), server, workers: 1 });
    collector = await Collector.start();
  });
  afterEach(async () => {
    await host?.stop();
    host = null;
    await until("its backends are gone", async () => await postgres.backends() === 0);
  });
  afterAll(async () => {
    await collector.stop();
    await odoo.stop();
    await postgres.stop();
  });

  async function start(environment: Readonly<Record<string, string>>): Promise<HostProcess> {
    database = await postgres.database("16.0");
    host = await HostProcess.start(
      [
        ...["--database", database.name, "--host", "127.0.0.1", "--port", String(odoo.port)],
        ...["--channels", "root:2,mail:1", "--health-port", "0"],
      ],
      { ...postgres.server.environment(), ...environment },
      { mayWrite: false },
    );
    await host.untilLine(/database connections ready/);
    return host;
  }

  it("sends a span for each job, the last ones when it stops", async () => {
    const process = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    });
    const uuid = await database.addJob({ channel: "mail" });
    await database.untilState(uuid, "done");
    const job = { database: database.name, uuid };
    await until("its request is over", () => odoo.requests.of(job).open === 0);

    assertEquals((await process.stop()).code, 0);

    const [span, ...others] = collector.spans as [CollectedSpan, ...CollectedSpan[]];
    assertEquals([span.name, others.length], ["run job", 0]);
    const { "odoo.job.outcome": outcome, ...attributes } = span.attributes;
    assertEquals(attributes, {
      "odoo.database": database.name,
      "odoo.job.uuid": uuid,
      "odoo.job.channel": "root.mail",
    });
    // The stop may have come before the answer.
    assertMatch(outcome!, /^(finished|released)$/);
    assertEquals(span.endMs >= span.startMs, true);
    assertEquals(span.resource["service.name"], "odoo-jobrunner");
    assertEquals(span.resource["deployment.environment.name"], "test");
  });

  it("runs jobs all the same when nobody collects, and says so once", async () => {
    const port = await closedPort();
    const process = await start({
      ...{ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: "10" },
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    });
    await database.addJobs({}, {}, {});

    await database.untilAll("done");

    await process.untilLine(/ WARNING .* OpenTelemetry: /);
    assertEquals((await process.stop()).code, 0);
  });
});
