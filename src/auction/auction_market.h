/* auction_market.h — an assignment that is kept the best while people and posts come and go. Pure.
 *
 * A market holds the exact prices of its assignment. A change makes one or a few defects, each
 * mended along a shortest path from the last prices (auction_paths.h), so that after every change
 * the value is what solving anew would give, in well under a millisecond as a rule. Of several best
 * assignments it keeps the one that follows from the changes: nobody moves without need.
 *
 * A promise is a pair that no change moves; the rest is the best around it. */
#pragma once
#include "auction/auction.h"

struct auction_market;

/* Somebody's post before and after a change; -1 for none. */
struct auction_move {
    int32_t worker, from, to;
};

/* Everybody whose post a change has changed, by worker; lives until the next change. */
struct auction_moves {
    const struct auction_move *moves;
    int32_t n;
};

/* Solve the input and keep it, with a copy of its edges. `promised` has a post or -1 per worker;
 * NULL: none; each must have a seat (asserted). `precision` is not looked at. */
struct auction_market *auction_market_open(const struct auction_input *in, const int32_t *promised);
void auction_market_close(struct auction_market *m);

/* --- changes; post and worker must exist (asserted) --- */

/* The post has this many seats from now on; 0 withdraws it, and promises of it are void. Otherwise
 * false, and nothing changes, when more people are promised. */
bool auction_market_seats(struct auction_market *m, int32_t post, int32_t seats,
                          struct auction_moves *ret);
/* A new post; returns its number, the next one. Bidders are pairs of worker and score; who is
 * absent counts from when she comes back with the same edges. */
struct auction_bid {
    int32_t worker, score;
};
int32_t auction_market_add_post(struct auction_market *m, int32_t seats,
                                const struct auction_bid *bids, int32_t n,
                                struct auction_moves *ret);
/* Somebody new; returns her number, the next one. */
int32_t auction_market_add_worker(struct auction_market *m, const struct auction_edge *edges,
                                  int32_t n, struct auction_moves *ret);
/* Other edges for somebody, who may have left before. Her promise, if any, stays. */
void auction_market_edges(struct auction_market *m, int32_t worker,
                          const struct auction_edge *edges, int32_t n, struct auction_moves *ret);
/* She takes no part any more; her promise is void. */
void auction_market_leave(struct auction_market *m, int32_t worker, struct auction_moves *ret);
/* The pair is kept from now on, whether it is the best or not; false, and nothing changes, when all
 * seats are promised to others. Post -1 frees her from her promise. */
bool auction_market_promise(struct auction_market *m, int32_t worker, int32_t post,
                            struct auction_moves *ret);

/* --- what is --- */

int32_t auction_market_post(const struct auction_market *m, int32_t worker); /* -1: none */
/* In points, always whole: as in struct auction_result. */
int64_t auction_market_price(const struct auction_market *m, int32_t post);
/* The sum of scores; a promise without an edge is worth 0. */
int64_t auction_market_value(const struct auction_market *m);
