/* assign_lists.h — the pairs an assignment considers, one list a person. Inside the module. */
#pragma once
#include "matching/blocks.h"

/* Everybody and all seats, or a sample of the people with as large a part of the seats. A post that
 * the sample has no seat of is wanted as any other: it gets a price too. */
struct market {
    const struct match_problem *in;
    const struct blocks *blocks;
    const int32_t *who; /* persons of the problem */
    int32_t n;
    int32_t *cap; /* per post */
};

/* Edges of person who[i]: edges[row[i]] … edges[row[i + 1] - 1], each post once. */
struct lists {
    struct arena *mem; /* NULL: no lists yet */
    int64_t *row;
    struct auction_edge *edges;
};

/* Everybody's best posts onto the lists: `search` says how many, at which prices and which seats;
 * `who` is the market's. Returns how many pairs were looked at. */
int64_t lists_add_best(const struct market *m, struct lists *l, struct block_search search);

/* The post each person had (-1: none), as far as she may still have it, onto the lists. */
void lists_add_had(const struct market *m, struct lists *l, const int32_t *post);

/* What a person's list leaves her at most at these prices, at least 0, in 1/scale points. */
int64_t lists_most(const struct lists *l, int32_t i, const int64_t *price, int64_t scale);

/* Posts that at the prices of an auction over the lists are worth more to somebody than anything on
 * her list. */
struct lists_missing {
    struct arena *mem;
    int32_t *at; /* ascending places in the lists, of those who were looked at */
    struct block_search search;
    struct block_found found;
    __int128 dual; /* no assignment of the market is worth more; in 1/scale points */
};
void lists_find_missing(const struct market *m, const struct lists *l,
                        const struct auction_result *auction, int32_t most,
                        struct lists_missing *ret);
/* They are given back; returns whether there were any. */
bool lists_add_missing(const struct market *m, struct lists *l, struct lists_missing *missing);
void lists_drop_missing(struct lists_missing *missing);

/* A copy in `mem`, best first. */
void lists_keep(struct arena *mem, const struct market *m, const struct lists *l,
                struct match_candidates *ret);
void lists_free(struct lists *l);
