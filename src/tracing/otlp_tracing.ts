import { diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Clock } from "../clock.ts";
import type { JobSpan, TracedJob } from "../job_span.ts";
import type { Logger } from "../log.ts";

export interface OtlpTracingOptions {
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, "warning">;
}

const NAME = "odoo-jobrunner";
/** For the last spans, at the end. */
const LAST_MS = 2_000;

/**
 * A span for each job, sent to a collector in batches over OTLP with JSON. Where to, how many and
 * under which name is said by OpenTelemetry's own environment variables, which its packages read.
 */
export class OtlpTracing {
  readonly #provider: BasicTracerProvider;
  readonly #clock: Clock;
  readonly trace: (job: TracedJob) => JobSpan;

  constructor({ version, clock, logger }: OtlpTracingOptions) {
    this.#clock = clock;
    tellTrouble(logger);
    const resource = defaultResource()
      .merge(resourceFromAttributes({ "service.name": NAME, "service.version": version }))
      .merge(detectResources({ detectors: [envDetector] }));
    const processor = new BatchSpanProcessor(new OTLPTraceExporter());
    const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
    const tracer = provider.getTracer(NAME, version);
    this.#provider = provider;
    this.trace = ({ database, uuid, channel, takenMs }) => {
      const attributes = {
        "odoo.database": database,
        "odoo.job.uuid": uuid,
        "odoo.job.channel": channel,
      };
      const options = { kind: SpanKind.CLIENT, startTime: takenMs, attributes };
      const span = tracer.startSpan("run job", options, ROOT_CONTEXT);
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
        end(outcome, endMs) {
          span.setAttribute("odoo.job.outcome", outcome);
          if (outcome !== "finished") span.setStatus({ code: SpanStatusCode.ERROR });
          span.end(endMs);
        },
      };
    };
  }

  /** Sends what is left, if that can be done at once. */
  async stop(): Promise<void> {
    const over = this.#provider.shutdown().catch(() => {});
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(LAST_MS, resolve);
      void over.then(() => {
        timer.cancel();
        resolve();
      });
    });
    diag.disable();
  }
}

/** Says once what is wrong, however many batches it befalls. */
function tellTrouble(logger: Pick<Logger, "warning">): void {
  let told = "";
  const tell = (message: string) => {
    if (message === told) return;
    told = message;
    logger.warning(`OpenTelemetry: ${message}`);
  };
  const silent = () => {};
  const logs = { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logs, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
