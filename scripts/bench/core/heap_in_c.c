/*
 * The core's heap in C, for comparison: the same 4-ary indexed heap of record addresses, the same
 * order, the same records. Pushes COUNT jobs, then pops all; prints the milliseconds of the pops
 * and a checksum of their order. Usage: heap_in_c COUNT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  double sequence, created, eta, arrival;
  uint32_t uuid[4];
  int32_t priority;
  uint32_t database, channel, place, position, previous, next, flags;
} Job;

static Job **places;
static uint32_t count;

static int is_before(const Job *a, const Job *b) {
  if (a->priority != b->priority) return a->priority < b->priority;
  if (a->created != b->created) return a->created < b->created;
  if (a->sequence != b->sequence) return a->sequence < b->sequence;
  return a->arrival < b->arrival;
}

static void put(Job *job, uint32_t position) {
  places[position] = job;
  job->position = position;
}

static void rise(Job *job, uint32_t hole) {
  while (hole > 0) {
    uint32_t above = (hole - 1) >> 2;
    Job *other = places[above];
    if (!is_before(job, other)) break;
    put(other, hole);
    hole = above;
  }
  put(job, hole);
}

static void sink(Job *job, uint32_t hole) {
  for (;;) {
    uint32_t child = (hole << 2) + 1;
    if (child >= count) break;
    uint32_t first = child, end = child + 4 < count ? child + 4 : count;
    for (uint32_t next = child + 1; next < end; next++) {
      if (is_before(places[next], places[first])) first = next;
    }
    if (!is_before(places[first], job)) break;
    put(places[first], hole);
    hole = first;
  }
  put(job, hole);
}

static Job *pop(void) {
  Job *first = places[0];
  Job *last = places[--count];
  if (last != first) sink(last, 0);
  return first;
}

static uint32_t state = 1;
static uint32_t next_random(void) { return state = state * 1664525u + 1013904223u; }

int main(int argc, char **argv) {
  uint32_t jobs = (uint32_t)atol(argc > 1 ? argv[1] : "1000000");
  Job *records = calloc(jobs, sizeof(Job));
  places = malloc(jobs * sizeof(Job *));
  for (uint32_t i = 0; i < jobs; i++) {
    for (int word = 0; word < 3; word++) records[i].uuid[word] = next_random();
    next_random();
    records[i].uuid[3] = i;
    records[i].priority = (int32_t)((next_random() >> 8) % 50);
    records[i].created = 1e12 + (next_random() >> 8) % jobs * 1000.0;
    records[i].sequence = i;
    records[i].arrival = i;
    rise(&records[i], count++);
  }
  struct timespec begin, end;
  uint32_t checksum = 0;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  while (count > 0) checksum = checksum * 31 + pop()->uuid[3];
  clock_gettime(CLOCK_MONOTONIC, &end);
  double ms = (end.tv_sec - begin.tv_sec) * 1e3 + (end.tv_nsec - begin.tv_nsec) / 1e6;
  printf("{\"elapsedMs\":%.3f,\"checksum\":%d}\n", ms, (int32_t)checksum);
  return 0;
}
