/* instance.c — see instance.h. */
#include "instance.h"

#include <math.h>
#include <stdlib.h>

enum { COUNTIES = INSTANCE_COUNTIES, CITIES = 40, OCCUPATIONS = 64 };

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

double instance_uniform(void)
{
    dice += 0x9e3779b97f4a7c15u;
    uint64_t z = dice;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double normal(void)
{
    return sqrt(-2 * log(1 - instance_uniform())) * cos(6.283185307179586 * instance_uniform());
}

/* Index with weight (i + 1)^-power; n at most 64. At most four kinds are asked for. */
int32_t instance_uneven(int32_t n, double power)
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
    at = instance_uniform() * s->up_to[n - 1];
    while (i < n - 1 && s->up_to[i] <= at)
        i++;
    return i;
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

static void make_posts(struct offer_post *posts, int32_t *cap, int32_t *city,
                       const struct instance_kind *kind)
{
    int32_t m = kind->posts;
    double *tail = malloc(sizeof *tail * (size_t)m), total = 0, seats = kind->workers * kind->seats;

    for (int32_t p = 0; p < m; p++) {
        struct offer_post *post = &posts[p];

        *post = (struct offer_post){ .id = p,
                                     .occupation = instance_uneven(OCCUPATIONS, 0.5),
                                     .city = instance_uneven(CITIES, 0.75),
                                     .level = (int32_t)(instance_uniform() * 71) };
        city[p] = post->city;
        post->wage = (int32_t)fmin(12000, fmax(2500, 3500 + 45 * post->level + 1000 * normal()));
    }
    qsort(posts, (size_t)m, sizeof *posts, by_occupation_city);
    for (int32_t p = 0; p < m; p++)
        total += tail[p] = fmin(200, fmax(1, 2 * pow(1 - instance_uniform(), -0.75)));
    for (int32_t p = 0; p < m; p++) /* stochastic rounding keeps the sum */
        cap[p] = (int32_t)(tail[p] * seats / total + instance_uniform());
    free(tail);
}

static struct seeker make_seeker(int32_t favourites[COUNTIES][3])
{
    struct seeker s = { .county = instance_uneven(COUNTIES, 0.5), .occupation = { 0, -1 } };
    double u = instance_uniform();

    s.occupation[0] = instance_uniform() < 0.5 ? favourites[s.county][(int)(instance_uniform() * 3)]
                                               : instance_uneven(OCCUPATIONS, 0.5);
    s.level = 20 + (int32_t)(instance_uniform() * 81);
    if (instance_uniform() < 0.5)
        s.occupation[1] = instance_uneven(OCCUPATIONS, 0.5);
    s.floor = (int32_t)(3000 + 30 * s.level + 500 * normal());
    s.penalty = 0.5 + 3.5 * u * u;
    return s;
}

static void make_edges(struct auction_edge *edges, int64_t *row, int32_t *home,
                       const struct instance_kind *kind, const struct offer_post *posts)
{
    int32_t n = kind->workers, m = kind->posts, k = kind->degree;
    struct site county[COUNTIES], city[CITIES];
    int32_t favourites[COUNTIES][3], start[OCCUPATIONS + 1] = { 0 };
    struct pick *picks = malloc(sizeof *picks * (size_t)(10 * k));
    int32_t *drawn = calloc((size_t)m, sizeof *drawn); /* the last worker with this post */

    for (int i = 0; i < COUNTIES; i++) {
        county[i] = (struct site){ instance_uniform() * 1000, instance_uniform() * 1000 };
        for (int f = 0; f < 3; f++)
            favourites[i][f] = instance_uneven(OCCUPATIONS, 0.5);
    }
    for (int i = 0; i < CITIES; i++)
        city[i] = (struct site){ instance_uniform() * 1000, instance_uniform() * 1000 };
    for (int32_t p = 0; p < m; p++)
        start[posts[p].occupation + 1] = p + 1;
    for (int o = 0; o < OCCUPATIONS; o++)
        start[o + 1] = MAX(start[o + 1], start[o]);
    for (int32_t w = 0; w < n; w++) {
        struct seeker s = make_seeker(favourites);
        int32_t found = 0;

        home[w] = s.county;
        for (int o = 0; o < 2; o++) {
            int32_t occupation = s.occupation[o], wanted = o ? 2 * k : 8 * k;
            int32_t block = occupation < 0 ? 0 : start[occupation + 1] - start[occupation];

            for (int32_t t = 0; t < wanted && block > 0; t++) {
                int32_t at = start[occupation] + (int32_t)(instance_uniform() * block);
                const struct offer_post *p = &posts[at];
                int32_t level = o ? MAX(10, s.level - 40) : s.level;
                double distance = hypot(county[s.county].x - city[p->city].x,
                                        county[s.county].y - city[p->city].y);

                if (level < p->level - 10 || p->wage < s.floor - 800)
                    continue;
                picks[found++] = (struct pick){
                    p->id, (int32_t)fmin(10000, fmax(1, 4000 + 0.6 * (p->wage - s.floor) -
                                                            s.penalty * distance +
                                                            15 * (level - p->level) +
                                                            1200 * instance_uniform() - 600))
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

void instance_make(struct instance *ret, struct arena *mem, const struct instance_kind *kind)
{
    struct offer_post *posts = malloc(sizeof *posts * (size_t)kind->posts);
    int32_t *cap = NEW_ARRAY(mem, int32_t, kind->posts);
    int32_t *city = NEW_ARRAY(mem, int32_t, kind->posts);
    int32_t *home = NEW_ARRAY(mem, int32_t, kind->workers);
    int64_t *row = NEW_ARRAY(mem, int64_t, (size_t)kind->workers + 1);
    struct auction_edge *edges =
        NEW_ARRAY(mem, struct auction_edge, (int64_t)kind->workers * kind->degree);

    dice = kind->seed;
    make_posts(posts, cap, city, kind);
    make_edges(edges, row, home, kind, posts);
    free(posts);
    for (int64_t e = 0; e < row[kind->workers]; e++) {
        int32_t score = edges[e].score;

        if (kind->step > 0)
            score = MAX(1, score / kind->step) * kind->step;
        edges[e].score = score + kind->bonus;
    }
    *ret =
        (struct instance){ { kind->workers, kind->posts, cap, row, edges, 0, NULL }, home, city };
}
