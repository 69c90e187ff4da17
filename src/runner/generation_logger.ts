import type { KnownGeneration } from "../database/generation.ts";
import { CONNECTOR_LOGGER, type Logger, QUEUE_JOB_LOGGER } from "../log.ts";

/** The logger of a database of some generation: log shippers know both by name. */
export function generationLogger(logger: (name: string) => Logger) {
  return (generation: KnownGeneration | null): Logger =>
    logger(generation?.addon === "connector" ? CONNECTOR_LOGGER : QUEUE_JOB_LOGGER);
}
