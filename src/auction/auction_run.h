/* auction_run.h — the state of one auction, shared by the files that run it. Inside the module.
 *
 * Prices, bids and profits are whole units, so small that the highest score has nearly 2^29 of
 * them: they fit into 32 bits, and half the memory is read. With net(w, p) = units(score(w, p)) -
 * price(p), a phase with a given eps keeps this invariant (eps-CS):
 *     a placed worker has net >= max(0, every other net) - eps;
 *     a worker without a post has every net <= eps;
 * and ends when also every post with a free seat has price 0. Then the value is within
 * workers * eps of the best. The next phase starts from its prices with a smaller eps. */
#pragma once
#include "auction/auction.h"
#include "base/hands.h"

struct seat {
    int32_t bid; /* the most the holder would pay, at least the price of the post */
    int32_t worker, score;
};

struct bidder {
    int32_t worker, score;
};

struct offer {
    int32_t worth, worker, score;
};

/* The edges of a worker. */
struct span {
    const struct auction_edge *edges;
    int32_t n;
};

/* Ask the memory for edges that will soon be read; enough of a usual row for the machine to see
 * where the reading goes. */
static inline void span_prefetch(struct span span)
{
    __builtin_prefetch(span.edges);
    __builtin_prefetch(span.edges + 8);
    __builtin_prefetch(span.edges + 16);
}

/* The bidders of a post. */
struct column {
    struct bidder *bidders;
    int32_t n, room;
};

/* Workers without any useful edge are left out; the others are numbered so that those who like the
 * same post best stand together, and near them those who like posts best that the same people want:
 * what they read is then in the cache. Posts keep their numbers; what belongs to them lies in that
 * order too. */
struct auction_run {
    struct arena *mem;
    const struct auction_input *in; /* useful edges only */
    int32_t workers, posts;
    int hands;
    int32_t highest; /* score, in points */
    int down;        /* see auction_units() */
    int64_t scale;   /* of prices in the result, for a point */
    int32_t eps;
    const int32_t *cap;
    int32_t *order;        /* the caller's number of a worker */
    int32_t *post_order;   /* all posts, near each other those that the same people want */
    struct span *span;     /* per worker */
    struct column *column; /* per post: ascending by worker */
    int32_t *post;         /* per worker, or -1; not kept in the forward half */
    int32_t *profit;       /* per worker: net at the present post; kept in the reverse half only */
    int32_t *slot;         /* per worker: index among the seats; kept in the reverse half only */
    struct seat **seats;   /* per post: as many as could be taken */
    int32_t *taken;        /* seats in use per post */
    int32_t *price;        /* per post */
    int32_t *queue;        /* ring: workers in the forward half, posts in the reverse half */
    int32_t queue_size, queue_head, queued;
    bool *waiting;        /* post stands in the queue */
    struct offer *offers; /* one more than any post has seats */
    int64_t bids, rebates;
};

enum { AUCTION_UNIT_BITS = 29 };

/* Points as units; the highest score has the most, less than 2^AUCTION_UNIT_BITS. */
static inline int32_t auction_units(const struct auction_run *k, int32_t points)
{
    return (int32_t)(((int64_t)points << AUCTION_UNIT_BITS) >> k->down);
}

/* A price of a result as units; beyond the highest score all keep everybody away alike. */
static inline int32_t auction_units_from(const struct auction_run *k, int64_t price)
{
    __int128 units = ((__int128)price << AUCTION_UNIT_BITS >> k->down) / k->scale;

    return (int32_t)MIN(units, auction_units(k, k->highest));
}

/* The other way; rounded down. */
static inline int64_t auction_units_to(const struct auction_run *k, int32_t units)
{
    return (int64_t)((__int128)units * k->scale << k->down >> AUCTION_UNIT_BITS);
}

/* Everything above, ready for the first phase; `k` is zeroed before. Prices are so high that
 * nobody would come. */
void auction_run_build(struct auction_run *k, const struct auction_input *in);
void auction_run_release(struct auction_run *k);
/* Prices, and who stands where, before the first phase. */
void auction_run_start(struct auction_run *k, const struct auction_start *start);

/* The two halves of a phase. Workers bid until nobody is put out any more: prices rise. Then posts
 * with free seats lower theirs until somebody comes. */
void auction_run_forward(struct auction_run *k, int32_t eps);
void auction_run_reverse(struct auction_run *k, int32_t eps);

/* From prices that are nearly right to the exact end; any prices will do, the worse they are the
 * longer it takes. The result is `post` of the run and these prices, in its scale. */
void auction_run_finish(struct auction_run *k, int64_t *ret_price);
