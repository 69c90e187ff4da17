import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { filesBelow, readText } from "../../scripts/project.ts";
import { tracingOf } from "../../src/cli/tracing.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { LogLines } from "../support/log_lines.ts";

describe("tracingOf", () => {
  const endpoint = "http://127.0.0.1:4318";

  it("makes nothing and starts no timer where no collector is set, or it is off", async () => {
    const environments = [
      {},
      { OTEL_SERVICE_NAME: "jobs", OTEL_TRACES_EXPORTER: "otlp" },
      { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
      { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "True" },
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint, OTEL_TRACES_EXPORTER: "none" },
    ];
    for (const environment of environments) {
      const [clock, log] = [new FakeClock(), new LogLines()];
      const parts = { version: "1.2.3", clock, logger: log.logger("runner") };

      const tracing = await tracingOf(environment, parts);
      await tracing.stop();

      assertEquals([tracing.trace, clock.openTimers, log.all], [null, 0, []]);
    }
  });

  it("alone loads OpenTelemetry, and only where it is used", () => {
    const sources = filesBelow("src", ".ts").filter((it) => !it.startsWith("src/tracing/"));

    const loads = sources.flatMap((file) => {
      const names = readText(file).match(
        /^.*["'](?:@opentelemetry\/|\.+\/(?:.*\/)?tracing\/).*$/gm,
      );
      return (names ?? []).map((it) => `${file}: ${it.trim()}`);
    });

    const wanted = 'const { OtlpTracing } = await import("../tracing/otlp_tracing.ts");';
    assertEquals(loads, [`src/cli/tracing.ts: ${wanted}`]);
  });
});
