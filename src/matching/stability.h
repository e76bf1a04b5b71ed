/* stability.h — what an assignment means to those in it: would any person and post rather have each
 * other, do groups of people fare alike, and what would it cost to even that out. Pure. Groups are
 * labels beside the scores, for the report alone; nothing here goes back into a score.
 *
 * The score of a pair says how good it is for both (score.h). So a person would rather have the
 * post with the higher score, and no post to one below 0; a post would rather have the person with
 * the higher score, and anybody to a free seat. A pair that both would rather have than what they
 * got blocks the assignment (Gale and Shapley 1962). The best sum is bought with such pairs: who
 * gives way frees a seat that is worth more to somebody with fewer other posts. */
#pragma once
#include "auction/auction.h"

/* --- blocking pairs --- */

/* What people and posts got. The edges of `market` are the pairs that are looked at. */
struct match_placing {
    const struct auction_input *market;
    const int32_t *points; /* per worker, of what she got; 0 for nothing */
    const int32_t *least;  /* per post, of those who got it; 0 when a seat is free */
};
struct match_blocking {
    int64_t pairs;
    int32_t people, posts; /* in at least one of them */
};
/* The least points that each post holds, from the post and the points of every worker. A post
 * without seats takes nobody: INT32_MAX. `ret` has room for all posts. */
void match_least(const struct auction_input *market, const int32_t *post, const int32_t *points,
                 int32_t *ret);
/* One pass over the edges. */
void match_blocking(struct arena *mem, const struct match_placing *in, struct match_blocking *ret);

/* --- groups --- */

/* Cells of fewer people than this are not shown (security.md PRI-9). */
enum { MATCH_CELL_LEAST = 5 };

struct match_group {
    int32_t people, placed;
    int64_t points; /* of the placed */
    bool hides_people, hides_placed;
};
/* Adds everybody to her group: group[i] is an index in `ret`, points[i] 0 for who got nothing. */
void match_groups_count(const int32_t *group, const int32_t *points, int32_t n,
                        struct match_group *ret);
/* Marks what a report must not show: counts of 1 to 4 people, placed or left without; and where
 * only one group of a division would be hidden, so that the total tells it, the smallest other one
 * too. Groups of nobody hide nothing. */
void match_groups_suppress(struct match_group *groups, int n);

/* --- evening out --- */

/* Good enough for a price in points: a gap of a ten-thousandth in each auction (auction.h). */
enum { MATCH_EVENING_PRECISION = 10000 };

/* What it costs in points that at least `wanted` people of one group get a post. A bonus on every
 * pair of the group is the price of that rule (Lagrange); the least bonus that does it is found by
 * steps up and bisection, one auction each, which begins from the outcome of the one before. */
struct match_evening {
    int32_t placed_before, placed_after; /* of the group */
    int32_t bonus;                       /* points */
    int64_t value_before;                /* of the best assignment without the rule */
    int64_t value_after;                 /* of one that keeps the rule, without the bonus */
    int64_t bound;   /* no assignment that keeps the rule is worth more: it costs between
                        value_before - bound and value_before - value_after */
    bool is_reached; /* false: no bonus up to a million points does it; `after` is then the most
                        that was found */
};
void match_even_out(const struct auction_input *market, const int32_t *group, int32_t which,
                    int32_t wanted, struct match_evening *ret);
