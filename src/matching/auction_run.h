/* auction_run.h — the state of one auction, shared by the files that run it. Inside the module.
 *
 * Scores are multiplied by `scale`, so that being within 1 per worker of the optimum is being at
 * it, and everything is whole numbers. With net(w, p) = score(w, p) * scale - price(p), a phase
 * with a given eps keeps this invariant (eps-CS):
 *     a placed worker has net >= max(0, every other net) - eps;
 *     a worker without a post has every net <= eps;
 * and ends when also every post with a free seat has price 0. Then the value is within
 * workers * eps of the best. The next phase starts from its prices with a smaller eps. */
#pragma once
#include "matching/auction.h"
#include "matching/hands.h"

struct seat {
    int64_t bid; /* the most the holder would pay, at least the price of the post */
    int32_t worker, score;
};

struct bidder {
    int32_t worker, score;
};

struct offer {
    int64_t worth;
    int32_t worker, score;
};

/* Room in which `n` + 1 best offers can be chosen, at little cost for each. */
#define AUCTION_OFFERS_ROOM(n) (2 * (int64_t)(n) + 18)

/* The edges of a worker. */
struct span {
    const struct auction_edge *edges;
    int32_t n;
};

/* The bidders of a post. */
struct column {
    struct bidder *bidders;
    int32_t n, room;
};

/* Pairs by worker and by post. */
struct pairs {
    struct span *span;     /* per worker */
    struct column *column; /* per post: ascending by worker */
};

struct standing {
    int64_t profit; /* net at the present post; kept in the reverse half only */
    int32_t post;   /* or -1; not kept in the forward half */
    int32_t slot;   /* index among the seats of the post; kept in the reverse half only */
};

/* Workers without any useful edge are left out; the others are numbered so that those who like the
 * same post best stand together, and near them those who like posts best that the same people want:
 * what they read is then in the cache. Posts keep their numbers; what belongs to them lies in that
 * order too. */
struct auction_run {
    struct arena *mem;
    struct arena *few[HANDS_MAX];   /* kept pairs, by hand; NULL before they are */
    const struct auction_input *in; /* useful edges only */
    int32_t workers, posts;
    int hands;
    int64_t scale, eps;
    int64_t highest, longest; /* score, row of a worker */
    const int32_t *cap;
    int32_t *order;      /* the caller's number of a worker */
    int32_t *post_order; /* all posts, near each other those that the same people want */
    struct pairs all, use;
    int64_t *least, *floor;    /* see auction_run_narrow(): per worker and per post */
    struct standing *standing; /* per worker */
    struct seat **seats;       /* per post: as many as could be taken */
    int32_t *taken;            /* seats in use per post */
    int64_t *price;            /* per post */
    int32_t *queue;            /* ring: workers in the forward half, posts in the reverse half */
    int32_t queue_size, queue_head, queued;
    bool *waiting; /* post stands in the queue */
    struct offer *offers;
    int64_t bids, rebates;
};

/* Everything above, ready for the first phase, with all pairs in use; `k` is zeroed before. */
void auction_run_build(struct auction_run *k, const struct auction_input *in);
void auction_run_release(struct auction_run *k);
/* Prices, and who stands where, before the first phase. */
void auction_run_start(struct auction_run *k, const struct auction_start *start);

/* Use only the pairs that leave a worker at most `slack` less than the second best does at the
 * present prices, and the one held. From then on the others are looked at again only when a worker
 * would have to be content with less than `least`, or a post with a price below its `floor`: then
 * one of them may matter. Once a run. */
void auction_run_narrow(struct auction_run *k, int64_t slack);

/* One phase: forward, then reverse. */
void auction_run_phase(struct auction_run *k, int64_t eps);

/* From prices that are nearly right to the exact end, over all pairs; any prices will do, the worse
 * they are the longer it takes. `standing` and `price` are the result. */
void auction_run_finish(struct auction_run *k);
