/* blocks_int.h — what the files of blocks.h share. */
#pragma once
#include "matching/blocks.h"

#include <stdatomic.h>

enum {
    LANES = 8,           /* posts looked at together: a register of AVX2 */
    CITY = 100000000,    /* divides a 12-digit code into its first four digits */
    COUNTY = 1000000,    /* and its first six */
    CLASS = 10000,       /* divides an occupation into its middle class, three digits */
    GROUP = 1000000,     /* and its major group, one digit */
    NEVER = -1000000000, /* points of a post that is not to be had */
    PLACES = 101,        /* provinces by number, and one for all that are none */
    COMFORTS = 16,       /* combinations of what counts for comfort of a post */
    LEVELS = 8,          /* of skill */
};

/* What counts for comfort, of a post and of a person. */
enum { POST_FOOD = 1, POST_ROOMS = 2, POST_SINGLE = 4, POST_RESERVED = 8 };
enum {
    GROUP_REGISTERED = 1,
    GROUP_FOOD = 2,
    GROUP_ROOM = 4,
    GROUP_COMPANION = 8,
    GROUP_TRADE = 16
};

/* What a post needs, against what a person cannot: bit i for skill level i and above, what it
 * demands, and these. */
enum { NEED_RESERVED = 1 << 10, NEED_TRADE = 1 << 11, NEED_DEMANDS_AT = 16 };

/* Posts at[from] … at[to - 1] of one city and occupation, whose pay is stated or not. */
struct chunk {
    int64_t city;
    int32_t occupation, city_at, trade_at; /* where both stand among all */
    int32_t from, to, lowest;              /* the lowest rank of its posts */
    int32_t place;                         /* province */
    bool is_paid;
};

/* What an employer's record with a county, or neighbours there, add to its posts. */
struct delta {
    int64_t home; /* county or village, or what else they are found by */
    int32_t employer, points;
};

struct group {
    int64_t county;
    int32_t flags;
    int32_t wish; /* at least this, in points */
};

/* People of one county with the same needs, and of these those with about the same wish. */
struct grouping {
    struct group *groups;
    int32_t n;
    int32_t *of; /* per person */
};

struct layout {
    const struct match_problem *in;
    int32_t n, n_chunks, n_cities, n_trades, n_deltas;
    /* Per place of the order, and LANES more so that a whole register may be read at the end. */
    int32_t *post, *rank, *own, *worth, *reach, *pay, *needs, *latest, *start, *county;
    uint8_t *comfort;
    struct chunk *chunks;
    int32_t *by_lowest; /* chunks */
    int64_t *cities;    /* ascending, as are occupations */
    int32_t *trades;
    int32_t *cell; /* per city and occupation: its first chunk, and one more */
    /* Lists of chunks: all, each city's, each occupation's; of each first those with stated pay,
     * then the others. Where list i starts in an order. */
    int32_t *list_at;
    int32_t n_lists;
    /* Employers: their places are employed[employed_at[e]] … */
    int32_t *employed, *employed_at;
    int32_t n_employers;
    struct delta *by_id;               /* employers by their id, in .home */
    const struct match_grants **kinds; /* of posts, by what policies pay for them */
    int32_t *kind;                     /* per place */
    int32_t n_kinds;
    struct delta *deltas, *villages; /* by home */
    int32_t n_villages;
    bool is_by_trade;
};

struct blocks {
    const struct match_problem *in;
    /* Cut by occupation too, for people who wish for one or were trained for one; for the others
     * posts of all occupations share chunks, so that those alike in worth stand together. */
    struct layout by_trade, any;
    struct grouping fine, coarse; /* of people; the former for more at once */
};

static inline int32_t list_of_city(int32_t city_at)
{
    return 2 + 2 * city_at;
}

static inline int32_t list_of_trade(const struct layout *b, int32_t trade_at)
{
    return 2 + 2 * (b->n_cities + trade_at);
}

/* Days since 1970, or `absent` for none. */
static inline int32_t day_number(struct date d, int32_t absent)
{
    return date_is_none(d) ? absent : date_to_days(d);
}

/* --- one search, shared by its threads (blocks.c) --- */

struct slice {
    int32_t from, to;
};

struct shared {
    const struct blocks *blocks;
    const struct layout *b;
    const struct block_search *search;
    struct block_found *found;
    const struct grouping *grouping;
    int32_t *own;      /* per place: points less the whole points of the price */
    int32_t *fraction; /* per place: the rest of the price, in 1/scale points; NULL = none */
    int32_t *order;    /* indexes of search->who, by group */
    struct slice *slices;
    int32_t n_slices;
    _Atomic int32_t next;
    _Atomic int64_t pairs;
};

/* --- one thread of it (seek.c) --- */

struct seeker;
struct seeker *seeker_new(struct arena *mem, const struct shared *shared);
/* The best posts of persons[search->who[i]], written to found at i. Quicker when the one before was
 * of the same group. */
void seeker_find(struct seeker *s, int32_t i);
/* Posts looked at so far. */
int64_t seeker_pairs(const struct seeker *s);
