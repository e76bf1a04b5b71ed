/* bench_groups.c — assignments under conditions: how far from the bound, and how long.
 *
 *     bench_groups [WORKERS=100000] [POSTS=10000] [SEED=1] [CONDITIONS]
 *
 * With a word only the sets of conditions that contain it, and the plain one to compare with.
 * Once with fewer seats than workers (0.90 a worker) and once with more (1.15). One line a set of
 * conditions; `below_plain` is what all conditions together took from the best without any, in
 * percent, `gap` what is not proved. Exits with 1 when an outcome is worth more than its bound. */
#include "instance.h"
#include "matching/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { VILLAGES_A_COUNTY = 60, POSTS_AN_EMPLOYER = 4, PARTY_SHARE = 10 /* percent of workers */ };

/* Of this process's one thread, so that other load does not count. */
static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct bench {
    struct instance instance;
    struct group_input in;
    int32_t *village, *employer, (*couples)[2];
    bool *is_registered;
    struct group_party *parties;
    int32_t n_couples;
    int64_t plain;
    double ratio;
    const char *only; /* word, or NULL */
};

static bool share_a_post(const struct auction_input *k, int32_t a, int32_t b)
{
    for (int64_t e = k->row[a]; e < k->row[a + 1]; e++)
        for (int64_t f = k->row[b]; f < k->row[b + 1]; f++)
            if (k->edges[e].post == k->edges[f].post)
                return true;
    return false;
}

/* Couples of one county with a post in common, drawn over the whole list. */
static void make_couples(struct bench *b)
{
    int32_t n = b->instance.market.workers, last[INSTANCE_COUNTIES];
    int32_t wanted = n * PARTY_SHARE / 200;

    for (int c = 0; c < INSTANCE_COUNTIES; c++)
        last[c] = -1;
    for (int32_t w = 0; w < n && b->n_couples < wanted; w++) {
        int32_t other = last[b->instance.county[w]];

        if (other >= 0 && share_a_post(&b->instance.market, w, other)) {
            b->couples[b->n_couples][0] = other;
            b->couples[b->n_couples++][1] = w;
            last[b->instance.county[w]] = -1;
        } else if (other < 0 || instance_uniform() < 0.05) {
            last[b->instance.county[w]] = w;
        }
    }
    for (int32_t i = 0; i < b->n_couples; i++)
        b->parties[i] = (struct group_party){ b->couples[i], 2, GROUP_POST };
}

static void bench_make(struct bench *b, struct arena *mem, const struct instance_kind *kind)
{
    int32_t n = kind->workers, m = kind->posts;

    instance_make(&b->instance, mem, kind);
    b->ratio = kind->seats;
    b->village = NEW_ARRAY(mem, int32_t, n);
    b->is_registered = NEW_ARRAY(mem, bool, n);
    b->employer = NEW_ARRAY(mem, int32_t, m);
    b->couples = arena_alloc(mem, sizeof *b->couples * (size_t)n);
    b->parties = NEW_ARRAY(mem, struct group_party, n);
    for (int32_t w = 0; w < n; w++) {
        b->village[w] =
            b->instance.county[w] * VILLAGES_A_COUNTY + instance_uneven(VILLAGES_A_COUNTY, 0.3);
        b->is_registered[w] = instance_uniform() < 0.4;
    }
    for (int32_t p = 0; p < m; p++)
        b->employer[p] = (int32_t)(instance_uniform() * m / POSTS_AN_EMPLOYER);
    make_couples(b);
    b->in = (struct group_input){ .market = &b->instance.market,
                                  .county = b->instance.county,
                                  .village = b->village,
                                  .is_registered = b->is_registered,
                                  .employer = b->employer,
                                  .city = b->instance.city };
}

static bool measure(struct bench *b, const char *what, bool with_couples, enum group_where same,
                    const struct group_limit *limits, int32_t n_limits)
{
    struct arena *mem;
    struct group_result r;
    struct rusage use;
    double start = cpu_seconds();
    int32_t left_out = 0;

    if (b->only && b->plain > 0 && !strstr(what, b->only))
        return true;
    mem = arena_new();
    b->in.limits = limits;
    b->in.n_limits = n_limits;
    b->in.parties = b->parties;
    b->in.n_parties = with_couples ? b->n_couples : 0;
    for (int32_t i = 0; i < b->n_couples; i++)
        b->parties[i].same = same;
    groups_solve(mem, &b->in, &r);
    start = cpu_seconds() - start;
    getrusage(RUSAGE_SELF, &use);
    if (b->plain == 0)
        b->plain = r.value;
    for (int32_t i = 0; i < n_limits; i++)
        left_out += r.limits[i].left_out;
    printf("seats/worker=%.2f %-28s cpu_s=%6.2f auctions=%2d value=%lld gap=%.4f%% "
           "below_plain=%.4f%% placed=%d left_out=%d peak_mb=%ld\n",
           b->ratio, what, start, r.rounds, (long long)r.value,
           100.0 * (double)r.gap / (double)MAX(1, r.bound),
           100.0 * (double)(b->plain - r.value) / (double)MAX(1, b->plain), r.placed, left_out,
           use.ru_maxrss / 1024);
    fflush(stdout);
    arena_free(mem);
    return r.value <= r.bound;
}

#define EACH_BUS(n)                                                        \
    {                                                                      \
        GROUP_NONE_OR, GROUP_COUNTY, GROUP_CITY, GROUP_EACH, GROUP_EACH, n \
    }

int main(int argc, char **argv)
{
    static const struct group_limit bus10[] = { EACH_BUS(10) }, bus20[] = { EACH_BUS(20) };
    int32_t n = argc > 1 ? atoi(argv[1]) : 100000, m = argc > 2 ? atoi(argv[2]) : 10000;
    static const double ratios[] = { 0.90, 1.15 };
    bool sound = true;

    for (size_t i = 0; i < ARRAY_LEN(ratios); i++) {
        struct bench b = { .only = argc > 4 ? argv[4] : NULL };
        const struct group_limit network[] = {
            { GROUP_AT_MOST, GROUP_COUNTY, GROUP_ANYWHERE, GROUP_EACH, 0, n / 60 },
            { GROUP_AT_MOST, GROUP_VILLAGE, GROUP_ANYWHERE, GROUP_EACH, 0, n / 2500 },
            { GROUP_HELD, GROUP_REGISTERED, GROUP_POST, 0, GROUP_EACH, 30 },
        };
        const struct group_limit priced[] = {
            { GROUP_AT_MOST, GROUP_VILLAGE, GROUP_EMPLOYER, GROUP_EACH, GROUP_EACH, 2 },
            { GROUP_HELD, GROUP_REGISTERED, GROUP_EMPLOYER, 0, GROUP_EACH, 30 },
            { GROUP_AT_LEAST, GROUP_COUNTY, GROUP_ANYWHERE, 49, 0, n / 120 },
        };
        const struct group_limit employer5[] = {
            { GROUP_NONE_OR, GROUP_ANYBODY, GROUP_EMPLOYER, 0, GROUP_EACH, 5 },
        };
        const struct group_limit all[] = { EACH_BUS(10), network[0], network[2], priced[0],
                                           priced[2] };

        const struct instance_kind kind = {
            .workers = n,
            .posts = m,
            .degree = 20,
            .seats = ratios[i],
            .seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1,
        };
        struct arena *mem = arena_new();

        bench_make(&b, mem, &kind);
        sound &= measure(&b, "nothing", false, GROUP_POST, NULL, 0);
        sound &= measure(&b, "couples, one post", true, GROUP_POST, NULL, 0);
        sound &= measure(&b, "couples, one city", true, GROUP_CITY, NULL, 0);
        sound &= measure(&b, "bus of 10", false, GROUP_POST, bus10, 1);
        sound &= measure(&b, "bus of 20", false, GROUP_POST, bus20, 1);
        sound &= measure(&b, "employer of 5", false, GROUP_POST, employer5, 1);
        sound &= measure(&b, "county, village, held seats", false, GROUP_POST, network, 3);
        sound &= measure(&b, "village at employer, floor", false, GROUP_POST, priced, 3);
        sound &= measure(&b, "all with couples", true, GROUP_POST, all, 5);
        arena_free(mem);
    }
    return !sound;
}
