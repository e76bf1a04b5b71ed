/* seek_int.h — what the files of one thread's search share (seek.c tells how it goes). */
#pragma once
#include "matching/blocks_int.h"

#define INLINE static inline __attribute__((always_inline))

typedef int32_t lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t lanes_at __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* A city or occupation wanted, and what it means for all posts of it. */
struct wanted {
    int32_t at, extra, cannot;
    bool is_trained; /* so no skill is missing */
    int32_t more;    /* of the extra: the most that the estimate can give for these logits */
    int64_t logit;
};

/* A city to the present person: the one range of hers within it, or one of these; and habit. */
struct city {
    int32_t range;
    bool is_back; /* she has worked there */
};
enum { RANGE_WHOLE = -1, RANGE_SEVERAL = -2, RANGE_NONE = -3 };

/* What eight posts are worth to the present group: all points but those of pay, habit, trade and
 * skill; and their ties beside, for whoever looks at one needs the other. */
struct valued_octet {
    int32_t value[LANES], tie[LANES];
};

/* A chunk with all that is asked of it before it is looked into, in half a line of the cache: the
 * most of value and pay together in it, and of value alone. It can give at most both of
 *     best - wish  and  value + limit. */
struct valued_chunk {
    int32_t best, value;
    int32_t lowest;      /* tie */
    int32_t pay, latest; /* the most */
    int32_t city_at, from;
    uint16_t needs; /* what all its posts need, as far as 16 bits say */
    uint8_t n;      /* posts */
    bool is_paid;
};
_Static_assert(sizeof(struct valued_chunk) == 32, "two on a line");

struct seeker {
    const struct layout *b;
    const struct shared *shared;
    const struct priced *priced;
    void (*seek)(struct seeker *s);

    /* Of the present group (seek_group.c). */
    const struct group *group;
    struct valued_octet *octets; /* on lines of the cache */
    struct valued_chunk *chunks; /* on lines, too */
    int32_t *lost; /* per place: what of the value is not for people who have been in the city */
    int32_t *granted, *kind_lost; /* per kind of post: subsidies, and what of them is lost */
    bool has_lost;
    /* With an estimate of retention values are the most it can give to anybody of the group
     * (seek_estimate.c). */
    int64_t *logit;         /* per place, of the present group; NULL = off */
    int64_t pay_most;       /* logits */
    int32_t *estimate_most; /* points by logits, in steps */
    /* Lists of chunks, greatest chunk_key() first; and of each chunk in them its best, value and
     * pay, so that eight can be asked at once. */
    int32_t *order, *order_best, *order_value, *order_pay;
    int32_t *cursor;
    struct keyed *sorting;

    /* What the present person wants (seek_wants.c). */
    const struct match_person *person;
    int32_t number;                 /* of the person */
    struct wanted *cities, *trades; /* most points first; without a wish for a place, the cities
                                       where habit counts */
    int32_t n_cities, n_trades;
    int32_t *city_seen, *trade_seen; /* number of the person for whom the entry was made */
    struct city *city;

    /* What counts against a post for the present person (seek.c). */
    int32_t wish, least_pay, cannot, short_bit, from, age_from;
    int32_t *post_seen; /* as city_seen, per place: looked at before, each by itself */
    bool has_own_posts;

    /* What was found: greatest first, posts as numbers of points and tie. */
    int64_t *keys;
    int64_t bar;   /* the last of them: what does not pass it is not among the best */
    int32_t floor; /* points below this do not pass it */
    int32_t most;
    int64_t least; /* of the search */
    int64_t pairs;
};

static inline int32_t *value_at(struct seeker *s, int32_t at)
{
    return &s->octets[at / LANES].value[at % LANES];
}

/* The most that a chunk can give to somebody whose wish is the group's, plus that wish. */
static inline int32_t chunk_key(const struct seeker *s, const struct valued_chunk *chunk)
{
    int32_t clipped = chunk->value + s->b->in->weights->pay_limit + s->group->wish;

    return chunk->is_paid ? MIN(chunk->best, clipped) : chunk->value;
}

/* Values the posts for this group, unless done for one like it, and orders the lists. */
void group_open(struct seeker *s, const struct group *group);

/* --- seek_estimate.c --- */

void estimate_new(struct arena *mem, struct seeker *s);
/* Adds to the value of every post the most that the estimate can give for it to the people of this
 * group, but for what they want of its place and trade; */
void estimate_value(struct seeker *s, const struct group *group);
/* and that to an entry of these. */
void estimate_want(const struct seeker *s, int64_t logit, struct wanted *w);
/* Points in which the estimate counts with the most it can give, as the points they are. */
int32_t estimate_exactly(const struct seeker *s, int32_t at, int32_t points,
                         const struct wanted *w);

/* The cities and occupations of s->person that have posts. */
void wants_open(struct seeker *s);

/* Where the deltas of `home` begin, if there are any. */
int32_t delta_from(const struct delta *deltas, int32_t n, int64_t home);
