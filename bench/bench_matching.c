/* bench_matching.c — the whole road from people and posts to an assignment.
 *
 *     bench_matching PERSONS POSTS [WITHOUT_WISH_PERCENT=30] [SEATS_PER_PERSON=0.9] [SEED=1]
 * [STORE | candidates [ESTIMATE=0] | again]
 *
 * With a store, an empty file or database, the outcome is stored there too, with its reasons; with
 * `candidates` it ends after these. Their checksum must not move when only speed was meant to
 * change. ESTIMATE is the weight of an estimate of retention with coefficients of usual size. With
 * `again` the match is made once more from its outcome: with nothing changed, and with the scarcest
 * post withdrawn. People of 60 western counties who share tastes: a few destinations and trades are
 * far more wanted than others; the given share has no wish for a place, and half of all none for a
 * trade. Posts in 60 eastern districts, 200 occupations. Prints one line. */
#include "app/modules.h"
#include "matching/load.h"
#include "matching/retention.h"
#include "matching/run.h"
#include "platform/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { COUNTIES = 60, DISTRICTS = 60, TRADES = 200, EMPLOYERS = 2000 };

static uint64_t dice;
static int64_t counties[COUNTIES], districts[DISTRICTS];
static int32_t trades[TRADES];

static int64_t roll(int64_t lo, int64_t hi)
{
    dice += 0x9e3779b97f4a7c15u;
    uint64_t z = dice;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return lo + (int64_t)((z ^ (z >> 31)) % (uint64_t)(hi - lo + 1));
}

/* Small numbers far more often. */
static int64_t uneven(int64_t n)
{
    return MIN(roll(0, n - 1), MIN(roll(0, n - 1), roll(0, n - 1)));
}

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct moment {
    double cpu, wall; /* the former of all threads of this process: other load counts for less */
};

static struct moment now(void)
{
    return (struct moment){ seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(CLOCK_MONOTONIC) };
}

static void make_places(void)
{
    static const int64_t west[] = { 62, 50, 51, 52 }, east[] = { 35, 37, 33, 44 };

    for (int i = 0; i < COUNTIES; i++)
        counties[i] = west[i % 4] * 10000000000 + (i / 16 + 1) * 100000000 + (i + 21) * 1000000;
    for (int i = 0; i < DISTRICTS; i++)
        districts[i] = east[i % 4] * 10000000000 + (i / 8 + 1) * 100000000 + (i + 2) * 1000000;
    for (int i = 0; i < TRADES; i++)
        trades[i] = (int32_t)((i % 3 ? 6000000 : 4000000) + roll(1, 31) * 10000 + roll(1, 9) * 100 +
                              roll(1, 20));
}

static struct match_employer *make_employers(struct arena *mem)
{
    struct match_employer *employers = NEW_ARRAY(mem, struct match_employer, EMPLOYERS);

    for (int i = 0; i < EMPLOYERS; i++) {
        struct match_record *record = NEW(mem, struct match_record);

        int32_t placed = (int32_t)roll(0, 40), stayed = (int32_t)roll(0, placed);
        int32_t others = (int32_t)roll(0, 20);

        *record = (struct match_record){ counties[roll(0, COUNTIES - 1)],
                                         { { placed, placed, placed / 2 },
                                           { placed, stayed, stayed / 2 } } };
        employers[i] =
            (struct match_employer){ .id = i,
                                     .has_canteen = roll(0, 1),
                                     .has_western_food = !roll(0, 4),
                                     .has_couple_rooms = !roll(0, 3),
                                     .stays = { { placed + 20, placed + 20, placed },
                                                { placed + 20, stayed + others, stayed } },
                                     .records = record,
                                     .n_records = 1,
                                     .arrears = (int32_t)(roll(0, 20) / 20) };
    }
    return employers;
}

static struct match_post *make_posts(struct arena *mem, int32_t m, double seats)
{
    struct match_employer *employers = make_employers(mem);
    struct match_post *posts = NEW_ARRAY(mem, struct match_post, m);

    for (int32_t i = 0; i < m; i++) {
        int64_t mean = (int64_t)(seats / m * 2);

        posts[i] = (struct match_post){ .id = i + 1,
                                        .employer = &employers[roll(0, EMPLOYERS - 1)],
                                        .work = districts[uneven(DISTRICTS)],
                                        .occupation = trades[uneven(TRADES)],
                                        .seats = (int32_t)roll(0, mean),
                                        .pay_form = roll(0, 1) ? MATCH_PAY_PIECE : MATCH_PAY_TIME,
                                        .pay_low_fen = roll(28, 60) * 10000,
                                        .newcomer_pay_fen = roll(24, 50) * 10000,
                                        .min_skill = (int8_t)MAX(0, roll(-4, 3)),
                                        .demands = (uint8_t)(roll(0, 3) == 0),
                                        .has_board = roll(0, 1),
                                        .has_lodging = roll(0, 1),
                                        .is_reserved = !roll(0, 9) };
    }
    return posts;
}

static struct match_person *make_persons(struct arena *mem, int32_t n, int64_t free_percent)
{
    struct match_person *persons = NEW_ARRAY(mem, struct match_person, n);

    for (int32_t i = 0; i < n; i++) {
        struct match_range *range = NEW_ARRAY(mem, struct match_range, 2);
        int32_t *wishes = NEW_ARRAY(mem, int32_t, 2);

        for (int d = 0; d < 2; d++) {
            int64_t city = districts[uneven(DISTRICTS)] / 100000000 * 100000000;

            range[d] = (struct match_range){ city, city + 99999999 };
            wishes[d] = trades[uneven(TRADES)];
            wishes[d] -= wishes[d] % (roll(0, 1) ? 1 : 100);
        }
        persons[i] = (struct match_person){ .id = i + 1,
                                            .home = counties[uneven(COUNTIES)],
                                            .birth = { (int16_t)roll(1965, 2008), 5, 1 },
                                            .destinations = range,
                                            .n_destinations = roll(1, 100) <= free_percent ? 0 : 2,
                                            .occupations = wishes,
                                            .n_occupations = roll(0, 1) ? 2 : 0,
                                            .earlier = &districts[uneven(DISTRICTS)],
                                            .n_earlier = (int32_t)roll(0, 1),
                                            .least_wage_fen = roll(25, 45) * 10000,
                                            .companion_id = NONE,
                                            .skill_level = (int8_t)roll(0, 3),
                                            .cannot = (uint8_t)(roll(0, 4) == 0),
                                            .is_willing = true,
                                            .is_registered = roll(0, 1),
                                            .wants_western_food = !roll(0, 3),
                                            .wants_couple_room = !roll(0, 9) };
    }
    return persons;
}

/* --- storing --- */

static enum err store_run(struct ctx *cx, void *arg)
{
    struct match_save *save = arg;

    TRY(db_exec(cx,
                "INSERT INTO match_run (id, home, work, state, weights, created_at, updated_at)"
                " SELECT 1, $1, $2, 'RUNNING', '{}', 0, 0 WHERE SCOPE(match_run home=$1, work=$2)",
                P(save->input->home), P(save->input->work)));
    return match_save(cx, save);
}

/* Prints one line more. */
static bool store_outcome(const char *url, struct match_save *save)
{
    struct failure f = { 0 };
    struct store *store;
    struct moment from, to;
    struct ctx *cx;
    enum err err;

    ops_register(app_modules);
    seal_init_for_tests();
    if (store_open(url, ops_tables(), LANG_EN, &f, &store) != OK ||
        store_migrate(store, &f, NULL) != OK) {
        fprintf(stderr, "%s\n", f.message);
        return false;
    }
    cx = ctx_new(store, 1772323200);
    ctx_as_system(cx);
    from = now();
    err = db_write(cx, store_run, save);
    to = now();
    if (err != OK)
        fprintf(stderr, "%s %s\n", cx->failure.code, cx->failure.message);
    printf("stored=%d store_cpu_s=%.2f store_wall_s=%.2f\n", save->problem->n_persons,
           to.cpu - from.cpu, to.wall - from.wall);
    ctx_free(cx);
    store_close(store);
    return err == OK;
}

/* --- once more --- */

static void match_again(const struct match_problem *in, const struct match_assignment *before,
                        const char *what)
{
    struct arena *mem = arena_new();
    int64_t *price = NEW_ARRAY(mem, int64_t, in->n_posts);
    struct match_start start = { price, before->auction.post, before->gap };
    struct match_problem again = *in;
    struct match_assignment anew, a;
    struct moment at[3];
    int32_t moved = 0, lost = 0;

    for (int32_t p = 0; p < in->n_posts; p++)
        price[p] = (int64_t)((__int128)before->auction.price[p] * MATCH_PRICE_UNIT /
                             before->auction.scale);
    again.start = &start;
    at[0] = now();
    match_assign(mem, in, &anew);
    at[1] = now();
    match_again_assign(mem, &(struct match_again){ 0 }, &again, &a);
    at[2] = now();
    for (int32_t i = 0; i < in->n_persons; i++) {
        moved += a.auction.post[i] != before->auction.post[i];
        lost += before->auction.post[i] >= 0 && a.auction.post[i] < 0;
    }
    printf("again=%s anew_cpu_s=%.2f again_cpu_s=%.2f again_wall_s=%.2f rounds=%d moved=%d lost=%d "
           "value=%lld anew=%lld gap=%.4f%%\n",
           what, at[1].cpu - at[0].cpu, at[2].cpu - at[1].cpu, at[2].wall - at[1].wall, a.rounds,
           moved, lost, (long long)a.value, (long long)anew.value,
           100.0 * (double)a.gap / (double)MAX(1, a.bound));
    arena_free(mem);
}

static void match_both_again(struct match_problem *in, struct match_post *posts,
                             const struct match_assignment *a)
{
    int32_t scarcest = 0;

    match_again(in, a, "unchanged");
    for (int32_t p = 1; p < in->n_posts; p++)
        if (a->auction.price[p] > a->auction.price[scarcest])
            scarcest = p;
    posts[scarcest].seats = 0;
    match_again(in, a, "withdrawn");
}

static uint64_t checksum(const struct match_candidates *c, int32_t n)
{
    uint64_t sum = 14695981039346656037u;

    for (int32_t i = 0; i < n; i++)
        sum = (sum ^ (uint64_t)(c->row[i + 1] - c->row[i])) * 1099511628211u;
    for (int64_t e = 0; e < c->row[n]; e++) {
        sum = (sum ^ (uint64_t)c->edges[e].post) * 1099511628211u;
        sum = (sum ^ (uint64_t)c->edges[e].score) * 1099511628211u;
    }
    return sum;
}

/* Logits as an estimate fitted to a ledger would have them, made up. */
static const struct retention_model estimate = {
    .bias = -300000,
    .coefficient = { [RETENTION_pay] = 500000,
                     [RETENTION_board] = 150000,
                     [RETENTION_lodging] = 200000,
                     [RETENTION_distance] = -250000,
                     [RETENTION_climate] = -100000,
                     [RETENTION_food] = -300000,
                     [RETENTION_wanted] = 300000,
                     [RETENTION_other] = -300000,
                     [RETENTION_back] = 500000,
                     [RETENTION_province] = 200000,
                     [RETENTION_village] = 400000,
                     [RETENTION_record] = 250000,
                     [RETENTION_arrears] = -200000 },
    .cases = 1000,
};

int main(int argc, char **argv)
{
    int32_t n = argc > 1 ? atoi(argv[1]) : 100000, m = argc > 2 ? atoi(argv[2]) : 10000;
    double seats = argc > 4 ? atof(argv[4]) : 0.9;
    struct moment at[3];
    struct match_weights weights = match_weights_default();
    struct arena *mem = arena_new();
    struct match_problem in = {
        .n_persons = n, .n_posts = m, .today = { 2026, 3, 1 }, .weights = &weights
    };
    struct match_post *posts;
    struct match_candidates c;
    struct match_assignment a;
    struct rusage use;

    weights.estimate = &estimate;
    weights.retention_model = argc > 7 ? atoi(argv[7]) : 0;
    dice = argc > 5 ? strtoull(argv[5], NULL, 10) : 1;
    make_places();
    in.posts = posts = make_posts(mem, m, n * seats);
    in.persons = make_persons(mem, n, argc > 3 ? atoi(argv[3]) : 30);
    at[0] = now();
    match_candidates(mem, &in, &c);
    at[1] = now();
    getrusage(RUSAGE_SELF, &use);
    fprintf(stderr,
            "candidates: %.2f s of processors, %.2f s, %.0f looked at per person, %lld edges, peak "
            "%ld MB, checksum %016llx\n",
            at[1].cpu - at[0].cpu, at[1].wall - at[0].wall, (double)c.pairs / MAX(1, n),
            (long long)c.row[n], use.ru_maxrss / 1024, (unsigned long long)checksum(&c, n));
    if (argc > 6 && str_eq(argv[6], "candidates"))
        return 0;
    match_assign(mem, &in, &a);
    at[2] = now();
    getrusage(RUSAGE_SELF, &use);
    printf(
        "persons=%d posts=%d candidates_cpu_s=%.2f candidates_wall_s=%.2f edges=%lld looked_at_per_person=%.0f "
        "assign_cpu_s=%.2f assign_wall_s=%.2f rounds=%d considered=%lld placed=%d value=%lld bound=%lld gap=%.4f%% peak_mb=%ld\n",
        n, m, at[1].cpu - at[0].cpu, at[1].wall - at[0].wall, (long long)c.row[n],
        (double)c.pairs / n, at[2].cpu - at[1].cpu, at[2].wall - at[1].wall, a.rounds,
        (long long)a.considered.row[n], a.auction.certificate.placed, (long long)a.value,
        (long long)a.bound, 100.0 * (double)a.gap / (double)MAX(1, a.bound), use.ru_maxrss / 1024);
    if (argc > 6 && str_eq(argv[6], "again"))
        match_both_again(&in, posts, &a);
    else if (argc > 6 &&
             !store_outcome(argv[6], &(struct match_save){
                                         .run_id = 1,
                                         .input = &(struct match_input){ .home = 620000000000,
                                                                         .work = 350000000000 },
                                         .problem = &in,
                                         .assignment = &a }))
        return 1;
    arena_free(mem);
    return !a.auction.certificate.sound;
}
