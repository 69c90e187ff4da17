import { createServer, type Server } from "node:http";

export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
}

type Attributes = readonly { readonly key: string; readonly value: { stringValue?: string } }[];

/** What OTLP's JSON says, as far as it is looked at. */
interface Batch {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: Attributes;
      }[];
    }[];
  }[];
}

/** Takes spans over OTLP with JSON, as an OpenTelemetry collector does. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  requestCount = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requestCount++;
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => text += part);
      request.on("end", () => {
        if (request.url === "/v1/traces") this.#take(JSON.parse(text) as Batch);
        response.setHeader("content-type", "application/json");
        response.end("{}");
      });
    });
  }

  static async start(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.#server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #take({ resourceSpans }: Batch): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      for (const span of scopeSpans.flatMap((it) => it.spans)) {
        this.spans.push({
          ...{ name: span.name, traceId: span.traceId, spanId: span.spanId },
          startMs: Number(span.startTimeUnixNano) / 1e6,
          endMs: Number(span.endTimeUnixNano) / 1e6,
          attributes: valuesOf(span.attributes),
          resource: valuesOf(resource.attributes),
        });
      }
    }
  }
}

function valuesOf(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? ""]));
}
