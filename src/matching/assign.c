/* assign.c — who goes where: the pairs considered, the auction over them, and the proof over all.
 *
 * An auction over everybody's favourites alone gives prices to few posts, and round after round
 * the next ones without a price would be found. So the first prices come from a tenth of the people
 * and of the seats, theirs from a tenth of these again: at them everybody's list holds nearly what
 * is needed, and few rounds are left.
 *
 * What is a little too dear at such prices is on nobody's list and would seem to be worth nothing;
 * in the next round everybody would ask for it, and the bound would be far off. So every post is
 * put on the lists of several people for each of its seats before the first auction. */
#include "matching/assign_lists.h"

#include <stdlib.h>

enum {
    MOST_USUAL = 20,
    BEST_PART = 4, /* the list by score alone where prices are known, of the usual one */
    COVER_TIMES = 2,
    COVER_FROM = 50,      /* one in so many seats */
    COVER_LISTS = 6,      /* per seat */
    COVER_MOST = 8,       /* pairs that a person gains each time */
    SAMPLED_FROM = 20000, /* people; fewer are assigned at once */
    SAMPLE_PART = 10,     /* one in so many is in the sample */
    SAMPLE_OFF = 50,      /* points that prices of a sample are wrong by, more or less */
    ROUND_OFF = 8,        /* those of an auction at most: coarser ones forget what is known */
    OFF_PER_SHARE = 3,    /* so many times a person's share of a gap is fine enough to reach it */
    GAP_PER_AUCTION = 2,  /* an auction may use one of so many parts of the gap */
    GAP_FIRST = 200,      /* the first auction's, as a divisor of the bound */
    GAP_STEP = 10,        /* one round takes no more than so much from the gap */
};

/* When the rounds end. */
struct aim {
    int64_t gap; /* as a divisor of the bound */
    int32_t rounds, added /* pairs that a person gains in a round, at most */;
};
static const struct aim whole_aim = { 10000, 20, 8 }, sample_aim = { 50, 8, 40 };

struct draw {
    uint64_t number;
    int32_t person;
};

static int draw_order(const void *a, const void *b)
{
    const struct draw *p = a, *q = b;

    if (p->number != q->number)
        return p->number < q->number ? -1 : 1;
    return (p->person > q->person) - (p->person < q->person);
}

/* An order that favours nobody and is the same every time: by a scrambled place in the array, so
 * that the same people in another ledger, under other ids, are drawn alike. */
static struct draw *draw(struct arena *mem, const struct match_problem *in)
{
    struct draw *order = NEW_ARRAY(mem, struct draw, in->n_persons);

    for (int32_t i = 0; i < in->n_persons; i++) {
        uint64_t z = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        order[i] = (struct draw){ z ^ (z >> 31), i };
    }
    if (in->n_persons > 0)
        qsort(order, (size_t)in->n_persons, sizeof *order, draw_order);
    return order;
}

/* --- the market --- */

/* Of the seats, in the order of the posts, where like ones stand together, every so many-th. */
static struct market market_of(struct arena *mem, const struct match_problem *in,
                               const struct blocks *blocks, const int32_t *who, int32_t n)
{
    struct market m = { in, blocks, who, n, NEW_ARRAY(mem, int32_t, (size_t)in->n_posts + 1) };
    int64_t seats = 0, taken = 0;

    for (int32_t p = 0; p < in->n_posts; p++) {
        seats += MAX(0, in->posts[p].seats);
        m.cap[p] = (int32_t)(seats * n / MAX(1, in->n_persons) - taken);
        taken += m.cap[p];
    }
    return m;
}

/* --- rounds --- */

struct rounds {
    struct lists lists;
    struct arena *mem;             /* of the auction; NULL before the first */
    struct auction_result auction; /* the latest; before the first of a market, prices alone */
    int64_t value, bound, gap;     /* over all possible pairs */
    int64_t pairs;                 /* looked at, of all markets */
    int32_t n;
};

/* Posts that have a price and are on too few lists, onto those of the people they suit best; false
 * when they are too few to be worth it. */
static bool cover_posts(const struct market *m, struct rounds *r)
{
    struct arena *scratch = arena_new();
    int64_t *listed = NEW_ARRAY(scratch, int64_t, (size_t)m->in->n_posts + 1);
    int32_t *seats = NEW_ARRAY(scratch, int32_t, (size_t)m->in->n_posts + 1);
    int64_t few = 0, all = 0;
    bool is_worth_it;

    for (int64_t e = 0; e < r->lists.row[m->n]; e++)
        listed[r->lists.edges[e].post]++;
    for (int32_t p = 0; p < m->in->n_posts; p++) {
        all += m->cap[p];
        if (r->auction.price[p] > 0 && listed[p] < (int64_t)COVER_LISTS * m->cap[p])
            few += seats[p] = m->cap[p];
    }
    is_worth_it = few > all / COVER_FROM;
    if (is_worth_it)
        r->pairs += lists_add_best(m, &r->lists,
                                   (struct block_search){ .most = COVER_MOST,
                                                          .price = r->auction.price,
                                                          .scale = r->auction.scale,
                                                          .seats = seats });
    arena_free(scratch);
    return is_worth_it;
}

/* Prices of a run before, in place of those of samples. */
static void prices_take(const struct match_problem *in, struct rounds *r)
{
    r->mem = arena_new();
    r->auction.scale = MATCH_PRICE_UNIT;
    r->auction.price = NEW_ARRAY(r->mem, int64_t, (size_t)in->n_posts + 1);
    for (int32_t p = 0; p < in->n_posts; p++)
        r->auction.price[p] = in->posts[p].seats > 0 ? in->start->price[p] : 0;
}

/* Who keeps the post of a run before: on the list, and within the seats. */
static void posts_take(const struct market *m, struct rounds *r)
{
    const struct lists *l = &r->lists;
    int32_t *post = NEW_ARRAY(r->mem, int32_t, (size_t)m->n + 1);
    int32_t *taken = NEW_ARRAY(r->mem, int32_t, (size_t)m->in->n_posts + 1);

    lists_add_had(m, &r->lists, m->in->start->post);
    for (int32_t i = 0; i < m->n; i++) {
        int32_t had = m->in->start->post[m->who[i]];

        post[i] = -1;
        for (int64_t e = l->row[i]; had >= 0 && e < l->row[i + 1]; e++)
            if (l->edges[e].post == had && l->edges[e].score > 0 && taken[had] < m->cap[had]) {
                taken[had]++;
                post[i] = had;
                break;
            }
    }
    r->auction.post = post;
}

/* Prices in the scale of this market, and lists to begin with. */
static void rounds_begin(const struct market *m, struct rounds *r)
{
    struct auction_result *a = &r->auction;
    struct block_search search = { .most = m->in->most > 0 ? m->in->most : MOST_USUAL, .scale = 1 };
    struct block_search at_prices = search;

    r->n = 0;
    lists_free(&r->lists);
    if (!r->mem) {
        r->pairs += lists_add_best(m, &r->lists, search);
        return;
    }
    for (int32_t p = 0; p < m->in->n_posts; p++)
        a->price[p] = (int64_t)((__int128)a->price[p] * (m->n + 1) / a->scale);
    a->scale = m->n + 1;
    a->post = NULL;
    search.most = MAX(1, search.most / BEST_PART);
    r->pairs += lists_add_best(m, &r->lists, search);
    at_prices.price = a->price;
    at_prices.scale = a->scale;
    r->pairs += lists_add_best(m, &r->lists, at_prices);
    for (int i = 0; i < COVER_TIMES && cover_posts(m, r); i++)
        ;
    if (m->in->start)
        posts_take(m, r);
}

/* The worst that prices may be wrong by, in 1/scale points, when a gap of this part of the bound is
 * wanted. */
static int64_t off_for(const struct market *m, const struct rounds *r, int64_t precision)
{
    __int128 share = (__int128)r->bound * r->auction.scale / precision / m->n;

    return MIN(ROUND_OFF * r->auction.scale, (int64_t)share * OFF_PER_SHARE + 1);
}

/* An auction over the lists, from the last one's outcome, and no finer than the gap is wide;
 * returns whether it was as fine as the aim wants. */
static bool auction_again(const struct market *m, const struct aim *aim, struct rounds *r)
{
    struct arena *mem = arena_new();
    struct auction_result *a = &r->auction;
    struct auction_start start = { a->price, a->post, SAMPLE_OFF * a->scale };
    struct auction_input market = {
        m->n,      m->in->n_posts,        m->cap, r->lists.row, r->lists.edges,
        GAP_FIRST, r->mem ? &start : NULL
    };

    if (r->n > 0) {
        market.precision = MIN(aim->gap * GAP_PER_AUCTION, r->bound / r->gap * GAP_STEP);
        start.off = off_for(m, r, market.precision);
    }
    if (r->n == 0 && m->in->start) { /* the run before stands for the first */
        auction_certify(&market, a->post, a->price, a->scale, &a->certificate);
        arena_free(mem);
        return false;
    }
    auction_solve(mem, &market, a);
    arena_free(r->mem);
    r->mem = mem;
    return market.precision == aim->gap * GAP_PER_AUCTION;
}

/* Posts of which a sample has no seat get the price that just keeps everybody away. */
static void price_closed(const struct market *m, struct rounds *r)
{
    struct arena *scratch = arena_new();
    struct auction_result *a = &r->auction;
    const struct lists *l = &r->lists;
    int64_t *offer = NEW_ARRAY(scratch, int64_t, (size_t)m->in->n_posts + 1);

    for (int32_t p = 0; p < m->in->n_posts; p++)
        if (m->cap[p] == 0)
            a->price[p] = INT64_MAX; /* counts for nobody */
    for (int32_t i = 0; i < m->n; i++) {
        int64_t most = lists_most(l, i, a->price, a->scale);

        for (int64_t e = l->row[i]; e < l->row[i + 1]; e++)
            offer[l->edges[e].post] =
                MAX(offer[l->edges[e].post], l->edges[e].score * a->scale - most);
    }
    for (int32_t p = 0; p < m->in->n_posts; p++)
        if (m->cap[p] == 0)
            a->price[p] = offer[p];
    arena_free(scratch);
}

/* Auctions and what they missed, until the gap is small enough or nothing is missing from a fine
 * one. The lists are then those of the last auction. */
static void rounds_run(const struct market *m, const struct aim *aim, struct rounds *r)
{
    rounds_begin(m, r);
    for (;;) {
        struct lists_missing missing;
        bool is_fine = auction_again(m, aim, r);

        if (m->n < m->in->n_persons)
            price_closed(m, r);
        lists_find_missing(m, &r->lists, &r->auction, aim->added, &missing);
        r->pairs += missing.found.pairs;
        r->value = r->auction.certificate.value;
        r->bound = (int64_t)(missing.dual / r->auction.scale);
        r->gap = r->bound - r->value;
        r->n++;
        if (m->n == m->in->n_persons)
            match_tell(m->in->watch,
                       (struct match_progress){ MATCH_ASSIGNING, r->n, NONE, r->gap, r->bound });
        if (r->gap <= r->bound / aim->gap || r->n == aim->rounds) {
            lists_drop_missing(&missing);
            return;
        }
        if (!lists_add_missing(m, &r->lists, &missing) && is_fine)
            return;
    }
}

/* From a sample of the people to ten times as many, as long as these are not everybody: prices to
 * begin with, none for few people. */
static void samples_run(struct arena *mem, const struct match_problem *in,
                        const struct blocks *blocks, struct rounds *r)
{
    const struct draw *order = draw(mem, in);
    int32_t *who = NEW_ARRAY(mem, int32_t, (size_t)in->n_persons + 1);
    int32_t part = 1;

    for (int32_t i = 0; i < in->n_persons; i++)
        who[i] = order[i].person;
    while (in->n_persons / part > SAMPLED_FROM)
        part *= SAMPLE_PART;
    for (; part > 1; part /= SAMPLE_PART) {
        struct market m = market_of(mem, in, blocks, who, in->n_persons / part);

        rounds_run(&m, &sample_aim, r);
    }
}

void match_assign(struct arena *mem, const struct match_problem *in, struct match_assignment *ret)
{
    struct arena *scratch = arena_new();
    const struct blocks *blocks = blocks_build(scratch, in);
    int32_t *everybody = NEW_ARRAY(scratch, int32_t, (size_t)in->n_persons + 1);
    struct match_assignment a;
    struct rounds r = { .mem = NULL };
    struct market m;

    match_tell(in->watch, (struct match_progress){ MATCH_CANDIDATES, 0, NONE, 0, 0 });
    if (in->start)
        prices_take(in, &r);
    else
        samples_run(scratch, in, blocks, &r);
    for (int32_t i = 0; i < in->n_persons; i++)
        everybody[i] = i;
    m = market_of(scratch, in, blocks, everybody, in->n_persons);
    rounds_run(&m, &whole_aim, &r);
    a = (struct match_assignment){
        .auction = r.auction, .value = r.value, .bound = r.bound, .gap = r.gap, .rounds = r.n
    };
    lists_keep(mem, &m, &r.lists, &a.considered);
    a.considered.pairs = r.pairs;
    a.auction.post = memcpy(NEW_ARRAY(mem, int32_t, (size_t)in->n_persons + 1), a.auction.post,
                            sizeof(int32_t) * (size_t)in->n_persons);
    a.auction.price = memcpy(NEW_ARRAY(mem, int64_t, (size_t)in->n_posts + 1), a.auction.price,
                             sizeof(int64_t) * (size_t)in->n_posts);
    lists_free(&r.lists);
    arena_free(r.mem);
    arena_free(scratch);
    *ret = a;
}
