/* metrics.c — a request is counted without a lock: a slot is found by its op's address and, once
 * taken, never given up. */
#include "http/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SLOTS = 1024, GAUGES = 32 };

/* The last of each is for everything else. */
static const int statuses[] = {
    200, 304, 400, 401, 403, 404, 405, 409, 412, 413, 429, 500, 503, 0
};
static const int64_t bounds_us[] = { 500,    1000,   2500,   5000,    10000,   25000,   50000,
                                     100000, 250000, 500000, 1000000, 2500000, 10000000 };

static struct slot {
    _Atomic(const char *) op;
    _Atomic uint64_t count[ARRAY_LEN(statuses)];
} slots[SLOTS];
static _Atomic uint64_t buckets[ARRAY_LEN(bounds_us) + 1], total_us;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards gauges */
static struct gauge {
    const char *name, *help;
    int64_t (*read)(void *arg);
    void *arg;
} gauges[GAUGES];

static struct slot *slot_of(const char *op)
{
    size_t at = ((uintptr_t)op >> 3) * 0x9E3779B97F4A7C15u >> 54;

    for (size_t i = 0; i < SLOTS; i++, at = (at + 1) % SLOTS) {
        const char *seen = atomic_load_explicit(&slots[at].op, memory_order_relaxed);

        if (seen == op)
            return &slots[at];
        if (!seen && (atomic_compare_exchange_strong(&slots[at].op, &seen, op) || seen == op))
            return &slots[at];
    }
    return NULL;
}

void metrics_request(const char *op, int status, int64_t micros)
{
    struct slot *slot = slot_of(op ? op : "none");
    size_t s = 0, b = 0;

    while (statuses[s] && statuses[s] != status)
        s++;
    while (b < ARRAY_LEN(bounds_us) && micros > bounds_us[b])
        b++;
    if (slot)
        atomic_fetch_add_explicit(&slot->count[s], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&buckets[b], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&total_us, (uint64_t)MAX(micros, 0), memory_order_relaxed);
}

void metrics_gauge(const char *name, const char *help, int64_t (*read)(void *arg), void *arg)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < GAUGES; i++) {
        if (gauges[i].name && !str_eq(gauges[i].name, name))
            continue;
        gauges[i] = (struct gauge){ name, help, read, arg };
        break;
    }
    pthread_mutex_unlock(&lock);
}

static void write_requests(struct str *b)
{
    uint64_t sum = 0;

    str_add(b, "# HELP queqiao_requests_total Requests by operation and status.\n"
               "# TYPE queqiao_requests_total counter\n");
    for (size_t i = 0; i < SLOTS; i++) {
        for (size_t s = 0; slots[i].op && s < ARRAY_LEN(statuses); s++) {
            uint64_t n = slots[i].count[s];

            if (n && statuses[s])
                str_addf(b, "queqiao_requests_total{op=\"%s\",status=\"%d\"} %llu\n", slots[i].op,
                         statuses[s], (unsigned long long)n);
            else if (n)
                str_addf(b, "queqiao_requests_total{op=\"%s\",status=\"other\"} %llu\n",
                         slots[i].op, (unsigned long long)n);
        }
    }
    str_add(b, "# HELP queqiao_request_seconds From the request line to the reply.\n"
               "# TYPE queqiao_request_seconds histogram\n");
    for (size_t i = 0; i < ARRAY_LEN(bounds_us); i++) {
        sum += buckets[i];
        str_addf(b, "queqiao_request_seconds_bucket{le=\"%g\"} %llu\n", (double)bounds_us[i] / 1e6,
                 (unsigned long long)sum);
    }
    sum += buckets[ARRAY_LEN(bounds_us)];
    str_addf(b, "queqiao_request_seconds_bucket{le=\"+Inf\"} %llu\n", (unsigned long long)sum);
    str_addf(b, "queqiao_request_seconds_sum %.6f\n", (double)total_us / 1e6);
    str_addf(b, "queqiao_request_seconds_count %llu\n", (unsigned long long)sum);
}

static int64_t resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long pages = 0;

    if (f && fscanf(f, "%*s %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

const char *metrics_text(struct arena *mem)
{
    struct str b = str_new(mem);
    struct rusage use;

    write_requests(&b);
    pthread_mutex_lock(&lock);
    for (int i = 0; i < GAUGES && gauges[i].name; i++)
        str_addf(&b, "# HELP queqiao_%s %s\n# TYPE queqiao_%s gauge\nqueqiao_%s %lld\n",
                 gauges[i].name, gauges[i].help, gauges[i].name, gauges[i].name,
                 (long long)gauges[i].read(gauges[i].arg));
    pthread_mutex_unlock(&lock);
    getrusage(RUSAGE_SELF, &use);
    str_addf(&b,
             "# HELP process_resident_memory_bytes Memory.\n"
             "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %lld\n",
             (long long)resident_bytes());
    str_addf(&b,
             "# HELP process_cpu_seconds_total Processor time.\n"
             "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.3f\n",
             (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                 (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6);
    return b.s;
}
