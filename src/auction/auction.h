/* auction.h — who gets which post, so that the sum of scores is the largest possible, and a proof
 * that it is. Pure: no database, no clock, no random numbers; the same input gives the same output.
 *
 * Each worker takes at most one seat, each post has `cap` equal seats, staying without a post is
 * worth 0. The method is the forward and reverse auction with eps-scaling for alike seats
 * (Bertsekas and Castanon 1989; Bertsekas, Castanon and Tsaknakis 1993): posts carry a price;
 * workers bid for the post that leaves them the most; posts with free seats lower their price
 * until somebody comes. When prices are within a fraction of a point they are rounded, and the few
 * people then misplaced are placed along shortest paths (Edmonds and Karp 1972; Jonker and
 * Volgenant 1987), which is exact. At the end no worker would rather be elsewhere at these prices,
 * and free seats cost nothing: by linear-programming duality the assignment is then the best there
 * is.
 *
 * auction_market.h keeps such an assignment the best while people and posts come and go. */
#pragma once
#include "base/base.h"

/* A post a worker may be given and what that is worth in points. A score of 0 or less is the same
 * as no edge; of several edges to one post the best counts. */
struct auction_edge {
    int32_t post, score;
};

/* The outcome of a similar problem with as many workers and posts, to begin from. It changes
 * neither value nor proof, only the work, and which of several best outcomes is given. */
struct auction_start {
    const int64_t *price; /* per post, at least 0, in the scale of the result */
    const int32_t *post;  /* per worker, -1 for none; what is no edge or over the seats is passed
                             over; NULL: nobody has one yet */
    int64_t off; /* by how much prices may be wrong, in the same scale: the first bidding is as
                    coarse; 0: hardly at all */
};

/* The edges of worker w are edges[row[w]] … edges[row[w + 1] - 1], in any order. `row` has
 * workers + 1 entries and starts at 0. A post may have 0 seats. Posts that the same people want
 * should stand near each other (sort by occupation and place): the result is as good either way,
 * the memory is read faster. */
struct auction_input {
    int32_t workers, posts;
    const int32_t *cap;
    const int64_t *row;
    const struct auction_edge *edges;
    int64_t precision; /* 0 = the best; else good enough is a gap of at most bound / precision,
                          which the last, finest bidding is often not needed for */
    const struct auction_start *start; /* what to begin from; NULL: nothing */
};

/* The proof. `value` is what the assignment is worth; no assignment whatever can be worth more
 * than `bound`; so `gap` 0 proves the best. */
struct auction_certificate {
    bool sound; /* every given post is an edge of the worker, no post is over its seats, and no
                   price is negative; when false the other figures say nothing */
    int64_t value, bound, gap; /* points */
    int32_t placed;            /* workers with a post */
    int32_t filled;            /* posts with seats, all of them taken */
};

struct auction_result {
    int32_t *post;  /* per worker; -1 for none */
    int64_t *price; /* per post, in 1/scale points: without a precision the least that prove the
                       assignment, which is what one more seat there would add. 0 for a post with
                       a free seat. The price that makes worker w choose post p
                       is score(w, p) less what w has now: that explains "why not that one". A
                       post without seats has the price that keeps everybody away. */
    int64_t scale;  /* workers + 1; without a precision prices are whole points times it */
    struct auction_certificate certificate;
    int32_t rounds;        /* phases of eps-scaling */
    int64_t bids, rebates; /* offers by workers, seats filled by lowered prices */
};

/* The best assignment. Result arrays live in `mem`; working memory (about 8 bytes per edge, 100
 * per worker) is given back before returning. Large problems are read by every processor at once;
 * the outcome does not depend on how many there are. The gap is 0 for every input unless a
 * precision is set. Edges must name existing posts and cap must not be negative: both are asserted.
 */
void auction_solve(struct arena *mem, const struct auction_input *in, struct auction_result *ret);

/* Recompute the proof from the input and the outcome alone, with no code of the solver, so that a
 * stored or foreign outcome can be checked too. `scale` must be at least 1. */
void auction_certify(const struct auction_input *in, const int32_t *post, const int64_t *price,
                     int64_t scale, struct auction_certificate *ret);
