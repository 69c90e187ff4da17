// Only what writes the text: the whole package brings clustering and tracing along.
import PlainRegistry from "prom-client/lib/registry.js";
import type { Family } from "./sample.ts";

/** Prometheus' text format of these families. */
export function exposed(families: readonly Family[]): Promise<string> {
  const registry = new PlainRegistry();
  for (const { samples: values, ...family } of families) {
    const metric = { name: family.name, get: () => Promise.resolve({ ...family, values }) };
    registry.registerMetric(metric as never);
  }
  return registry.metrics();
}
