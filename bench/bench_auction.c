/* bench_auction.c — time and memory of the assignment alone, on congested synthetic markets.
 *
 *     bench_auction WORKERS POSTS [EDGES=20] [SEATS_PER_WORKER=0.9] [SEED=1]
 *
 * Fifty counties and forty destinations of uneven size in a square of 1000 km, 64 occupations;
 * a county shares its favourite trades, so that many people want the same posts. A score is wage
 * above the wish, less distance, plus skill margin, plus taste. Prints one line; exits with 1 when
 * the proof fails. */
#include "matching/auction.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { COUNTIES = 50, CITIES = 40, OCCUPATIONS = 64 };

struct site {
    double x, y;
};

struct offer_post {
    int32_t id, occupation, city, level, wage;
};

struct seeker {
    int32_t county, occupation[2], level, floor;
    double penalty;
};

struct pick {
    int32_t post, score;
};

static uint64_t dice;

static double uniform(void)
{
    dice += 0x9e3779b97f4a7c15u;
    uint64_t z = dice;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double normal(void)
{
    return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform());
}

/* Index with weight (i + 1)^-power; n at most 64. At most four kinds are asked for. */
static int32_t uneven(int32_t n, double power)
{
    static struct sums {
        int32_t n;
        double power, up_to[64];
    } kept[4];
    struct sums *s = kept;
    double at;
    int32_t i = 0;

    while (s->n && (s->n != n || s->power != power))
        s++;
    if (!s->n) {
        double total = 0;

        *s = (struct sums){ n, power };
        for (int32_t j = 0; j < n; j++)
            s->up_to[j] = total += pow(j + 1, -power);
    }
    at = uniform() * s->up_to[n - 1];
    while (i < n - 1 && s->up_to[i] <= at)
        i++;
    return i;
}

/* Of this process's one thread, so that other load does not count. */
static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_occupation_city(const void *a, const void *b)
{
    const struct offer_post *p = a, *q = b;

    if (p->occupation != q->occupation)
        return p->occupation < q->occupation ? -1 : 1;
    if (p->city != q->city)
        return p->city < q->city ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

static int by_score(const void *a, const void *b)
{
    const struct pick *p = a, *q = b;

    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    return (p->post > q->post) - (p->post < q->post);
}

static void make_posts(struct offer_post *posts, int32_t *cap, int32_t m, double seats)
{
    double *tail = malloc(sizeof *tail * (size_t)m), total = 0;

    for (int32_t p = 0; p < m; p++) {
        struct offer_post *post = &posts[p];

        *post = (struct offer_post){ .id = p,
                                     .occupation = uneven(OCCUPATIONS, 0.5),
                                     .city = uneven(CITIES, 0.75),
                                     .level = (int32_t)(uniform() * 71) };
        post->wage = (int32_t)fmin(12000, fmax(2500, 3500 + 45 * post->level + 1000 * normal()));
    }
    qsort(posts, (size_t)m, sizeof *posts, by_occupation_city);
    for (int32_t p = 0; p < m; p++)
        total += tail[p] = fmin(200, fmax(1, 2 * pow(1 - uniform(), -0.75)));
    for (int32_t p = 0; p < m; p++) /* stochastic rounding keeps the sum */
        cap[p] = (int32_t)(tail[p] * seats / total + uniform());
    free(tail);
}

static struct seeker make_seeker(int32_t favourites[COUNTIES][3])
{
    struct seeker s = { .county = uneven(COUNTIES, 0.5), .occupation = { 0, -1 } };
    double u = uniform();

    s.occupation[0] =
        uniform() < 0.5 ? favourites[s.county][(int)(uniform() * 3)] : uneven(OCCUPATIONS, 0.5);
    s.level = 20 + (int32_t)(uniform() * 81);
    if (uniform() < 0.5)
        s.occupation[1] = uneven(OCCUPATIONS, 0.5);
    s.floor = (int32_t)(3000 + 30 * s.level + 500 * normal());
    s.penalty = 0.5 + 3.5 * u * u;
    return s;
}

static void make_edges(struct auction_edge *edges, int64_t *row, int32_t n, int32_t m, int32_t k,
                       const struct offer_post *posts)
{
    struct site county[COUNTIES], city[CITIES];
    int32_t favourites[COUNTIES][3], start[OCCUPATIONS + 1] = { 0 };
    struct pick *picks = malloc(sizeof *picks * (size_t)(10 * k));
    int32_t *drawn = calloc((size_t)m, sizeof *drawn); /* the last worker with this post */

    for (int i = 0; i < COUNTIES; i++) {
        county[i] = (struct site){ uniform() * 1000, uniform() * 1000 };
        for (int f = 0; f < 3; f++)
            favourites[i][f] = uneven(OCCUPATIONS, 0.5);
    }
    for (int i = 0; i < CITIES; i++)
        city[i] = (struct site){ uniform() * 1000, uniform() * 1000 };
    for (int32_t p = 0; p < m; p++)
        start[posts[p].occupation + 1] = p + 1;
    for (int o = 0; o < OCCUPATIONS; o++)
        start[o + 1] = MAX(start[o + 1], start[o]);
    for (int32_t w = 0; w < n; w++) {
        struct seeker s = make_seeker(favourites);
        int32_t found = 0;

        for (int o = 0; o < 2; o++) {
            int32_t occupation = s.occupation[o], wanted = o ? 2 * k : 8 * k;
            int32_t block = occupation < 0 ? 0 : start[occupation + 1] - start[occupation];

            for (int32_t t = 0; t < wanted && block > 0; t++) {
                int32_t at = start[occupation] + (int32_t)(uniform() * block);
                const struct offer_post *p = &posts[at];
                int32_t level = o ? MAX(10, s.level - 40) : s.level;
                double distance = hypot(county[s.county].x - city[p->city].x,
                                        county[s.county].y - city[p->city].y);

                if (level < p->level - 10 || p->wage < s.floor - 800)
                    continue;
                picks[found++] = (struct pick){
                    at,
                    (int32_t)fmin(10000,
                                  fmax(1, 4000 + 0.6 * (p->wage - s.floor) - s.penalty * distance +
                                              15 * (level - p->level) + 1200 * uniform() - 600))
                };
            }
        }
        qsort(picks, (size_t)found, sizeof *picks, by_score);
        row[w + 1] = row[w];
        for (int32_t i = 0; i < found && row[w + 1] - row[w] < k; i++) {
            if (drawn[picks[i].post] == w + 1)
                continue;
            drawn[picks[i].post] = w + 1;
            edges[row[w + 1]++] = (struct auction_edge){ picks[i].post, picks[i].score };
        }
    }
    free(picks), free(drawn);
}

int main(int argc, char **argv)
{
    int32_t n = argc > 1 ? atoi(argv[1]) : 100000, m = argc > 2 ? atoi(argv[2]) : 10000;
    int32_t k = argc > 3 ? atoi(argv[3]) : 20;
    double ratio = argc > 4 ? atof(argv[4]) : 0.9, start;
    struct offer_post *posts = malloc(sizeof *posts * (size_t)m);
    int32_t *cap = malloc(sizeof *cap * (size_t)m);
    int64_t *row = calloc((size_t)n + 1, sizeof *row);
    struct auction_edge *edges = malloc(sizeof *edges * (size_t)n * (size_t)k);
    struct arena *mem = arena_new();
    struct auction_result r;
    struct rusage use;

    dice = argc > 5 ? strtoull(argv[5], NULL, 10) : 1;
    make_posts(posts, cap, m, n * ratio);
    make_edges(edges, row, n, m, k, posts);
    auction_solve(mem, &(struct auction_input){ n, m, cap, row, edges, 0, NULL }, &r);
    start = cpu_seconds();
    auction_solve(mem, &(struct auction_input){ n, m, cap, row, edges, 0, NULL }, &r);
    start = cpu_seconds() - start;
    getrusage(RUSAGE_SELF, &use);
    printf("workers=%d posts=%d edges=%lld seats/worker=%.2f cpu_seconds=%.3f value=%lld gap=%lld "
           "placed=%d rounds=%d bids=%lld rebates=%lld peak_mb=%ld\n",
           n, m, (long long)row[n], ratio, start, (long long)r.certificate.value,
           (long long)r.certificate.gap, r.certificate.placed, r.rounds, (long long)r.bids,
           (long long)r.rebates, use.ru_maxrss / 1024);
    arena_free(mem);
    free(posts), free(cap), free(row), free(edges);
    return !r.certificate.sound || r.certificate.gap != 0;
}
