import type { KnownGeneration } from "../database/generation.ts";
import { CONNECTOR_LOGGER, type Logger, QUEUE_JOB_LOGGER } from "../log.ts";

/** The logger of a database, as its add-on calls it. */
export function loggersByAddon({ logger }: { readonly logger: (name: string) => Logger }) {
  return (generation: KnownGeneration | null): Logger => {
    return logger(generation?.addon === "connector" ? CONNECTOR_LOGGER : QUEUE_JOB_LOGGER);
  };
}
