// Threads that work side by side, and the figures of what they did.
#include "load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { LATENCY_ROOM = 4000000 };

static double *latencies;
static atomic_long latency_count;
static pthread_barrier_t ready;

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int compare_doubles(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double percentile(const double *sorted, long count, double fraction) {
    return count ? sorted[(long)(fraction * (double)(count - 1) + 0.5)] : 0;
}

bool run_take(struct run *run, long *number) {
    if (run->end > 0 && now() > run->end) return false;
    *number = atomic_fetch_add(&run->next, 1);
    return !options.operations || *number < options.operations;
}

void run_record(struct run *run, double seconds, long long bytes) {
    long index = atomic_fetch_add(&latency_count, 1);
    if (index < LATENCY_ROOM) latencies[index] = seconds;
    atomic_fetch_add(&run->done, 1);
    atomic_fetch_add(&run->bytes, bytes);
}

void run_fail(struct run *run, const char *what) {
    fprintf(stderr, "%s: %s\n", run->mode, what ? what : "the connection ended");
    atomic_fetch_add(&run->errors, 1);
}

void run_ready(struct run *run) {
    pthread_barrier_wait(&ready);
    // The main thread sets the clock between the two.
    pthread_barrier_wait(&ready);
    (void)run;
}

struct assignment {
    struct run *run;
    worker *work;
    int index;
};

static void *thread_main(void *argument) {
    struct assignment *assignment = argument;
    assignment->work(assignment->run, assignment->index);
    return NULL;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int run_workers(const char *mode, worker *work) {
    struct run run = {.mode = mode};
    int count = options.connections;
    latencies = malloc(LATENCY_ROOM * sizeof *latencies);
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    struct assignment *assignments = calloc((size_t)count, sizeof *assignments);
    pthread_barrier_init(&ready, NULL, (unsigned)count + 1);
    for (int i = 0; i < count; i++) {
        assignments[i] = (struct assignment){&run, work, i};
        pthread_create(&threads[i], NULL, thread_main, &assignments[i]);
    }
    pthread_barrier_wait(&ready);
    double cpu = cpu_seconds();
    run.begin = now();
    run.end = options.seconds > 0 ? run.begin + options.seconds : 0;
    pthread_barrier_wait(&ready);
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    double seconds = now() - run.begin;
    long kept = latency_count < LATENCY_ROOM ? latency_count : LATENCY_ROOM;
    qsort(latencies, (size_t)kept, sizeof *latencies, compare_doubles);
    printf(
        "{\"mode\": \"%s\", \"connections\": %d, \"size\": %d, \"operations\": %ld, \"errors\": %ld, \"bytes\": %lld, "
        "\"seconds\": %.4f, \"per_second\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"generator_cpu_s\": %.2f}\n",
        mode, count, options.size, run.done, run.errors, run.bytes, seconds, (double)run.done / seconds,
        percentile(latencies, kept, 0.5) * 1e3, percentile(latencies, kept, 0.99) * 1e3, cpu_seconds() - cpu);
    free(threads);
    free(assignments);
    return run.errors ? 1 : 0;
}
