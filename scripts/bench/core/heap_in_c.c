/*
 * The core's heap in C, for comparison: the same records and entries, the same order, and what the
 * core does for each job that leaves. For every line it reads it pushes COUNT jobs, then pops all,
 * and prints the milliseconds of the pops and a checksum of their order. Usage: heap_in_c COUNT
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UNUSED 3
#define SMALLEST_CLASS 7
#define RESULT_MAX 1024

typedef struct {
  double sequence, created, eta, arrival;
  uint32_t uuid[4];
  int32_t priority;
  uint32_t database, channel, place, position, previous, next;
  uint8_t state, is_later, is_seen;
} Job;

typedef struct {
  uint64_t rank;
  uint32_t job, unused;
} Entry;

typedef struct {
  uint32_t database, uuid[4], channel;
} Result;

static Job *records;
static Entry *entries;
static uint32_t size_class, count;
typedef struct {
  double throttle, throttled_until;
  uint32_t released_count;
  int32_t capacity, failed_count, is_paused, is_sequential;
  uint32_t waiting_count, running_count;
} Channel;

static Channel *root;
static uint32_t wait_counts[33];
static double now = 2e12, waited_in_all;
static Result results[RESULT_MAX];

static Entry *entry(uint32_t position) { return entries + position + UNUSED; }
static uint32_t capacity(void) { return (1u << (size_class - 4)) - UNUSED; }

static uint64_t rank_of(const Job *job) {
  if (job->priority <= -0x800) return 0;
  if (job->priority >= 0x7ff) return (uint64_t)0xfff << 52;
  double last = (double)(((uint64_t)1 << 52) - 1);
  double microseconds = job->created * 1000 > 0 ? job->created * 1000 : 0;
  if (microseconds > last) microseconds = last;
  return (uint64_t)(job->priority + 0x800) << 52 | (uint64_t)microseconds;
}

static int runs_before(const Job *a, const Job *b) {
  if (a->priority != b->priority) return a->priority < b->priority;
  if (a->created != b->created) return a->created < b->created;
  if (a->sequence != b->sequence) return a->sequence < b->sequence;
  return a->arrival < b->arrival;
}

static int is_before(uint32_t job, uint64_t rank, const Entry *other) {
  if (rank != other->rank) return rank < other->rank;
  return runs_before(&records[job], &records[other->job]);
}

static void put(uint32_t job, uint64_t rank, uint32_t position) {
  Entry *at = entry(position);
  at->rank = rank;
  at->job = job;
  records[job].position = position;
}

static void resize(uint32_t wanted) {
  Entry *fresh = aligned_alloc(64, (size_t)1 << wanted);
  if (entries) memcpy(fresh, entries, (count + UNUSED) * sizeof(Entry));
  free(entries);
  entries = fresh;
  size_class = wanted;
}

static void rise(uint32_t job, uint64_t rank, uint32_t from) {
  uint32_t hole = from;
  while (hole > 0) {
    const Entry *above = entry((hole - 1) >> 2);
    if (!is_before(job, rank, above)) break;
    put(above->job, above->rank, hole);
    hole = (hole - 1) >> 2;
  }
  put(job, rank, hole);
}

static uint32_t first_of_rest(uint32_t child) {
  uint32_t first = child, end = child + 4 < count ? child + 4 : count;
  for (uint32_t next = child + 1; next < end; next++) {
    if (is_before(entry(next)->job, entry(next)->rank, entry(first))) first = next;
  }
  return first;
}

static uint32_t first_of_four(uint32_t child) {
  const Entry *at = entry(child);
  uint64_t rank0 = at[0].rank, rank1 = at[1].rank, rank2 = at[2].rank, rank3 = at[3].rank;
  uint64_t rank01 = rank1 < rank0 ? rank1 : rank0;
  uint64_t rank23 = rank3 < rank2 ? rank3 : rank2;
  if ((rank0 == rank1) | (rank2 == rank3) | (rank01 == rank23)) return first_of_rest(child);
  uint32_t first01 = child + (rank1 < rank0), first23 = child + 2 + (rank3 < rank2);
  return rank23 < rank01 ? first23 : first01;
}

static void sink(uint32_t job, uint64_t rank, uint32_t from) {
  uint32_t hole = from;
  for (;;) {
    uint32_t child = (hole << 2) + 1;
    if (child >= count) break;
    uint32_t first = child + 3 < count ? first_of_four(child) : first_of_rest(child);
    const Entry *other = entry(first);
    if (rank < other->rank) break;
    if (rank == other->rank && !runs_before(&records[other->job], &records[job])) break;
    put(other->job, other->rank, hole);
    hole = first;
  }
  put(job, rank, hole);
}

static void settle(uint32_t job, uint64_t rank, uint32_t hole) {
  if (hole > 0 && is_before(job, rank, entry((hole - 1) >> 2))) rise(job, rank, hole);
  else sink(job, rank, hole);
}

static void push(uint32_t job) {
  if (!entries) resize(SMALLEST_CLASS);
  if (count == capacity()) resize(size_class + 1);
  rise(job, rank_of(&records[job]), count++);
}

static void leave(uint32_t job) {
  uint32_t hole = records[job].position, last = --count;
  Entry moved = *entry(last);
  if (last != hole) settle(moved.job, moved.rank, hole);
  if (size_class > SMALLEST_CLASS && count < capacity() >> 2) resize(size_class - 1);
}

static uint32_t places(void) {
  int is_full = root->capacity >= 0 && (int32_t)root->released_count >= root->capacity;
  int is_blocked = root->is_sequential && root->failed_count > 0;
  if (root->throttled_until > now || root->is_paused || is_full || is_blocked) return 0;
  if (root->throttle > 0) return 1;
  return root->capacity < 0 ? UINT32_MAX : root->capacity - root->released_count;
}

static void note_wait(const Job *job) {
  double since = job->created > job->eta ? job->created : job->eta;
  double waited = now - since < 0 ? 0 : now - since > UINT32_MAX ? UINT32_MAX : now - since;
  if (since == -INFINITY) return;
  waited_in_all += waited;
  uint32_t whole = (uint32_t)waited;
  wait_counts[whole == 0 ? 0 : 32 - __builtin_clz(whole)]++;
}

static void hand_out(uint32_t number, Result *result) {
  Job *job = &records[number];
  leave(number);
  root->released_count++;
  job->place = 0;
  job->state = 1;
  root->waiting_count--;
  root->running_count++;
  note_wait(job);
  result->database = job->database;
  memcpy(result->uuid, job->uuid, sizeof(job->uuid));
  result->channel = job->channel;
}

static uint32_t state;
static uint32_t next_random(void) { return state = state * 1664525u + 1013904223u; }

static void push_all(uint32_t jobs) {
  state = 1;
  *root = (Channel){.throttled_until = -INFINITY, .capacity = INT32_MAX};
  for (uint32_t i = 0; i < jobs; i++) {
    for (int word = 0; word < 3; word++) records[i].uuid[word] = next_random();
    next_random();
    records[i].uuid[3] = i;
    records[i].priority = (int32_t)((next_random() >> 8) % 50);
    records[i].created = 1e12 + (next_random() >> 8) % jobs * 1000.0;
    records[i].sequence = i;
    records[i].eta = -INFINITY;
    records[i].arrival = i;
    push(i);
  }
}

static uint32_t pop_all(void) {
  uint32_t checksum = 0;
  while (count > 0) {
    uint32_t found = 0;
    while (count > 0 && places() > 0) {
      const Job *first = &records[entry(0)->job];
      if (first->eta > now || found == RESULT_MAX) break;
      hand_out(entry(0)->job, &results[found++]);
    }
    for (uint32_t i = 0; i < found; i++) checksum = checksum * 31 + results[i].uuid[3];
  }
  return checksum;
}

int main(int argc, char **argv) {
  uint32_t jobs = (uint32_t)atol(argc > 1 ? argv[1] : "1000000");
  records = calloc(jobs, sizeof(Job));
  root = malloc(sizeof(Channel));
  char line[80];
  while (fgets(line, sizeof(line), stdin)) {
    push_all(jobs);
    struct timespec begin, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    uint32_t checksum = pop_all();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    double ms = (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6;
    printf("{\"elapsedMs\":%.3f,\"events\":%u,\"checksum\":%d}\n", ms, jobs, (int32_t)checksum);
    fflush(stdout);
  }
  return 0;
}
