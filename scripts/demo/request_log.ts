import type { JobAddress } from "./stand_in_protocol.ts";

/** What came in for one job, and what was done with it. */
export interface JobRequests {
  readonly job: JobAddress;
  /** Requests that arrived. */
  arrivals: number;
  /** Requests whose client still waits for the answer. */
  open: number;
  maxOpen: number;
  /** Times the job's work began. */
  runs: number;
  /** Workers that work on the job right now. */
  working: number;
  maxWorking: number;
  /** The trace that the last of them named, if any did. */
  traceparent?: string;
}

/** Counts requests and runs where they happen: in the server, not in the runner. */
export class RequestLog {
  readonly #byJob = new Map<string, JobRequests>();

  /** A request has arrived. */
  arrived(job: JobAddress, traceparent?: string): void {
    const requests = this.#of(job);
    if (traceparent !== undefined) requests.traceparent = traceparent;
    requests.arrivals++;
    requests.open++;
    requests.maxOpen = Math.max(requests.maxOpen, requests.open);
  }

  /** Its client has the answer, or is gone. */
  closed(job: JobAddress): void {
    this.#of(job).open--;
  }

  workBegan(job: JobAddress): void {
    const requests = this.#of(job);
    requests.runs++;
    requests.working++;
    requests.maxWorking = Math.max(requests.maxWorking, requests.working);
  }

  workEnded(job: JobAddress): void {
    this.#of(job).working--;
  }

  /** Every job that was ever asked for. */
  all(): readonly Readonly<JobRequests>[] {
    return [...this.#byJob.values()];
  }

  of(job: JobAddress): Readonly<JobRequests> {
    return this.#of(job);
  }

  #of(job: JobAddress): JobRequests {
    const key = `${job.database}/${job.uuid}`;
    let requests = this.#byJob.get(key);
    if (requests === undefined) {
      requests = { job, arrivals: 0, open: 0, maxOpen: 0, runs: 0, working: 0, maxWorking: 0 };
      this.#byJob.set(key, requests);
    }
    return requests;
  }
}
