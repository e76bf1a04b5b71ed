/* blocks_int.h — what the files of blocks.h share. */
#pragma once
#include "matching/blocks.h"
#include "matching/keyed.h"
#include "matching/retention.h"

#include <stdatomic.h>

enum {
    CACHE_LINE = 64,
    LANES = 8,           /* posts looked at together: a register of AVX2 */
    CITY = 100000000,    /* divides a 12-digit code into its first four digits */
    COUNTY = 1000000,    /* and its first six */
    CLASS = 10000,       /* divides an occupation into its middle class, three digits */
    GROUP = 1000000,     /* and its major group, one digit */
    NEVER = -1000000000, /* points of a post that is not to be had */
    COMFORTS = 16,       /* combinations of what counts for comfort of a post */
    LEVELS = 8,          /* of skill */
};

/* What counts for comfort, of a post and of a person. */
enum { POST_FOOD = 1, POST_ROOMS = 2, POST_SINGLE = 4, POST_RESERVED = 8 };
enum {
    GROUP_PLACE = 1, /* wishes for a place */
    GROUP_REGISTERED = 2,
    GROUP_FOOD = 4,
    GROUP_ROOM = 8,
    GROUP_COMPANION = 16,
    GROUP_TRADE = 32, /* wishes for an occupation, or was trained for one */
};

/* What a post needs, against what a person cannot: bit i for skill level i and above, what it
 * demands, and these. */
enum { NEED_RESERVED = 1 << 10, NEED_TRADE = 1 << 11, NEED_DEMANDS_AT = 12 };

/* --- posts (layout.c) --- */

/* What the rules and the pay of eight posts are, side by side: one look reads two lines of the
 * cache, and the third when dates or parts of a city count. */
struct octet {
    int32_t worth[LANES], pay[LANES];    /* in points; in fen */
    int32_t needs[LANES], latest[LANES]; /* the last day to be free from */
    int32_t start[LANES], county[LANES];
};

/* Posts at places from … to - 1 of one city and occupation, whose pay is stated or not. A chunk
 * begins with an octet; the places left over in its last one are empty. */
struct chunk {
    int32_t from, to;
    int32_t city_at, trade_at; /* where both stand among all */
    int32_t pay, latest;       /* the most of its posts, as in struct octet */
    int32_t needs;             /* what all of them need */
    bool is_paid;
};

/* What an employer's record with a county, or neighbours there, add to its posts. */
struct delta {
    int64_t home; /* county or village, or what else they are found by */
    int32_t employer, points;
    int64_t logit; /* what a record adds to the estimate's */
};

struct layout {
    const struct match_problem *in;
    int32_t n; /* places, the empty ones too: octets * LANES */
    int32_t n_posts, n_chunks, n_cities, n_trades, n_deltas, n_villages;
    struct octet *octets; /* on lines of the cache */
    /* Per place: the post or -1; its points; the most of pay it can add before the wish. */
    int32_t *post, *own, *reach;
    uint8_t *comfort;
    struct chunk *chunks; /* by city, occupation, pay stated first */
    int64_t *cities;      /* ascending, as are occupations */
    int32_t *trades;
    int32_t *cell; /* per city and occupation: its first chunk, and one more */
    /* Lists of chunks: all, each city's, each occupation's; of each first those with stated pay,
     * then the others. Where list i starts in an order: on a multiple of LANES. */
    int32_t *list_at;
    int32_t n_lists;
    /* Employers: their places are employed[employed_at[e]] … */
    int32_t *employed, *employed_at;
    int32_t n_employers;
    struct delta *deltas, *villages; /* by home */
    struct delta *by_id;             /* employers by their id, in .home */
    /* Posts by what policies pay for them, and which kind each place is of. */
    const struct match_grants **kinds;
    int32_t *kind;
    int32_t n_kinds;
    bool is_by_trade;
    /* Per place: the logits of the estimate by the post alone; NULL when it is off. */
    int64_t *logit;
};

void layout_build(struct arena *mem, const struct match_problem *in, bool is_by_trade,
                  struct layout *ret);

static inline int32_t list_of_city(int32_t city_at)
{
    return 2 + 2 * city_at;
}

static inline int32_t list_of_trade(const struct layout *b, int32_t trade_at)
{
    return 2 + 2 * (b->n_cities + trade_at);
}

/* Memory that begins on a line of the cache. */
static inline void *arena_lines(struct arena *mem, size_t size)
{
    uintptr_t p = (uintptr_t)arena_alloc(mem, size + CACHE_LINE);

    return (void *)((p + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
}

/* Days since 1970, or `absent` for none. */
static inline int32_t day_number(struct date d, int32_t absent)
{
    return date_is_none(d) ? absent : date_to_days(d);
}

/* --- people (grouping.c) --- */

/* People of one county with the same needs and about the same wish, from this place in the line to
 * the next group's. */
struct group {
    int64_t county;
    int32_t flags, from;
    int32_t wish; /* at least this, in points */
};

/* Has a post the same value to both? */
static inline bool is_valued_alike(const struct group *a, const struct group *b)
{
    return a->county == b->county && (a->flags | GROUP_PLACE) == (b->flags | GROUP_PLACE);
}

/* Who wants a place and a trade looks at the few chunks of these, in no list. */
static inline bool is_listless(int32_t flags)
{
    return (flags & GROUP_PLACE) && (flags & GROUP_TRADE);
}

/* All people in one line: by group, within it those who want the same place and trade together,
 * so that they look at the same chunks while these are at hand. */
struct people {
    int32_t *place; /* per person, in the line */
    struct group *groups;
    int32_t n_groups; /* groups[n_groups].from is the number of people */
};

void people_build(struct arena *mem, const struct match_problem *in, struct people *ret);

struct blocks {
    const struct match_problem *in;
    /* Cut by occupation too, for people who wish for one or were trained for one; for the others
     * posts of all occupations share chunks, so that those alike in worth stand together. */
    struct layout by_trade, any;
    struct people people;
    int32_t *by_id; /* posts, by id */
};

/* --- one search, shared by its threads (blocks.c) --- */

/* A layout under the prices of a search. Posts that are equal in whole points are told apart by
 * `tie`: the lower comes first, being of the smaller rest of a price, then of the lower id. */
struct priced {
    const struct layout *b;
    int32_t *own;       /* per place: points less the whole points of the price */
    int32_t *tie;       /* per place */
    int32_t *fraction;  /* per place: the rest of the price, in 1/scale points; NULL = none */
    int32_t *lowest;    /* per chunk: the lowest tie */
    int32_t *by_lowest; /* chunks */
};

/* A part of the order, of people to whom each post has the same value. */
struct slice {
    int32_t from, to;
    const struct group *group; /* of the first */
};

struct shared {
    const struct blocks *blocks;
    const struct block_search *search;
    struct block_found *found;
    struct priced by_trade, any;
    int32_t *post_of_tie;
    int32_t *order, *place; /* indexes of search->who, as these stand in line; and where */
    struct slice *slices;
    int32_t n_slices;
    _Atomic int32_t next;
    _Atomic int64_t pairs;
};

/* --- one thread of it (seek.c) --- */

struct seeker;
struct seeker *seeker_new(struct arena *mem, const struct shared *shared,
                          const struct priced *priced);
/* The best posts of persons[search->who[i]], who is of this group, written to found at i. Quicker
 * when the one before was of the same group. */
void seeker_find(struct seeker *s, const struct group *group, int32_t i);
/* Asks the memory for who comes later, and for what who comes soon refers to; both are as i of
 * seeker_find(). */
void seeker_expect(const struct seeker *s, int32_t later, int32_t soon);
/* Posts looked at so far. */
int64_t seeker_pairs(const struct seeker *s);
