/* auction_least.c — the least prices at which everybody is still where she does best.
 *
 * Each price falls as far as the nearest worker who would then come, where falling prices at her
 * own post hold her back: shortest ways between posts, from all ends at once. A way from a post to
 * another costs what its nearest holder lacks to go there. Most ways are far longer than any price
 * falls: the short ones are gathered in one pass over the pairs, and what fell further than those
 * reach is then looked at again from the bidders' side. */
#include "auction/auction_paths.h"

enum {
    AHEAD = 4, /* rows, which lie anywhere, are asked of the memory before they are read */
    AHEAD_BIDDERS = 12,
    NEAR = 50 /* of all of the highest score: the short ways */
};

struct way {
    int32_t post, cost;
};

struct ways {
    const struct way *ways;
    int32_t n;
};

struct least {
    struct paths *x;
    const struct auction_run *run;
    struct arena *mem[HANDS_MAX];
    struct ways *from; /* per post */
    int64_t near;
};

/* --- the short ways --- */

static void ways_gather(const struct hand *hand)
{
    enum { CHUNK = 1 << 16 };
    const struct least *l = hand->arg;
    const struct paths *x = l->x;
    struct way *to = NULL, *end = NULL;

    for (int32_t i = hand->from; i < hand->to; i++) {
        int32_t from = l->run->post_order[i], n = 0;
        const struct place *place = &x->place[from];
        int64_t most = 0;

        for (int32_t h = 0; h < place->taken; h++)
            most += x->row[place->holders[h]].n;
        if (end - to < most) {
            to = NEW_ARRAY(l->mem[hand->number], struct way, MAX(CHUNK, most));
            end = to + MAX(CHUNK, most);
        }
        for (int32_t h = 0; h < place->taken; h++) {
            struct span row = x->row[place->holders[h]];
            int64_t profit = x->standing[place->holders[h]].profit;

            if (h + AHEAD < place->taken)
                span_prefetch(x->row[place->holders[h + AHEAD]]);
            for (int32_t e = 0; e < row.n; e++) {
                int32_t post = row.edges[e].post;
                int64_t price = x->price[post], cost = profit - row.edges[e].score + price;

                if (cost < l->near && cost < price && post != from)
                    to[n++] = (struct way){ post, (int32_t)cost };
            }
        }
        l->from[from] = (struct ways){ to, n };
        to += n;
    }
}

/* --- how far each price falls --- */

/* No further than this; nobody asks by which way. */
static void hold(struct paths *x, int32_t post, int64_t fall)
{
    paths_reach(x, post, (struct reached){ fall, -1, -1 });
}

/* What a worker who is `so_far` away lets the other posts fall. None falls by more than it costs,
 * so that one whose score alone does not draw her away is not asked for its price. */
static void hold_back(struct paths *x, int32_t worker, int64_t so_far)
{
    const struct standing *standing = &x->standing[worker];
    struct span row = x->row[worker];

    for (int32_t e = 0; e < row.n; e++) {
        int32_t post = row.edges[e].post;
        int64_t beyond = so_far + standing->profit - row.edges[e].score;

        if (beyond < 0 && post != standing->post)
            hold(x, post, beyond + x->price[post]);
    }
}

/* None falls below 0, nor so far that somebody without a post would come. */
static void falls_begin(const struct least *l)
{
    struct arena *scratch = arena_new();
    struct paths *x = l->x;
    int32_t workers = l->run->workers, posts = l->run->posts;
    int64_t *fall = NEW_ARRAY(scratch, int64_t, posts);

    for (int32_t p = 0; p < posts; p++)
        fall[p] = x->price[p];
    for (int32_t w = 0; w < workers; w++) {
        struct span row = x->row[w];

        if (w + AHEAD < workers && x->standing[w + AHEAD].post < 0)
            span_prefetch(x->row[w + AHEAD]);
        for (int32_t e = 0; x->standing[w].post < 0 && e < row.n; e++) {
            int32_t post = row.edges[e].post;

            fall[post] = MIN(fall[post], x->price[post] - row.edges[e].score);
        }
    }
    for (int32_t p = 0; p < posts; p++)
        hold(x, p, fall[p]);
    arena_free(scratch);
}

static void fall_by_short_ways(const struct least *l)
{
    struct paths *x = l->x;

    for (int32_t post; (post = paths_next(x, INT64_MAX)) >= 0;) {
        const struct ways *from = &l->from[post];
        int64_t so_far = x->reached[post].distance;

        for (int32_t i = 0; i < from->n; i++)
            hold(x, from->ways[i].post, so_far + from->ways[i].cost);
    }
}

/* The holder of another post who lets this one fall least. */
static void hold_by_bidders(struct paths *x, int32_t post)
{
    const struct column *column = &x->column[post];

    for (int32_t b = 0; b < column->n; b++) {
        struct bidder bidder = column->bidders[b];
        const struct standing *standing = &x->standing[bidder.worker];

        if (b + AHEAD_BIDDERS < column->n)
            __builtin_prefetch(&x->standing[column->bidders[b + AHEAD_BIDDERS].worker]);
        if (standing->post >= 0 && standing->post != post)
            hold(x, post,
                 x->reached[standing->post].distance + standing->profit - bidder.score +
                     x->price[post]);
    }
}

/* A way that is not short matters only to a post that fell further than the short ones reach. Who
 * falls less than was found before is looked at again with all her ways. */
static void fall_by_long_ways(const struct least *l)
{
    struct paths *x = l->x;

    for (int32_t p = 0; p < l->run->posts; p++)
        if (x->reached[p].distance > l->near)
            hold_by_bidders(x, p);
    for (int32_t post; (post = paths_next(x, INT64_MAX)) >= 0;) {
        const struct place *place = &x->place[post];

        for (int32_t h = 0; h < place->taken; h++) {
            if (h + AHEAD < place->taken)
                span_prefetch(x->row[place->holders[h + AHEAD]]);
            hold_back(x, place->holders[h], x->reached[post].distance);
        }
    }
}

void auction_run_least(const struct auction_run *k, struct paths *x)
{
    struct arena *mem = arena_new();
    struct least l = { .x = x,
                       .run = k,
                       .from = NEW_ARRAY(mem, struct ways, k->posts),
                       .near = MAX(1, k->highest / NEAR) };

    for (int h = 0; h < k->hands; h++)
        l.mem[h] = arena_new();
    hands_work(k->hands, k->posts, ways_gather, &l);
    falls_begin(&l);
    fall_by_short_ways(&l);
    fall_by_long_ways(&l);
    for (int32_t p = 0; p < k->posts; p++)
        x->price[p] -= x->reached[p].distance;
    for (int h = 0; h < k->hands; h++)
        arena_free(l.mem[h]);
    arena_free(mem);
}
