/* stability.c — blocking pairs, groups, and the price of evening them out. */
#include "matching/stability.h"

#include <stdlib.h>

/* --- blocking pairs --- */

void match_least(const struct auction_input *market, const int32_t *post, const int32_t *points,
                 int32_t *ret)
{
    struct arena *scratch = arena_new();
    int32_t *held = NEW_ARRAY(scratch, int32_t, (size_t)market->posts + 1);

    for (int32_t p = 0; p < market->posts; p++)
        ret[p] = INT32_MAX;
    for (int32_t w = 0; w < market->workers; w++) {
        if (post[w] < 0)
            continue;
        held[post[w]]++;
        ret[post[w]] = MIN(ret[post[w]], points[w]);
    }
    for (int32_t p = 0; p < market->posts; p++)
        if (held[p] < market->cap[p])
            ret[p] = 0;
    arena_free(scratch);
}

void match_blocking(struct arena *mem, const struct match_placing *in, struct match_blocking *ret)
{
    const struct auction_input *market = in->market;
    bool *is_met = NEW_ARRAY(mem, bool, (size_t)market->posts + 1);

    *ret = (struct match_blocking){ 0 };
    for (int32_t w = 0; w < market->workers; w++) {
        int64_t before = ret->pairs;

        for (int64_t e = market->row[w]; e < market->row[w + 1]; e++) {
            struct auction_edge edge = market->edges[e];

            if (edge.score <= in->points[w] || edge.score <= in->least[edge.post])
                continue;
            ret->pairs++;
            ret->posts += !is_met[edge.post];
            is_met[edge.post] = true;
        }
        ret->people += ret->pairs > before;
    }
}

/* --- groups --- */

void match_groups_count(const int32_t *group, const int32_t *points, int32_t n,
                        struct match_group *ret)
{
    for (int32_t i = 0; i < n; i++) {
        struct match_group *g = &ret[group[i]];

        g->people++;
        g->placed += points[i] > 0;
        g->points += MAX(points[i], 0);
    }
}

static bool is_small(int32_t people)
{
    return people > 0 && people < MATCH_CELL_LEAST;
}

/* The smallest group that is not hidden yet, or NULL. */
static struct match_group *smallest_shown(struct match_group *groups, int n, bool by_people)
{
    struct match_group *ret = NULL;

    for (int i = 0; i < n; i++) {
        struct match_group *g = &groups[i];

        if (g->people > 0 && !(by_people ? g->hides_people : g->hides_placed) &&
            (!ret || g->people < ret->people))
            ret = g;
    }
    return ret;
}

void match_groups_suppress(struct match_group *groups, int n)
{
    struct match_group *also;
    int people = 0, placed = 0;

    for (int i = 0; i < n; i++) {
        struct match_group *g = &groups[i];

        g->hides_people = is_small(g->people);
        people += g->hides_people;
    }
    if (people == 1 && (also = smallest_shown(groups, n, true)))
        also->hides_people = true;
    for (int i = 0; i < n; i++) {
        struct match_group *g = &groups[i];

        g->hides_placed = g->hides_people || is_small(g->placed) || is_small(g->people - g->placed);
        placed += g->hides_placed;
    }
    if (placed == 1 && (also = smallest_shown(groups, n, false)))
        also->hides_placed = true;
}

/* --- evening out --- */

struct evening {
    const struct auction_input *market;
    const int32_t *group;
    int32_t which, wanted;
    struct auction_edge *edges; /* with the bonus */
    /* of the auction before, from which the next one begins */
    int64_t *price;
    int32_t *post, bonus;
    bool has_last;
};

struct outcome {
    int32_t placed;
    int64_t value, bound; /* without the bonus; bound on what keeps the rule */
};

static int32_t score_of(const struct auction_input *market, int32_t w, int32_t post)
{
    int32_t best = 0;

    for (int64_t e = market->row[w]; e < market->row[w + 1]; e++)
        if (market->edges[e].post == post)
            best = MAX(best, market->edges[e].score);
    return best;
}

/* For any assignment that places at least `wanted` of the group, value + bonus * wanted is at most
 * the bound of the auction with the bonus: so that bound less bonus * wanted holds for them all. */
static struct outcome with_bonus(struct evening *e, int32_t bonus)
{
    struct arena *mem = arena_new();
    struct auction_input market = *e->market;
    struct auction_start start = { e->price, e->post,
                                   (int64_t)abs(bonus - e->bonus) * (market.workers + 1) };
    struct auction_result r;
    struct outcome ret = { 0 };

    market.edges = e->edges;
    market.start = e->has_last ? &start : NULL;
    for (int32_t w = 0; w < market.workers; w++)
        for (int64_t i = market.row[w]; i < market.row[w + 1]; i++) {
            struct auction_edge edge = e->market->edges[i];

            if (e->group[w] == e->which && edge.score > 0)
                edge.score += bonus;
            e->edges[i] = edge;
        }
    auction_solve(mem, &market, &r);
    e->has_last = true;
    e->bonus = bonus;
    for (int32_t p = 0; p < market.posts; p++)
        e->price[p] = r.price[p];
    for (int32_t w = 0; w < market.workers; w++) {
        e->post[w] = r.post[w];
        if (r.post[w] < 0)
            continue;
        ret.value += score_of(e->market, w, r.post[w]);
        ret.placed += e->group[w] == e->which;
    }
    ret.bound = r.certificate.bound - (int64_t)bonus * e->wanted;
    arena_free(mem);
    return ret;
}

void match_even_out(const struct auction_input *market, const int32_t *group, int32_t which,
                    int32_t wanted, struct match_evening *ret)
{
    /* The most is above any two scores: one more placed outweighs them. */
    enum { BONUS_FIRST = 64, BONUS_STEP = 4, BONUS_MOST = 1 << 20 };
    struct arena *scratch = arena_new();
    struct evening e = { market,
                         group,
                         which,
                         wanted,
                         NEW_ARRAY(scratch, struct auction_edge,
                                   (size_t)market->row[market->workers] + 1),
                         NEW_ARRAY(scratch, int64_t, (size_t)market->posts + 1),
                         NEW_ARRAY(scratch, int32_t, (size_t)market->workers + 1),
                         0,
                         false };
    struct outcome low = with_bonus(&e, 0), high = low;
    int32_t under = 0, enough = 0;

    *ret = (struct match_evening){ .placed_before = low.placed,
                                   .value_before = low.value,
                                   .bound = low.bound };
    while (high.placed < wanted && enough < BONUS_MOST) {
        under = enough;
        enough = MIN(BONUS_MOST, MAX(BONUS_FIRST, BONUS_STEP * enough));
        high = with_bonus(&e, enough);
        ret->bound = MIN(ret->bound, high.bound);
    }
    while (high.placed >= wanted && enough - under > 1) {
        int32_t middle = under + (enough - under) / 2;
        struct outcome tried = with_bonus(&e, middle);

        ret->bound = MIN(ret->bound, tried.bound);
        if (tried.placed >= wanted) {
            high = tried;
            enough = middle;
        } else {
            under = middle;
        }
    }
    ret->bonus = enough;
    ret->placed_after = high.placed;
    ret->value_after = high.value;
    ret->is_reached = high.placed >= wanted;
    arena_free(scratch);
}
