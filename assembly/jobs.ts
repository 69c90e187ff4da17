import { DATABASE_MAX, JOB_MAX } from "./abi";
import { takeBlock, takeRecord } from "./memory";
import { Database, Job } from "./records";

/*
 * The job table: which jobs are known, by (database, uuid), and each database's list of them.
 * The identity table has one slot a job, linear probing, and closes the gap when one leaves
 * (backward shift), so that it never fills with tombstones. At most three quarters of it are used.
 * The hash lies beside the record's address: to pass a job, to move it or to find its home no
 * record is read.
 */

/** Records are made by blocks of 8 KiB. */
const RECORDS_CLASS: u32 = 13;
/** From one record to the next: every f64 in it is aligned. */
const RECORD_BYTES: usize = (offsetof<Job>() + 7) & ~7;
/** A slot is 8 bytes: hash, address of the record or 0. */
const SLOT_SHIFT: u32 = 3;
const JOB: usize = 4;
const SMALLEST_TABLE_CLASS: u32 = 11;

let slots: usize = 0;
let slotsClass: u32 = 0;
let slotMask: u32 = 0;

/** Of the job that was looked for last: its hash, and where it was if it was found. */
let soughtHash: u32 = 0;
let soughtNumber: u32 = 0;

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
  database.foundMs = Infinity;
  database.waitsSinceMs = Infinity;
  usedDatabases = max(usedDatabases, number + 1);
  return database;
}

/** A known job, or null. */
export function findJob(database: i32, uuid0: u32, uuid1: u32, uuid2: u32, uuid3: u32): Job | null {
  const hash = soughtHash = hashOf(database, uuid0, uuid1, uuid2, uuid3);
  if (slots == 0) return null;
  let number = hash;
  while (true) {
    const slot = slotAt(number);
    const record = load<u32>(slot, JOB);
    if (record == 0) return null;
    if (load<u32>(slot) == hash) {
      const job = changetype<Job>(<usize> record);
      if (
        job.uuid0 == uuid0 && job.uuid1 == uuid1 && job.uuid2 == uuid2 && job.uuid3 == uuid3 &&
        job.database.number == database
      ) {
        soughtNumber = number;
        return job;
      }
    }
    number++;
  }
}

/**
 * Makes the job known that was just looked for in vain, its properties still to be set; null, and
 * nothing done, when the table is full.
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
  insertSlot(<u32> changetype<usize>(job), soughtHash);
  return job;
}

/** Makes the job unknown that was just found; its record is free for another. */
export function removeJob(job: Job): void {
  assert(load<u32>(slotAt(soughtNumber), JOB) == <u32> changetype<usize>(job));
  emptySlot(soughtNumber);
  const database = job.database;
  const previous = job.previous;
  const next = job.next;
  if (previous) previous.next = next;
  else database.first = next;
  if (next) next.previous = previous;
  if (database.surveyed == job) database.surveyed = next;
  database.jobCount--;
  knownCount--;
  job.next = freeJob;
  freeJob = job;
}

function takeJob(): Job | null {
  if (!freeJob) {
    const block = takeBlock(RECORDS_CLASS);
    if (block == 0) return null;
    makeRecords(block, RECORDS_CLASS);
  }
  const job = freeJob!;
  freeJob = job.next;
  return job;
}

/** Makes free records of a block. */
function makeRecords(block: usize, sizeClass: u32): void {
  const last = block + (<usize> 1 << sizeClass) - RECORD_BYTES;
  for (let record = block; record <= last; record += RECORD_BYTES) {
    const fresh = changetype<Job>(record);
    fresh.next = freeJob;
    freeJob = fresh;
  }
}

/** Makes room for one job more: doubles the table when three quarters would be exceeded. */
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
  slotMask = (<u32> 1 << (wantedClass - SLOT_SHIFT)) - 1;
  for (let old: u32 = 0; old < size; old++) {
    const slot = oldSlots + (<usize> old << SLOT_SHIFT);
    const job = load<u32>(slot, JOB);
    if (job != 0) insertSlot(job, load<u32>(slot));
  }
  // It never shrinks: nobody but records would want the old block.
  if (oldSlots != 0) makeRecords(oldSlots, oldClass);
  return true;
}

function slotAt(number: u32): usize {
  return slots + (<usize> (number & slotMask) << SLOT_SHIFT);
}

function insertSlot(job: u32, hash: u32): void {
  let number = hash;
  while (load<u32>(slotAt(number), JOB) != 0) number++;
  setSlot(slotAt(number), job, hash);
}

function setSlot(slot: usize, job: u32, hash: u32): void {
  store<u32>(slot, hash);
  store<u32>(slot, job, JOB);
}

/** Closes the gap that it leaves. */
function emptySlot(emptied: u32): void {
  let gap = emptied;
  let number = emptied;
  while (true) {
    number++;
    const slot = slotAt(number);
    const other = load<u32>(slot, JOB);
    if (other == 0) break;
    // It may fill the gap unless its home lies between the gap and where it is.
    const home = load<u32>(slot);
    if (((number - home) & slotMask) >= ((number - gap) & slotMask)) {
      setSlot(slotAt(gap), other, home);
      gap = number;
    }
  }
  store<u32>(slotAt(gap), 0, JOB);
}

/** Mixes all bits: uuids made in a row, or interned ones, differ in few. */
function hashOf(database: i32, uuid0: u32, uuid1: u32, uuid2: u32, uuid3: u32): u32 {
  const upper = (<u64> uuid0 << 32 | uuid1) * 0x9e3779b97f4a7c15;
  const lower = ((<u64> uuid2 << 32 | uuid3) + database) * 0xc2b2ae3d27d4eb4f;
  const both = (upper ^ rotl<u64>(lower, 31) ^ <u64> database << 40) * 0x165667b19e3779f9;
  return <u32> (both >> 32 ^ both >> 8);
}
