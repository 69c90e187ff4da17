import { RESULT_MAX, RESULT_WORDS } from "./abi";
import { Job } from "./records";

/** What a decision or an explanation answers, as the host reads it (abi.ts). */

const RESULT_BYTES: usize = 4 * RESULT_WORDS;

const results: usize = memory.data(4 * RESULT_WORDS * RESULT_MAX);
let count: u32 = 0;

export function resultsStart(): usize {
  return results;
}

export function resultCount(): u32 {
  return count;
}

export function clearResults(): void {
  count = 0;
}

export function addResult(job: Job): void {
  const result = nextResult();
  store<u32>(result, job.database.number);
  store<u32>(result, job.uuid0, 4);
  store<u32>(result, job.uuid1, 8);
  store<u32>(result, job.uuid2, 12);
  store<u32>(result, job.uuid3, 16);
  store<u32>(result, job.channel.number, 20);
}

export function addFacts(timeMs: f64, number: i32, count: u32, code: i32): void {
  const result = nextResult();
  store<f64>(result, timeMs);
  store<u32>(result, number, 8);
  store<u32>(result, count, 12);
  store<u32>(result, code, 16);
}

function nextResult(): usize {
  return results + <usize> (count++) * RESULT_BYTES;
}
