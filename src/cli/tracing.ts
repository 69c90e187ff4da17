import type { Clock } from "../clock.ts";
import type { Environment } from "../config/sources.ts";
import type { TraceJob } from "../job_span.ts";
import type { Logger } from "../log.ts";

interface Tracing {
  readonly trace: TraceJob;
  stop(): Promise<void>;
}

interface Parts {
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const ENDPOINTS = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const NO_TRACING: Tracing = { trace: null, stop: () => Promise.resolve() };

/** Tracing, where OpenTelemetry's variables say where to; elsewhere it is not even loaded. */
export async function tracingOf(environment: Environment, parts: Parts): Promise<Tracing> {
  const endpoint = ENDPOINTS.map((it) => environment[it]).find((it) => it);
  const isOff = environment["OTEL_SDK_DISABLED"]?.toLowerCase() === "true" ||
    environment["OTEL_TRACES_EXPORTER"] === "none";
  if (!endpoint || isOff) return NO_TRACING;
  const { OtlpTracing } = await import("../tracing/otlp_tracing.ts");
  parts.logger.info("OpenTelemetry: a span for each job is sent to the collector that is set");
  return new OtlpTracing(parts);
}
