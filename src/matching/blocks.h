/* blocks.h — the posts of a problem arranged for searching: the best of them for each of very many
 * people, exactly, without scoring every pair. Pure but for the threads it works with; the outcome
 * is the same for any number of them. Inside the module.
 *
 * Posts stand sorted by city, occupation and worth, and are cut into chunks of one city and one
 * occupation, so that a chunk is looked at eight posts at a time and the wishes for place and trade
 * are decided once for all of them (layout.c). People of one county with the same needs form a
 * group (grouping.c): what a post is worth to them is the same but for the wage they wish, their
 * trades, skills and habits. For each group the posts are valued once and the chunks ordered, best
 * first (seek_group.c); a search takes them in that order and ends when no chunk left can hold one
 * of the best (seek.c). */
#pragma once
#include "matching/candidates.h"

struct blocks;
struct blocks *blocks_build(struct arena *mem, const struct match_problem *in);

/* One search for many. What a post is worth to a person is her score for it less its price. */
struct block_search {
    const int32_t *who; /* indexes of persons, each once */
    int32_t n_who;
    int32_t most;         /* posts found for each at most */
    const int64_t *least; /* per person of the problem: only what is worth more, at least 0;
                             NULL = 0 */
    const int64_t *price; /* per post of the problem, in 1/scale points, at least 0; NULL = all 0 */
    int64_t scale;        /* at most 2^31 - 1 */
    const int32_t *seats; /* per post of the problem: posts without any are left out; NULL = as
                             the problem says */
};

/* Of person who[i]: edges[i * most] … edges[i * most + n[i] - 1], worth most first, then the lower
 * post id. */
struct block_found {
    struct auction_edge *edges;
    int32_t *n;
    int64_t *worth; /* of the best, in 1/scale points; 0 where nothing was found */
    int64_t pairs;  /* looked at */
};
void blocks_search(struct arena *mem, const struct blocks *blocks,
                   const struct block_search *search, struct block_found *ret);
