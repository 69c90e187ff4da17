import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { type CollectedSpan, Collector } from "../support/collector.ts";
import type { HostProcess } from "../support/host_process.ts";
import { closedPort } from "../support/http_server.ts";
import { ProcessScene } from "../support/process_scene.ts";
import type { TestDatabase } from "../support/test_postgres.ts";
import { until } from "../support/until.ts";

describe("the process, told of a collector by OpenTelemetry's variables", () => {
  let scene: ProcessScene;
  let collector: Collector;
  let database: TestDatabase;

  beforeAll(async () => {
    scene = await ProcessScene.start();
    collector = await Collector.start();
  });
  afterEach(() => scene.calm());
  afterAll(async () => {
    await collector.stop();
    await scene.stop();
  });

  async function start(environment: Readonly<Record<string, string>>): Promise<HostProcess> {
    database = await scene.postgres.database("16.0");
    const host = await scene.serve(database, { environment, mayWrite: false });
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
    await until("its request is over", () => scene.odoo.requests.of(job).open === 0);

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
    // What Odoo traces of the job belongs to the span that is sent.
    const { traceparent } = scene.odoo.requests.of(job);
    assertEquals(traceparent, `00-${span.traceId}-${span.spanId}-01`);
    assertEquals(span.resource["service.name"], "odoo-jobrunner");
    assertEquals(span.resource["deployment.environment.name"], "test");
  });

  it("makes no span and tells Odoo of none when that is switched off", async () => {
    const endpoint = `http://127.0.0.1:${collector.port}`;
    const before = collector.requestCount;

    for (const off of [{ OTEL_SDK_DISABLED: "true" }, { OTEL_TRACES_EXPORTER: "none" }]) {
      const process = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...off });
      await assertNotTraced(process);
      await scene.calm();
    }
    // Where no collector is set, OpenTelemetry's packages would send to port 4318.
    await assertNotTraced(await start({ OTEL_SERVICE_NAME: "jobs" }));

    assertEquals(collector.requestCount, before);
  });

  async function assertNotTraced(process: HostProcess): Promise<void> {
    const uuid = await database.addJob();
    await database.untilState(uuid, "done");
    assertEquals((await process.stop()).code, 0);

    const { arrivals, traceparent } = scene.odoo.requests.of({ database: database.name, uuid });
    assertEquals([arrivals, traceparent], [1, undefined]);
    assertEquals(process.lines.filter((it) => it.includes("OpenTelemetry")), []);
  }

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
