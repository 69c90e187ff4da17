import { DATABASE_MAX, JOB_MAX } from "./abi";
import { returnBlock, takeBlock, takeRecord } from "./memory";
import { Database, Job } from "./records";

/*
 * The job table: which jobs are known, by (database, uuid), and each database's list of them.
 * The identity table has one 4-byte slot a job, linear probing, and closes the gap when one leaves
 * (backward shift), so that it never fills with tombstones. At most three quarters of it are used.
 */

const RECORDS_AT_ONCE: u32 = 128;
/** From one record to the next: every f64 in it is aligned. */
const RECORD_BYTES: usize = (offsetof<Job>() + 7) & ~7;
const SMALLEST_TABLE_CLASS: u32 = 10;

let slots: usize = 0;
let slotsClass: u32 = 0;
let slotMask: u32 = 0;

let knownCount: u32 = 0;
let knownMax: u32 = JOB_MAX;
let nextArrival: f64 = 0;
let freeJob: Job | null = null;

/** Database records by number, made when first named. */
const databases: usize = memory.data(4 * DATABASE_MAX);
let usedDatabases: i32 = 0;

export function jobCount(): u32 {
  return knownCount;
}

export function setKnownMax(max: u32): void {
  knownMax = min<u32>(max, JOB_MAX);
}

export function databaseAt(number: i32): Database | null {
  if (<u32> number >= <u32> DATABASE_MAX) return null;
  return changetype<Database | null>(<usize> load<u32>(databases + (<usize> number << 2)));
}

/** One more than the greatest database number ever used. */
export function databaseNumbersEnd(): i32 {
  return usedDatabases;
}

/** The first job of a database; the others follow by `next`. */
export function firstJobOf(number: i32): Job | null {
  const database = databaseAt(number);
  return database ? database.first : null;
}

/** The record of a database, made if need be; null when the memory is full. */
export function takeDatabase(number: i32): Database | null {
  const known = databaseAt(number);
  if (known) return known;
  const record = takeRecord(offsetof<Database>());
  if (record == 0) return null;
  store<u32>(databases + (<usize> number << 2), <u32> record);
  const database = changetype<Database>(record);
  database.number = number;
  usedDatabases = max(usedDatabases, number + 1);
  return database;
}

/** A known job, or null. */
export function findJob(database: i32, uuid0: u32, uuid1: u32, uuid2: u32, uuid3: u32): Job | null {
  if (slots == 0) return null;
  let slot = hash(database, uuid0, uuid1, uuid2, uuid3) & slotMask;
  while (true) {
    const job = jobAt(slot);
    if (!job) return null;
    if (
      job.uuid0 == uuid0 && job.uuid1 == uuid1 && job.uuid2 == uuid2 && job.uuid3 == uuid3 &&
      job.database.number == database
    ) return job;
    slot = (slot + 1) & slotMask;
  }
}

/**
 * Makes an unknown job known, its properties still to be set; null, and nothing done, when the
 * table is full.
 */
export function addJob(
  database: Database,
  uuid0: u32,
  uuid1: u32,
  uuid2: u32,
  uuid3: u32,
): Job | null {
  if (knownCount >= knownMax || !reserveSlot()) return null;
  const job = takeJob();
  if (!job) return null;
  job.uuid0 = uuid0;
  job.uuid1 = uuid1;
  job.uuid2 = uuid2;
  job.uuid3 = uuid3;
  job.database = database;
  job.arrival = nextArrival++;
  const first = database.first;
  job.previous = null;
  job.next = first;
  if (first) first.previous = job;
  database.first = job;
  database.jobCount++;
  knownCount++;
  insertSlot(job);
  return job;
}

/** Makes a job unknown; its record is free for another. */
export function removeJob(job: Job): void {
  removeSlot(job);
  const database = job.database;
  const previous = job.previous;
  const next = job.next;
  if (previous) previous.next = next;
  else database.first = next;
  if (next) next.previous = previous;
  database.jobCount--;
  knownCount--;
  job.next = freeJob;
  freeJob = job;
}

function takeJob(): Job | null {
  if (!freeJob) {
    let record = takeRecord(RECORDS_AT_ONCE * RECORD_BYTES);
    if (record == 0) return null;
    for (let i: u32 = 0; i < RECORDS_AT_ONCE; i++, record += RECORD_BYTES) {
      const fresh = changetype<Job>(record);
      fresh.next = freeJob;
      freeJob = fresh;
    }
  }
  const job = freeJob!;
  freeJob = job.next;
  return job;
}

function jobAt(slot: u32): Job | null {
  return changetype<Job | null>(<usize> load<u32>(slots + (<usize> slot << 2)));
}

function setSlot(slot: u32, job: usize): void {
  store<u32>(slots + (<usize> slot << 2), <u32> job);
}

/**
 * Makes room for one job more: doubles the identity table when three quarters would be exceeded.
 */
function reserveSlot(): bool {
  const size: u32 = slots == 0 ? 0 : slotMask + 1;
  if (knownCount < size - (size >> 2)) return true;
  const wantedClass = slots == 0 ? SMALLEST_TABLE_CLASS : slotsClass + 1;
  const table = takeBlock(wantedClass);
  if (table == 0) return false;
  memory.fill(table, 0, (<usize> 1) << wantedClass);
  const oldSlots = slots;
  const oldClass = slotsClass;
  slots = table;
  slotsClass = wantedClass;
  slotMask = (<u32> 1 << (wantedClass - 2)) - 1;
  for (let old: u32 = 0; old < size; old++) {
    const job = load<u32>(oldSlots + (<usize> old << 2));
    if (job != 0) insertSlot(changetype<Job>(<usize> job));
  }
  if (oldSlots != 0) returnBlock(oldSlots, oldClass);
  return true;
}

function insertSlot(job: Job): void {
  let slot = homeOf(job);
  while (jobAt(slot)) slot = (slot + 1) & slotMask;
  setSlot(slot, changetype<usize>(job));
}

function removeSlot(job: Job): void {
  let gap = homeOf(job);
  while (jobAt(gap) != job) gap = (gap + 1) & slotMask;
  let slot = gap;
  while (true) {
    slot = (slot + 1) & slotMask;
    const other = jobAt(slot);
    if (!other) break;
    // It may fill the gap unless its home lies between the gap and where it is.
    if (((slot - homeOf(other)) & slotMask) >= ((slot - gap) & slotMask)) {
      setSlot(gap, changetype<usize>(other));
      gap = slot;
    }
  }
  setSlot(gap, 0);
}

function homeOf(job: Job): u32 {
  return hash(job.database.number, job.uuid0, job.uuid1, job.uuid2, job.uuid3) & slotMask;
}

/** Mixes all bits: uuids made in a row, or interned ones, differ in few. */
function hash(database: i32, uuid0: u32, uuid1: u32, uuid2: u32, uuid3: u32): u32 {
  let h = <u32> database * 0x9e3779b1;
  h = rotl<u32>(h ^ uuid0, 13) * 0x85ebca6b;
  h = rotl<u32>(h ^ uuid1, 15) * 0xc2b2ae35;
  h = rotl<u32>(h ^ uuid2, 13) * 0x27d4eb2f;
  h = rotl<u32>(h ^ uuid3, 16) * 0x85ebca6b;
  h ^= h >> 15;
  h *= 0xc2b2ae35;
  return h ^ (h >> 13);
}
