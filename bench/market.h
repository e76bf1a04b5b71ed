/* market.h — congested synthetic markets for the benches of the assignment, always the same for the
 * same numbers.
 *
 * Fifty counties and forty destinations of uneven size in a square of 1000 km, 64 occupations;
 * a county shares its favourite trades, so that many people want the same posts. A score is wage
 * above the wish, less distance, plus skill margin, plus taste. */
#pragma once
#include "matching/auction.h"

#include <math.h>
#include <stdlib.h>

enum { COUNTIES = 50, CITIES = 40, OCCUPATIONS = 64 };

struct market {
    struct auction_input in;
    int32_t *cap, *county, *city;
    int64_t *row;
    struct auction_edge *edges;
};

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

/* Index with weight (i + 1)^-power. */
static int32_t uneven(int32_t n, double power)
{
    double total = 0, at;

    for (int32_t i = 0; i < n; i++)
        total += pow(i + 1, -power);
    at = uniform() * total;
    for (int32_t i = 0; i < n - 1; i++)
        if ((at -= pow(i + 1, -power)) < 0)
            return i;
    return n - 1;
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

static void make_posts(struct offer_post *posts, struct market *k, double seats)
{
    int32_t m = k->in.posts;
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
    for (int32_t p = 0; p < m; p++) { /* stochastic rounding keeps the sum */
        k->cap[p] = (int32_t)(tail[p] * seats / total + uniform());
        k->city[p] = posts[p].city;
    }
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

static void make_edges(struct market *k, int32_t most, const struct offer_post *posts)
{
    struct site county[COUNTIES], city[CITIES];
    int32_t favourites[COUNTIES][3], start[OCCUPATIONS + 1] = { 0 };
    struct pick *picks = malloc(sizeof *picks * (size_t)(10 * most));

    for (int i = 0; i < COUNTIES; i++) {
        county[i] = (struct site){ uniform() * 1000, uniform() * 1000 };
        for (int f = 0; f < 3; f++)
            favourites[i][f] = uneven(OCCUPATIONS, 0.5);
    }
    for (int i = 0; i < CITIES; i++)
        city[i] = (struct site){ uniform() * 1000, uniform() * 1000 };
    for (int32_t p = 0; p < k->in.posts; p++)
        start[posts[p].occupation + 1] = p + 1;
    for (int o = 0; o < OCCUPATIONS; o++)
        start[o + 1] = MAX(start[o + 1], start[o]);
    for (int32_t w = 0; w < k->in.workers; w++) {
        struct seeker s = make_seeker(favourites);
        int32_t found = 0;

        k->county[w] = s.county;
        for (int o = 0; o < 2; o++) {
            int32_t occupation = s.occupation[o], wanted = o ? 2 * most : 8 * most;
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
        k->row[w + 1] = k->row[w];
        for (int32_t i = 0; i < found && k->row[w + 1] - k->row[w] < most; i++)
            k->edges[k->row[w + 1]++] = (struct auction_edge){ picks[i].post, picks[i].score };
    }
    free(picks);
}

/* In memory that the process keeps. */
static void market_make(struct market *k, int32_t workers, int32_t posts, int32_t most,
                        double seats_per_worker, uint64_t seed)
{
    struct offer_post *all = malloc(sizeof *all * (size_t)posts);

    dice = seed;
    *k = (struct market){ .cap = malloc(sizeof *k->cap * (size_t)posts),
                          .county = malloc(sizeof *k->county * (size_t)workers),
                          .city = malloc(sizeof *k->city * (size_t)posts),
                          .row = calloc((size_t)workers + 1, sizeof *k->row),
                          .edges = malloc(sizeof *k->edges * (size_t)workers * (size_t)most) };
    k->in = (struct auction_input){
        .workers = workers, .posts = posts, .cap = k->cap, .row = k->row, .edges = k->edges
    };
    make_posts(all, k, workers * seats_per_worker);
    make_edges(k, most, all);
    free(all);
}
