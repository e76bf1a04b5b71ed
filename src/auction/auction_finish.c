/* auction_finish.c — from an auction whose prices are nearly right to the exact end. Prices are
 * rounded to whole points: scores are whole, so that exact prices need no fractions. Whoever is
 * then not where she does best, over all pairs, is placed anew by shortest paths; they are few. */
#include "auction/auction_paths.h"

enum { AHEAD = 8 };

struct finish {
    struct paths paths;
    bool *misplaced; /* per worker */
};

/* Profit at the rounded prices, and whether something else is better; over every pair. */
static void judge(const struct hand *hand)
{
    struct finish *f = hand->arg;
    const struct paths *x = &f->paths;

    for (int32_t w = hand->from; w < hand->to; w++) {
        struct span row = x->row[w];
        struct standing *standing = &x->standing[w];
        int64_t most = 0, held = 0;

        if (w + AHEAD < hand->to)
            span_prefetch(x->row[w + AHEAD]);
        for (int32_t e = 0; e < row.n; e++) {
            int64_t net = row.edges[e].score - x->price[row.edges[e].post];

            most = MAX(most, net);
            if (row.edges[e].post == standing->post)
                held = net;
        }
        standing->profit = held;
        f->misplaced[w] = held < most;
    }
}

/* A price in units as whole points. */
static int64_t points_of(const struct auction_run *k, int32_t price)
{
    return (((int64_t)price << k->down) + (1 << (AUCTION_UNIT_BITS - 1))) >> AUCTION_UNIT_BITS;
}

static void finish_open(struct finish *f, const struct auction_run *k, struct arena *mem)
{
    struct paths *x = &f->paths;

    paths_init(x, mem, k->posts);
    x->row = k->span;
    x->standing = NEW_ARRAY(mem, struct standing, k->workers);
    x->column = k->column;
    x->place = NEW_ARRAY(mem, struct place, k->posts);
    f->misplaced = NEW_ARRAY(mem, bool, k->workers);
    for (int32_t w = 0; w < k->workers; w++)
        x->standing[w].post = -1;
    for (int32_t i = 0; i < k->posts; i++) {
        int32_t p = k->post_order[i], room = MIN(k->cap[p], k->column[p].n);

        x->place[p] = (struct place){ NEW_ARRAY(mem, int32_t, room), 0, room, room };
        /* A post with more seats than bidders has price 0 whoever comes. */
        x->price[p] = k->cap[p] > room ? 0 : points_of(k, k->price[p]);
        for (int32_t s = 0; s < k->taken[p]; s++) {
            int32_t w = k->seats[p][s].worker;

            x->standing[w] = (struct standing){ 0, p, x->place[p].taken };
            x->place[p].holders[x->place[p].taken++] = w;
        }
    }
}

void auction_run_finish(struct auction_run *k, int64_t *ret_price)
{
    struct arena *mem = arena_new();
    struct finish f = { .paths.price = ret_price };
    struct paths *x = &f.paths;

    finish_open(&f, k, mem);
    hands_work(k->hands, k->workers, judge, &f);
    for (int32_t w = 0; w < k->workers; w++)
        if (f.misplaced[w] && x->standing[w].post >= 0)
            paths_leave(x, w);
    for (int32_t w = 0; w < k->workers; w++)
        if (f.misplaced[w])
            paths_place(x, w);
    for (int32_t p = 0; p < k->posts; p++)
        while (x->price[p] > 0 && x->place[p].taken < x->place[p].seats)
            paths_fill(x, p);
    auction_run_least(k, x);
    for (int32_t w = 0; w < k->workers; w++)
        k->post[w] = x->standing[w].post;
    for (int32_t p = 0; p < k->posts; p++)
        ret_price[p] *= k->scale;
    arena_free(mem);
}
