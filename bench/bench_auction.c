/* bench_auction.c — time and memory of the assignment alone beside LEMON's two best network flow
 * methods, on congested synthetic markets.
 *
 *     bench_auction 10k 100k        the sizes named, each scarce (0.90 seats a worker) and abundant
 *                                   (1.15), beside LEMON
 *     bench_auction variants        ties, all scores equal, most placed first, 50 posts a worker
 *     bench_auction 1m peer         LEMON at a million people too: ten minutes alone
 *     bench_auction live            repairs after a change, at 100k and at a million
 *     bench_auction file F …        instances of others (auction/auction_file.h)
 *
 * Each solver runs in a process
 * of its own, so that its memory can be told; exits with 1 when a proof fails or values differ. */
#include "instance.h"
#include "auction/auction_file.h"
#include "auction/auction_market.h"
#include "peer_lemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum solver { OURS, SIMPLEX, SCALING, SOLVERS };

static const char *const solver_names[] = { "this", "LEMON simplex", "LEMON scaling" };

/* The last figures of a run, sent from the process that did it. */
struct figures {
    int64_t value, gap;
    double seconds, wall; /* of the processors, of the clock */
    long peak_mb;         /* beyond the instance */
    int32_t placed;
};

static const struct row {
    const char *size;
    struct instance_kind kind;
    int runs;
    bool has_peer;   /* without "peer" being asked for */
    bool is_variant; /* compared with the last row that is none */
} rows[] = {
    { "10k", { "10k x 1k scarce", 10000, 1000, 20, 0.90, 0, 0, 1 }, 5, true, false },
    { "10k", { "10k x 1k abundant", 10000, 1000, 20, 1.15, 0, 0, 1 }, 5, true, false },
    { "100k", { "100k x 10k abundant", 100000, 10000, 20, 1.15, 0, 0, 1 }, 3, true, false },
    { "100k", { "100k x 10k scarce", 100000, 10000, 20, 0.90, 0, 0, 1 }, 3, true, false },
    { "variants", { "100k x 10k scarce", 100000, 10000, 20, 0.90, 0, 0, 1 }, 3, false, false },
    { "variants",
      { "  scores in steps of 500", 100000, 10000, 20, 0.90, 500, 0, 1 },
      3,
      false,
      true },
    { "variants",
      { "  all scores equal", 100000, 10000, 20, 0.90, 100000, 5000, 1 },
      3,
      false,
      true },
    { "variants", { "  most placed first", 100000, 10000, 20, 0.90, 0, 30000, 1 }, 3, false, true },
    { "variants", { "  both", 100000, 10000, 20, 0.90, 500, 30000, 1 }, 3, false, true },
    { "variants", { "  50 posts a worker", 100000, 10000, 50, 0.90, 0, 0, 1 }, 3, false, true },
    { "1m", { "1m x 100k scarce", 1000000, 100000, 20, 0.90, 0, 0, 1 }, 3, false, false },
    { "1m", { "1m x 100k abundant", 1000000, 100000, 20, 1.15, 0, 0, 1 }, 3, false, false },
};

static double clock_seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void solve(const struct auction_input *in, struct figures *f)
{
    double wall = clock_seconds(CLOCK_MONOTONIC), seconds = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct arena *mem = arena_new();
    struct auction_result r;

    auction_solve(mem, in, &r);
    f->seconds = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds;
    f->wall = clock_seconds(CLOCK_MONOTONIC) - wall;
    f->value = r.certificate.sound ? r.certificate.value : -1;
    f->gap = r.certificate.gap;
    f->placed = r.certificate.placed;
    arena_free(mem);
}

static void solve_peer(const struct auction_input *in, enum solver solver, struct figures *f)
{
    struct peer_seconds seconds = { 0 };

    f->value = peer_lemon(in->workers, in->posts, in->cap, in->row, &in->edges->post,
                          solver == SIMPLEX ? PEER_NETWORK_SIMPLEX : PEER_COST_SCALING, &seconds);
    f->seconds = seconds.processor;
    f->wall = seconds.clock;
}

static struct figures solve_apart(const struct auction_input *in, enum solver solver)
{
    struct figures f = { .value = -1 };
    struct rusage use;
    int pipes[2];

    fflush(stdout);
    if (pipe(pipes) != 0)
        abort();
    if (fork() == 0) {
        long before;

        getrusage(RUSAGE_SELF, &use);
        before = use.ru_maxrss;
        if (solver == OURS)
            solve(in, &f);
        else
            solve_peer(in, solver, &f);
        getrusage(RUSAGE_SELF, &use);
        f.peak_mb = (use.ru_maxrss - before) / 1024;
        _exit(write(pipes[1], &f, sizeof f) != sizeof f);
    }
    close(pipes[1]);
    if (read(pipes[0], &f, sizeof f) != sizeof f)
        f.value = -1;
    close(pipes[0]);
    wait(NULL);
    return f;
}

static int by_seconds(const void *a, const void *b)
{
    const struct figures *f = a, *g = b;

    return (f->seconds > g->seconds) - (f->seconds < g->seconds);
}

/* The median of some runs. */
static struct figures measure(const struct auction_input *in, enum solver solver, int runs)
{
    struct figures f[9];

    for (int i = 0; i < runs; i++)
        f[i] = solve_apart(in, solver);
    qsort(f, (size_t)runs, sizeof *f, by_seconds);
    return f[runs / 2];
}

static void print_figures(const char *name, int64_t edges, enum solver solver,
                          const struct figures *f)
{
    printf("%-26s %10lld  %-14s %8.3f %8.3f %6ld %14lld %6lld", name, (long long)edges,
           solver_names[solver], f->seconds, f->wall, f->peak_mb, (long long)f->value,
           (long long)f->gap);
}

/* One instance: ours, then the peers; returns whether all is proved and all agree. `plain` has the
 * time for an edge of the last instance that was no variant. */
static bool bench_row(const struct row *row, bool with_peer, double *plain)
{
    struct arena *mem = arena_new();
    struct instance instance;
    const struct auction_input *in = &instance.market;
    struct figures ours;
    double per_edge;
    bool is_good;

    instance_make(&instance, mem, &row->kind);
    ours = measure(in, OURS, row->runs);
    is_good = ours.value > 0 && ours.gap == 0;
    print_figures(row->kind.name, in->row[in->workers], OURS, &ours);
    per_edge = ours.seconds / (double)in->row[in->workers];
    if (row->is_variant)
        printf("   %.2f of plain for an edge", per_edge / *plain);
    else
        *plain = per_edge;
    printf("\n");
    for (int s = SIMPLEX; s < SOLVERS && with_peer; s++) {
        struct figures f = measure(in, s, in->workers >= 100000 ? 1 : 3);

        print_figures("", in->row[in->workers], s, &f);
        printf("   %.1f times, %.1f by the clock\n", f.seconds / ours.seconds, f.wall / ours.wall);
        is_good &= f.value == ours.value;
    }
    arena_free(mem);
    return is_good;
}

/* --- repairs --- */

enum { CHANGES = 2000 };

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

struct live {
    struct auction_market *market;
    const struct auction_input *in;
    uint64_t dice;
};

static int32_t live_roll(struct live *live, int32_t below)
{
    live->dice = live->dice * 6364136223846793005u + 1442695040888963407u;
    return (int32_t)((live->dice >> 33) % (uint64_t)below);
}

enum live_change { WITHDRAW, ADD, RAISE, LOWER, LEAVE, ARRIVE, RESCORE, LIVE_CHANGES };

static const char *const live_names[] = {
    "post withdrawn",
    "post added",
    "one seat more",
    "one seat fewer",
    "person leaves",
    "person arrives",
    "scores of a person change",
};

/* A post like that of `like`: the same people want it for the same points. */
static void live_add_post(struct live *live, int32_t seats, struct auction_moves *moves)
{
    struct auction_bid bids[200];
    int32_t n = 0, like = live_roll(live, live->in->workers);

    for (int32_t w = like; w < live->in->workers && n < 200; w++)
        if (live->in->row[w + 1] > live->in->row[w])
            bids[n++] = (struct auction_bid){ w, live->in->edges[live->in->row[w]].score };
    auction_market_add_post(live->market, seats, bids, n, moves);
}

static void live_change(struct live *live, enum live_change what, struct auction_moves *moves)
{
    const struct auction_input *in = live->in;
    int32_t p = live_roll(live, in->posts), w = live_roll(live, in->workers);
    const struct auction_edge *edges = in->edges + in->row[w];
    int32_t n = (int32_t)(in->row[w + 1] - in->row[w]);
    struct auction_edge changed[64];

    switch (what) {
    case WITHDRAW:
        auction_market_seats(live->market, p, 0, moves);
        break;
    case ADD:
        live_add_post(live, 1 + live_roll(live, 20), moves);
        break;
    case RAISE:
        auction_market_seats(live->market, p, in->cap[p] + 1, moves);
        break;
    case LOWER:
        auction_market_seats(live->market, p, MAX(0, in->cap[p] - 1), moves);
        break;
    case LEAVE:
        auction_market_leave(live->market, w, moves);
        break;
    case ARRIVE:
        auction_market_add_worker(live->market, edges, n, moves);
        break;
    default:
        for (int32_t e = 0; e < n && e < 64; e++)
            changed[e] =
                (struct auction_edge){ edges[e].post, edges[e].score + live_roll(live, 200) - 100 };
        auction_market_edges(live->market, w, changed, MIN(n, 64), moves);
    }
}

static void live_print(const char *name, double *ms, int64_t moved)
{
    double sum = 0;

    for (int i = 0; i < CHANGES; i++)
        sum += ms[i];
    qsort(ms, CHANGES, sizeof *ms, by_value);
    printf("  %-26s mean %8.3f ms  median %8.3f  99 of 100 %8.3f  most %8.3f   moved %.1f\n", name,
           sum / CHANGES, ms[CHANGES / 2], ms[CHANGES * 99 / 100], ms[CHANGES - 1],
           (double)moved / CHANGES);
}

/* Each kind of change so many times, one after the other on the same market; milliseconds of the
 * processor for one. */
static void bench_live(const struct instance_kind *kind)
{
    struct arena *mem = arena_new();
    struct instance instance;
    const struct auction_input *in = &instance.market;
    struct live live = { .in = in, .dice = 7 };
    double ms[CHANGES];

    instance_make(&instance, mem, kind);
    live.market = auction_market_open(in, NULL);
    printf("%s, changes:\n", kind->name);
    fflush(stdout);
    for (int what = 0; what < LIVE_CHANGES; what++) {
        int64_t moved = 0;

        for (int i = 0; i < CHANGES; i++) {
            struct auction_moves moves;
            double start = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);

            live_change(&live, what, &moves);
            ms[i] = 1e3 * (clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
            moved += moves.n;
        }
        live_print(live_names[what], ms, moved);
        fflush(stdout);
    }
    auction_market_close(live.market);
    arena_free(mem);
}

/* --- problems of others --- */

/* Value and bound as costs: what placing everybody costs and what it costs at least. */
static bool bench_file(const char *path)
{
    struct arena *mem = arena_new();
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t len = 0;
    struct auction_file problem;
    struct auction_result r;
    struct failure why = { 0 };
    double seconds;
    bool is_good;

    if (!file || getdelim(&text, &len, 0, file) < 0) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return false;
    }
    fclose(file);
    if (auction_file_read(mem, text, strlen(text), &problem, &why) != OK) {
        fprintf(stderr, "%s: %s. %s\n", path, why.message, why.hint);
        return false;
    }
    free(text);
    seconds = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    auction_solve(mem, &problem.in, &r);
    seconds = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds;
    is_good = r.certificate.sound && r.certificate.gap == 0;
    printf("%s: %d workers, %d placed, cost %lld, at least %lld, gap %lld, %.3f s\n", path,
           problem.in.workers, r.certificate.placed,
           (long long)auction_file_cost(&problem, r.certificate.value),
           (long long)auction_file_cost(&problem, r.certificate.bound),
           (long long)r.certificate.gap, seconds);
    if (r.certificate.placed < problem.in.workers)
        printf("  not everybody can be placed: the cost is no cost of the problem\n");
    arena_free(mem);
    return is_good;
}

static bool is_asked(const char *what, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], what))
            return true;
    return false;
}

static bool is_live(const struct row *row)
{
    return !strcmp(row->size, "100k") || !strcmp(row->size, "1m");
}

int main(int argc, char **argv)
{
    bool is_good = true;
    double plain = 1;

    if (argc > 2 && !strcmp(argv[1], "file")) {
        for (int i = 2; i < argc; i++)
            is_good &= bench_file(argv[i]);
        return !is_good;
    }
    printf("%-26s %10s  %-14s %8s %8s %6s %14s %6s\n", "instance", "edges", "solver", "cpu s",
           "clock s", "MB", "value", "gap");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (is_asked(rows[i].size, argc, argv))
            is_good &=
                bench_row(&rows[i], rows[i].has_peer || is_asked("peer", argc, argv), &plain);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (is_asked("live", argc, argv) && is_live(&rows[i]))
            bench_live(&rows[i].kind);
    return !is_good;
}
