/* auction_paths.h — exact prices and assignments kept so by shortest paths. Inside the module.
 *
 * Everything is in whole points. With net(w, p) = score(w, p) - price(p) this holds between calls:
 *     a placed worker has net >= max(0, every other net), exactly;
 *     a settled worker without a post has every net <= 0;
 *     no price is negative.
 * Where also every post with a free seat has price 0, no assignment is worth more.
 *
 * One step mends one defect along the cheapest chain of moves (Jonker and Volgenant 1987; Edmonds
 * and Karp 1972): a worker who must be placed, a seat too few, or a free seat that costs something.
 * The cost of a move is what it falls short of the best, so costs are never negative and Dijkstra's
 * search finds the chain; it looks no further than the chain is long, and prices within that
 * distance change by the rest of it, which keeps the above. */
#pragma once
#include "auction/auction_market.h"
#include "auction/auction_run.h"

struct standing {
    int64_t profit; /* net at the present post */
    int32_t post;   /* or -1 */
    int32_t slot;   /* index among the holders of the post */
};

struct place {
    int32_t *holders;
    int32_t taken, seats, room;
};

struct reached {
    int64_t distance;
    int32_t worker; /* who moves: into this post, or out of it when seats are filled */
    int32_t post;   /* where the worker comes from (-1: nowhere) or goes to */
};

struct reached_item {
    int64_t distance;
    int32_t post;
};

enum { WORKER_ABSENT = -2 }; /* standing.post of one who takes no part */

struct paths {
    struct arena *mem;
    struct span *row;          /* per worker */
    struct column *column;     /* per post */
    struct place *place;       /* per post */
    struct standing *standing; /* per worker; the profit of one without a post is 0 */
    bool *fixed;               /* per worker: stays where she is; NULL: nobody */
    int64_t *price;            /* per post, points */
    int64_t value;             /* of everybody seated here */
    struct auction_move *log;  /* every seat taken (from -1) and left (to -1), in order */
    size_t log_n, log_cap;
    /* the search */
    struct reached *reached; /* per post */
    int32_t *touched;
    struct reached_item *heap;
    size_t heap_n, heap_cap;
    int32_t touched_n;
};

/* Room for the search; row, column, place, standing and price are the caller's. */
void paths_init(struct paths *x, struct arena *mem, int32_t posts);

/* The largest net of a worker over all open posts, at least 0. */
int64_t paths_most(const struct paths *x, int32_t worker);

/* Put a worker without a post where she does best for all, or leave her without. */
void paths_place(struct paths *x, int32_t worker);
/* One unit more stands at the full post than it has seats for: send on who costs least. The caller
 * has lowered `seats` already. */
void paths_push(struct paths *x, int32_t post);
/* Fill a free seat of the post, or lower its price to 0; whichever is better for all. */
void paths_fill(struct paths *x, int32_t post);

/* Moves without a search; prices do not change. */
void paths_seat(struct paths *x, int32_t worker, int32_t post);
void paths_leave(struct paths *x, int32_t worker);

/* --- the search alone --- */

/* The post can be reached in that way; a longer one than is known changes nothing. */
void paths_reach(struct paths *x, int32_t post, struct reached by);
/* The nearest post not looked at yet, if it is nearer than `end`; else -1. */
int32_t paths_next(struct paths *x, int64_t end);

/* The least prices at which everybody is still where she does best: of each post what one more seat
 * there would add (Shapley and Shubik 1972). Prices alone are made right: no other search can
 * follow. */
void auction_run_least(const struct auction_run *k, struct paths *x);
