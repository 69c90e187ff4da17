import { type Clock, SystemClock } from "../clock.ts";
import { type ConnectionSettings, defaultConnection } from "../database/connection.ts";
import type { Endpoint } from "../dispatch/endpoint.ts";
import type { TraceJob } from "../job_span.ts";
import type { Logger } from "../log.ts";
import { type Meter, NO_METER } from "../meter.ts";
import type { Timing } from "./timing.ts";

/** Everything a runner can be told beside its port and channels; each has a default. */
export interface RunnerOptions extends Readonly<Timing> {
  /** Where Odoo listens; its port is the runner's own argument. */
  readonly endpoint: Omit<Endpoint, "port">;
  readonly connection: ConnectionSettings;
  /** Null is all that Odoo would list. */
  readonly databases: readonly string[] | null;
  readonly databaseFilter: RegExp | null;
  readonly maintenanceDatabase: string;
  readonly templateDatabase: string;
  readonly connectTimeoutMs: number;
  /**
   * How often to read all jobs of a database where LISTEN does not work. Only for the single runner
   * of these databases: it takes no lock there, and leads without being elected.
   */
  readonly pollIntervalMs: number | null;
  readonly clock: Clock;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** A logger by name. */
  readonly logger: (name: string) => Logger;
  /** Told of the runner's work. */
  readonly meter: Meter;
  readonly trace: TraceJob;
  readonly version: string;
}

/** What of a runner can change while it works. */
export type RunnerChanges =
  & { readonly channels?: string; readonly port?: number }
  & Partial<
    Pick<RunnerOptions, "endpoint" | "databases" | "databaseFilter" | keyof Timing>
  >;

const SILENT: Logger = {
  debug: () => {},
  info: () => {},
  warning: () => {},
  error: () => {},
  critical: () => {},
  isEnabledFor: () => false,
};

export function completeOptions(options: Partial<RunnerOptions>): RunnerOptions {
  return {
    endpoint: {
      scheme: "http",
      host: "localhost",
      user: null,
      password: null,
      ca: null,
      verify: true,
    },
    connection: options.connection ?? defaultConnection(),
    databases: null,
    databaseFilter: null,
    maintenanceDatabase: "postgres",
    templateDatabase: "template0",
    discoveryIntervalMs: 30_000,
    heartbeatIntervalMs: 10_000,
    heartbeatDeadlineMs: 5_000,
    connectTimeoutMs: 5_000,
    pollIntervalMs: null,
    drainTimeoutMs: 10_000,
    requeueStartedAfterMs: null,
    clock: new SystemClock(),
    random: Math.random,
    logger: () => SILENT,
    meter: NO_METER,
    trace: null,
    version: "unknown",
    ...options,
  };
}
