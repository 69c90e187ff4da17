/** What is known of a job that Odoo is about to be asked for. */
export interface TracedJob {
  readonly database: string;
  readonly uuid: string;
  readonly channel: string;
  /** When it was taken from the scheduler. */
  readonly takenMs: number;
}

/** The span of a job, from when it was taken to the end of its request. */
export interface JobSpan {
  /** For Odoo, so that what it does belongs to the same trace: the W3C's header. */
  readonly traceparent: string;
  end(outcome: string, endMs: number): void;
}

/** Begins a span; null is no tracing, and then nothing is made for any job. */
export type TraceJob = ((job: TracedJob) => JobSpan) | null;
