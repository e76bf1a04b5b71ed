/* seek.c — the search of one thread: groups valued, lists followed, chunks looked at (blocks.h). */
#include "matching/blocks_int.h"

enum {
    RADIX = 11,       /* bits sorted by at a time */
    NO_EMPLOYER = -1, /* no id */
};

#define INLINE static inline __attribute__((always_inline))

typedef int32_t lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t lanes_at __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

struct found {
    int64_t worth;
    int32_t rank, post, points;
};

/* A city or occupation wanted, and what it means for all posts of it. */
struct wanted {
    int32_t at, extra, cannot;
    bool is_trained; /* so no skill is missing */
};

/* A city to the present person: the one range of hers within it, or one of these; and habit. */
struct city {
    int32_t range, extra;
    bool is_back;
};
enum { RANGE_WHOLE = -1, RANGE_SEVERAL = -2, RANGE_NONE = -3 };

typedef void seek_fn(struct seeker *s, const struct match_person *person, int64_t least);

struct seeker {
    const struct layout *b;
    const struct shared *shared;
    seek_fn *seek;
    /* Of the present group. */
    const struct group *group;
    int32_t *value; /* per place: all points but those of pay, habit, trade and skill */
    int32_t *lost;  /* per place: what of them is not for people who have been in the city */
    int32_t *granted, *kind_lost; /* per kind of post: subsidies, and what of them is lost */
    bool has_lost;
    /* Per chunk: the most of value and pay together, of value alone, and what it is sorted by. */
    int32_t *best, *best_value, *key;
    int32_t *sorting, *cursor;
    /* Lists of chunks, best key first, and the first two of these once more in that order. */
    int32_t *order, *order_best, *order_value;
    /* Of the present person. */
    const struct match_person *person;
    int32_t wish, least_pay, cannot, short_bit, short_points, from, age_from;
    int32_t floor; /* points below this cannot be among the best */
    int64_t least;
    struct found *found; /* best first */
    int32_t n_found, most;
    struct wanted *cities, *trades; /* wanted; of cities where she is at home, those first */
    int32_t n_cities, n_trades;
    int32_t *trade_seen;
    int32_t *city_seen; /* number of the person for whom the entry of `city` holds */
    struct city *city;
    int32_t number;
    int32_t *post_seen; /* as city_seen, per place: looked at before, each by itself */
    bool has_own_posts;
    int64_t pairs;
};

/* --- a group --- */

/* Points by province and comfort, of anybody in the group. */
static void group_table(const struct layout *b, const struct group *group, int32_t place,
                        int32_t ret[COMFORTS])
{
    const struct match_person person = {
        .home = group->county,
        .is_registered = group->flags & GROUP_REGISTERED,
        .wants_western_food = group->flags & GROUP_FOOD,
        .wants_couple_room = group->flags & GROUP_ROOM,
        .companion_id = group->flags & GROUP_COMPANION ? 0 : NONE,
    };
    int64_t work = place == PLACES - 1 ? 0 : place * 100LL * CITY;
    int32_t points = match_points_of_place(group->county, work, b->in->weights);

    for (int32_t bits = 0; bits < COMFORTS; bits++) {
        const struct match_employer employer = { .has_western_food = bits & POST_FOOD,
                                                 .has_couple_rooms = bits & POST_ROOMS };
        const struct match_post post = { .employer = &employer,
                                         .work = work,
                                         .seats = bits & POST_SINGLE ? 1 : 2,
                                         .is_reserved = bits & POST_RESERVED };

        ret[bits] = points + match_points_of_comfort(&person, &post, b->in->weights);
    }
}

/* Points for pay are at most the limit, so a chunk gives at most both of
 *     best - wish  and  best value + limit.
 * Chunks are sorted by the lesser of the two for the wish of the group (list_follow). */
static void chunk_value(struct seeker *s, int32_t c)
{
    const struct layout *b = s->b;
    const struct chunk *chunk = &b->chunks[c];
    int32_t best = NEVER, value = NEVER;

    for (int32_t at = chunk->from; at < chunk->to; at++)
        if (s->value[at] > NEVER / 2) {
            best = MAX(best, s->value[at] + b->reach[at]);
            value = MAX(value, s->value[at]);
        }
    s->best[c] = best;
    s->best_value[c] = value;
}

static int32_t delta_from(const struct delta *deltas, int32_t n, int64_t home)
{
    int32_t lo = 0, hi = n;

    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;

        if (deltas[mid].home < home)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Subsidies, as for people who come to the city for the first time. */
static void group_grants(struct seeker *s, const struct group *group)
{
    const struct layout *b = s->b;
    bool is_registered = group->flags & GROUP_REGISTERED;

    s->has_lost = false;
    for (int32_t k = 0; k < b->n_kinds; k++) {
        s->granted[k] =
            match_points_of_grant(b->kinds[k], group->county, is_registered, false, b->in->weights);
        s->kind_lost[k] =
            s->granted[k] -
            match_points_of_grant(b->kinds[k], group->county, is_registered, true, b->in->weights);
        s->has_lost |= s->kind_lost[k] != 0;
    }
    for (int32_t at = 0; at < b->n && s->has_lost; at++)
        s->lost[at] = s->kind_lost[b->kind[at]];
}

static void group_value(struct seeker *s, const struct group *group)
{
    const struct layout *b = s->b;
    int32_t table[PLACES][COMFORTS];
    bool is_made[PLACES] = { false };

    group_grants(s, group);
    for (int32_t c = 0; c < b->n_chunks; c++) {
        const struct chunk *chunk = &b->chunks[c];
        const int32_t *points = table[chunk->place];

        if (!is_made[chunk->place]) {
            group_table(b, group, chunk->place, table[chunk->place]);
            is_made[chunk->place] = true;
        }
        for (int32_t at = chunk->from; at < chunk->to; at++)
            s->value[at] = s->shared->own[at] + points[b->comfort[at]] + s->granted[b->kind[at]];
    }
    for (int32_t d = delta_from(b->deltas, b->n_deltas, group->county);
         d < b->n_deltas && b->deltas[d].home == group->county; d++) {
        int32_t e = b->deltas[d].employer;

        for (int32_t i = b->employed_at[e]; i < b->employed_at[e + 1]; i++)
            s->value[b->employed[i]] += b->deltas[d].points;
    }
    for (int32_t c = 0; c < b->n_chunks; c++)
        chunk_value(s, c);
}

/* Chunks into s->sorting: best first, equals by their lowest rank. */
static void chunks_sort(struct seeker *s)
{
    const struct layout *b = s->b;
    int32_t *from = s->sorting, *to = s->sorting + b->n_chunks;
    uint32_t all = 0;
    int32_t highest = INT32_MIN;

    for (int32_t c = 0; c < b->n_chunks; c++)
        highest = MAX(highest, s->key[c]);
    for (int32_t c = 0; c < b->n_chunks; c++)
        all |= (uint32_t)highest - (uint32_t)s->key[c];
    memcpy(from, b->by_lowest, sizeof *from * (size_t)b->n_chunks);
    for (int shift = 0; shift < 32; shift += RADIX) {
        int32_t start[(1 << RADIX) + 1] = { 0 };
        int32_t *swap = from;

        if (all >> shift == 0)
            break;
#define DIGIT(c) ((((uint32_t)highest - (uint32_t)s->key[c]) >> shift) & ((1u << RADIX) - 1))
        for (int32_t i = 0; i < b->n_chunks; i++)
            start[DIGIT(from[i]) + 1]++;
        for (int32_t i = 0; i < 1 << RADIX; i++)
            start[i + 1] += start[i];
        for (int32_t i = 0; i < b->n_chunks; i++)
            to[start[DIGIT(from[i])]++] = from[i];
#undef DIGIT
        from = to;
        to = swap;
    }
    if (from != s->sorting)
        memcpy(s->sorting, from, sizeof *from * (size_t)b->n_chunks);
}

static void list_put(struct seeker *s, int32_t list, int32_t c)
{
    int32_t at = s->cursor[list]++;

    s->order[at] = c;
    s->order_best[at] = s->best[c];
    s->order_value[at] = s->best_value[c];
}

static void group_open(struct seeker *s, const struct group *group)
{
    const struct layout *b = s->b;

    if (!s->group || s->group->county != group->county || s->group->flags != group->flags)
        group_value(s, group);
    s->group = group;
    for (int32_t c = 0; c < b->n_chunks; c++)
        s->key[c] =
            b->chunks[c].is_paid
                ? MIN(s->best[c], s->best_value[c] + b->in->weights->pay_limit + group->wish)
                : s->best_value[c];
    if (b->n_chunks > 0)
        chunks_sort(s);
    memcpy(s->cursor, b->list_at, sizeof *s->cursor * (size_t)b->n_lists);
    for (int32_t i = 0; i < b->n_chunks; i++) {
        int32_t c = s->sorting[i];
        const struct chunk *chunk = &b->chunks[c];
        int32_t other = !chunk->is_paid;

        if (b->is_by_trade) {
            list_put(s, list_of_trade(b, chunk->trade_at) + other, c);
        } else {
            list_put(s, other, c);
            list_put(s, list_of_city(chunk->city_at) + other, c);
        }
    }
}

/* --- a person --- */

static bool is_within_range(const struct match_person *person, int64_t work)
{
    bool is_within = false;

    for (int32_t i = 0; i < person->n_destinations && !is_within; i++)
        is_within = work >= person->destinations[i].lo && work <= person->destinations[i].hi;
    return is_within;
}

static void floor_set(struct seeker *s)
{
    int64_t scale = s->shared->search->scale, floor;

    if (s->n_found < s->most)
        floor = s->least / scale + 1;
    else if (scale == 1)
        floor = s->found[s->n_found - 1].worth;
    else
        floor = (s->found[s->n_found - 1].worth + scale - 1) / scale;
    s->floor = (int32_t)MIN(INT32_MAX, floor);
}

/* Neither this many points at a place of this rank, nor fewer, nor a higher rank, is among the
 * best. */
static bool is_beaten(const struct seeker *s, int64_t points, int32_t rank)
{
    const struct found *last = &s->found[s->n_found - 1];
    int64_t worth = points * s->shared->search->scale;

    if (worth <= s->least || points <= NEVER / 2)
        return true;
    if (s->n_found < s->most)
        return false;
    return worth < last->worth || (worth == last->worth && rank > last->rank);
}

static void found_add(struct seeker *s, int32_t at, int32_t points, bool is_narrow)
{
    const struct layout *b = s->b;
    const int32_t *fraction = s->shared->fraction;
    int64_t worth = points * s->shared->search->scale - (fraction ? fraction[at] : 0);
    int32_t rank = b->rank[at], i = s->n_found;

    if (worth <= s->least)
        return;
    if (i == s->most && (s->found[i - 1].worth > worth ||
                         (s->found[i - 1].worth == worth && s->found[i - 1].rank < rank)))
        return;
    if (is_narrow && !is_within_range(s->person, b->in->posts[b->post[at]].work))
        return;
    if (i == s->most)
        i--;
    else
        s->n_found++;
    for (; i > 0 && (s->found[i - 1].worth < worth ||
                     (s->found[i - 1].worth == worth && s->found[i - 1].rank > rank));
         i--)
        s->found[i] = s->found[i - 1];
    s->found[i] = (struct found){ worth, rank, b->post[at], points };
    floor_set(s);
}

static inline bool is_seen(const struct seeker *s, int32_t at)
{
    return s->has_own_posts && s->post_seen[at] == s->number;
}

static void employer_follow(struct seeker *s, int32_t e)
{
    const struct layout *b = s->b;

    s->has_own_posts = true;
    for (int32_t i = b->employed_at[e]; i < b->employed_at[e + 1]; i++) {
        int32_t at = b->employed[i];
        const struct match_post *post = &b->in->posts[b->post[at]];

        if (is_seen(s, at))
            continue;
        s->post_seen[at] = s->number;
        s->pairs++;
        if (s->shared->own[at] > NEVER / 2 && match_feasible(s->person, post, b->in->today))
            found_add(s, at,
                      match_points(s->person, post, b->in->weights) + s->shared->own[at] -
                          b->own[at],
                      false);
    }
}

/* The posts of employers where neighbours are or who had her trained: few, so each by itself. */
static void employers_follow(struct seeker *s)
{
    const struct layout *b = s->b;
    int64_t home = s->person->home;

    s->has_own_posts = false;
    for (int32_t d = delta_from(b->villages, b->n_villages, home);
         d < b->n_villages && b->villages[d].home == home; d++)
        employer_follow(s, b->villages[d].employer);
    for (int32_t t = 0; t < s->person->n_trainings; t++) {
        int64_t id = s->person->trainings[t].employer_id;

        for (int32_t d = delta_from(b->by_id, b->n_employers, id);
             d < b->n_employers && b->by_id[d].home == id; d++)
            employer_follow(s, b->by_id[d].employer);
    }
}

/* The posts of a chunk against all rules and the floor, eight at a time. */
INLINE void chunk_scan(struct seeker *s, const struct chunk *chunk, struct wanted w)
{
    const struct layout *b = s->b;
    const lanes number = { 0, 1, 2, 3, 4, 5, 6, 7 };
    int32_t limit = b->in->weights->pay_limit, cannot = s->cannot | w.cannot;
    int32_t range = s->person->n_destinations > 0 ? s->city[chunk->city_at].range : RANGE_WHOLE;
    const struct match_range *narrow = range >= 0 ? &s->person->destinations[range] : NULL;
    bool is_back =
        s->has_lost && s->city_seen[chunk->city_at] == s->number && s->city[chunk->city_at].is_back;

    for (int32_t i = chunk->from; i < chunk->to; i += LANES) {
        lanes points = *(const lanes_at *)(s->value + i) + w.extra, ok;
        lanes needs = *(const lanes_at *)(b->needs + i);

        if (chunk->is_paid) {
            lanes pay = *(const lanes_at *)(b->worth + i) - s->wish;
            lanes above = pay > limit, below = pay < -limit;

            points += (pay & ~(above | below)) | (above & limit) | (below & -limit);
        }
        if (!w.is_trained)
            points -= ((needs & s->short_bit) != 0) & s->short_points;
        if (is_back)
            points -= *(const lanes_at *)(s->lost + i);
        ok = (points >= s->floor) & ((needs & cannot) == 0) &
             (*(const lanes_at *)(b->pay + i) >= s->least_pay) &
             (*(const lanes_at *)(b->latest + i) >= s->from) & (number < chunk->to - i);
        if (s->age_from > INT32_MIN)
            ok &= *(const lanes_at *)(b->start + i) >= s->age_from;
        if (narrow)
            ok &= (*(const lanes_at *)(b->county + i) >= (int32_t)(narrow->lo / COUNTY)) &
                  (*(const lanes_at *)(b->county + i) <= (int32_t)(narrow->hi / COUNTY));
        union {
            lanes lanes;
            uint64_t pairs[LANES / 2];
            int32_t each[LANES];
        } mask = { .lanes = ok }, got = { .lanes = points };

        for (int p = 0; p < LANES / 2; p++) {
            if (mask.pairs[p] == 0)
                continue;
            for (int l = 2 * p; l < 2 * p + 2; l++)
                if (mask.each[l] && got.each[l] >= s->floor && !is_seen(s, i + l))
                    found_add(s, i + l, got.each[l], range != RANGE_WHOLE);
        }
    }
    s->pairs += chunk->to - chunk->from;
}

/* The most points a chunk can give, without those for habit and trade. */
INLINE int64_t chunk_most(const struct seeker *s, int32_t c)
{
    int64_t most = s->best_value[c];

    if (s->b->chunks[c].is_paid)
        most = MIN((int64_t)s->best[c] - s->wish, most + s->b->in->weights->pay_limit);
    return most;
}

INLINE void chunk_try(struct seeker *s, int32_t c, struct wanted w)
{
    const struct chunk *chunk = &s->b->chunks[c];

    if (!is_beaten(s, chunk_most(s, c) + w.extra, chunk->lowest))
        chunk_scan(s, chunk, w);
}

/* Only cities where the person has no habits: the others were looked at before. */
enum { ELSEWHERE = -1 };

static inline bool is_at_home(const struct seeker *s, int32_t c)
{
    return s->city_seen[s->b->chunks[c].city_at] == s->number;
}

/* Down one half of a list, eight chunks at a time, while anything in it can be among the best. By
 * the key of a chunk,
 *     most <= key - min(wish, wish of the group)
 * whichever the person's wish is; where the pay is not stated, most <= key. */
INLINE void list_follow(struct seeker *s, int32_t list, bool is_paid, struct wanted w)
{
    const struct layout *b = s->b;
    const lanes number = { 0, 1, 2, 3, 4, 5, 6, 7 };
    int32_t wish = is_paid ? MIN(s->wish, s->group->wish) : 0;
    int32_t limit = is_paid ? b->in->weights->pay_limit : 0;

    for (int32_t i = b->list_at[list]; i < b->list_at[list + 1]; i += LANES) {
        union {
            lanes lanes;
            int32_t each[LANES];
        } may;
        int32_t first = s->order[i];

        if (is_beaten(s, (int64_t)s->key[first] - wish + w.extra, b->chunks[first].lowest))
            break;
        may.lanes = (*(const lanes_at *)(s->order_value + i) + (limit + w.extra) >= s->floor) &
                    (number < b->list_at[list + 1] - i);
        if (is_paid)
            may.lanes &= *(const lanes_at *)(s->order_best + i) + (w.extra - s->wish) >= s->floor;
        for (int l = 0; l < LANES; l++)
            if (may.each[l] && !(w.at == ELSEWHERE && is_at_home(s, s->order[i + l])))
                chunk_try(s, s->order[i + l], w);
    }
}

INLINE void lists_follow(struct seeker *s, int32_t list, struct wanted w)
{
    list_follow(s, list, true, w);
    list_follow(s, list + 1, false, w);
}

INLINE void cell_follow(struct seeker *s, struct wanted city, struct wanted trade)
{
    const int32_t *cell = &s->b->cell[city.at * s->b->n_trades + trade.at];

    trade.extra += city.extra;
    for (int32_t c = cell[0]; c < cell[1]; c++)
        chunk_try(s, c, trade);
}

static int32_t city_from(const struct layout *b, int64_t city)
{
    int32_t lo = 0, hi = b->n_cities;

    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;

        if (b->cities[mid] < city)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The entry of a city, made when it is the first time for this person. */
static struct city *city_want(struct seeker *s, int32_t at)
{
    struct city *city = &s->city[at];

    if (s->city_seen[at] != s->number) {
        s->city_seen[at] = s->number;
        *city = (struct city){
            .range = RANGE_NONE,
            .extra = match_points_of_habit(s->person, s->b->cities[at] * CITY, s->b->in->weights),
            .is_back = match_is_back(s->person, s->b->cities[at] * CITY),
        };
        s->cities[s->n_cities++] = (struct wanted){ .at = at, .extra = city->extra };
    }
    return city;
}

/* Without a wish: the cities where habit counts. */
static void cities_want(struct seeker *s)
{
    const struct layout *b = s->b;
    const struct match_person *person = s->person;

    s->n_cities = 0;
    for (int32_t r = 0; r < person->n_destinations; r++) {
        const struct match_range *range = &person->destinations[r];

        for (int32_t at = city_from(b, range->lo / CITY);
             at < b->n_cities && b->cities[at] <= range->hi / CITY; at++) {
            struct city *city = city_want(s, at);

            if (range->lo <= b->cities[at] * CITY && range->hi >= b->cities[at] * CITY + CITY - 1)
                city->range = RANGE_WHOLE;
            else if (city->range != RANGE_WHOLE)
                city->range = city->range == RANGE_NONE ? r : RANGE_SEVERAL;
        }
    }
    for (int32_t i = 0; i < person->n_earlier && person->n_destinations == 0; i++) {
        int64_t province = person->earlier[i] / CITY / 100;

        for (int32_t at = city_from(b, province * 100);
             at < b->n_cities && b->cities[at] / 100 == province; at++)
            city_want(s, at);
    }
}

static void trade_want(struct seeker *s, int32_t at)
{
    const struct layout *b = s->b;
    const struct match_weights *w = b->in->weights;
    enum match_trade trade = match_trade(s->person, b->trades[at], true);
    enum match_trained trained = match_trained(s->person, NO_EMPLOYER, b->trades[at]);

    if (trade != MATCH_TRADE_OTHER)
        s->trades[s->n_trades++] = (struct wanted){
            .at = at,
            .extra = match_points_of_trade(trade, w) + match_points_of_training(trained, w),
            .cannot = trade == MATCH_TRADE_RELATED ? NEED_TRADE : 0,
            .is_trained = trained != MATCH_UNTRAINED,
        };
}

/* Each of the occupations from … to - 1 that stand in no span before. */
static void trades_want_span(struct seeker *s, int32_t from, int32_t to)
{
    const struct layout *b = s->b;
    int32_t lo = 0, hi = b->n_trades;

    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;

        if (b->trades[mid] < from)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < b->n_trades && b->trades[lo] < to; lo++)
        if (s->trade_seen[lo] != s->number) {
            s->trade_seen[lo] = s->number;
            trade_want(s, lo);
        }
}

/* Wanted or related; an unknown occupation may be either. All, where none is wished for. */
static void trades_want(struct seeker *s)
{
    s->n_trades = 0;
    trades_want_span(s, 0, s->person->n_occupations > 0 ? 1 : INT32_MAX);
    for (int32_t i = 0; i < s->person->n_occupations; i++) {
        int32_t wanted = s->person->occupations[i];
        int32_t from = wanted - wanted % (wanted % GROUP == 0 ? GROUP : CLASS);

        trades_want_span(s, from, from + (wanted % GROUP == 0 ? GROUP : CLASS));
    }
}

static void person_open(struct seeker *s, const struct match_person *person, int64_t least)
{
    const struct match_weights *w = s->b->in->weights;
    struct date age_from = match_age_from(person, s->b->in->today);
    int level = person->skill_level;

    s->person = person;
    s->number++;
    s->n_found = 0;
    s->least = least;
    s->wish = match_wish(person, w);
    s->least_pay = person->least_wage_fen == NONE
                       ? INT32_MIN
                       : (int32_t)MAX(INT32_MIN, MIN(INT32_MAX, person->least_wage_fen));
    s->cannot = person->cannot << NEED_DEMANDS_AT;
    if (!person->is_registered)
        s->cannot |= NEED_RESERVED;
    for (int i = level + 2; level >= 0 && i <= LEVELS; i++)
        s->cannot |= 1 << i;
    s->short_bit = level >= 0 && level < LEVELS ? 1 << (level + 1) : 0;
    s->short_points = w->skill_short;
    s->from = day_number(person->from, INT32_MIN);
    s->age_from = day_number(age_from, INT32_MIN);
    floor_set(s);
}

INLINE void seek_here(struct seeker *s, const struct match_person *person, int64_t least)
{
    const struct layout *b = s->b;
    bool is_by_trade = person->n_occupations > 0 || person->n_trainings > 0;

    person_open(s, person, least);
    if (!person->is_willing || s->most <= 0)
        return;
    employers_follow(s);
    cities_want(s);
    if (is_by_trade)
        trades_want(s);
    for (int32_t i = 0; i < s->n_cities; i++) {
        if (!is_by_trade)
            lists_follow(s, list_of_city(s->cities[i].at), s->cities[i]);
        for (int32_t t = 0; is_by_trade && t < s->n_trades; t++)
            cell_follow(s, s->cities[i], s->trades[t]);
    }
    if (person->n_destinations > 0)
        return;
    if (!is_by_trade)
        lists_follow(s, 0, (struct wanted){ .at = ELSEWHERE });
    for (int32_t t = 0; is_by_trade && t < s->n_trades; t++) {
        struct wanted trade = s->trades[t];

        trade.at = ELSEWHERE;
        lists_follow(s, list_of_trade(b, s->trades[t].at), trade);
    }
}

/* The same search for what the processor has: gcc makes of eight lanes what there is. */
static void seek_any(struct seeker *s, const struct match_person *person, int64_t least)
{
    seek_here(s, person, least);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void
seek_avx2(struct seeker *s, const struct match_person *person, int64_t least)
{
    seek_here(s, person, least);
}

static seek_fn *seek_best(void)
{
    return __builtin_cpu_supports("avx2") ? seek_avx2 : seek_any;
}
#else
static seek_fn *seek_best(void)
{
    return seek_any;
}
#endif

/* --- all --- */

struct seeker *seeker_new(struct arena *mem, const struct shared *shared)
{
    const struct layout *b = shared->b;
    struct seeker *s = NEW(mem, struct seeker);
    size_t chunks = (size_t)b->n_chunks + 1;

    s->b = b;
    s->shared = shared;
    s->seek = seek_best();
    s->value = NEW_ARRAY(mem, int32_t, (size_t)b->n + LANES);
    s->lost = NEW_ARRAY(mem, int32_t, (size_t)b->n + LANES);
    s->granted = NEW_ARRAY(mem, int32_t, (size_t)b->n_kinds + 1);
    s->kind_lost = NEW_ARRAY(mem, int32_t, (size_t)b->n_kinds + 1);
    s->best = NEW_ARRAY(mem, int32_t, chunks);
    s->best_value = NEW_ARRAY(mem, int32_t, chunks);
    s->key = NEW_ARRAY(mem, int32_t, chunks);
    s->order = NEW_ARRAY(mem, int32_t, 3 * chunks);
    s->order_best = NEW_ARRAY(mem, int32_t, 3 * chunks + LANES);
    s->order_value = NEW_ARRAY(mem, int32_t, 3 * chunks + LANES);
    s->sorting = NEW_ARRAY(mem, int32_t, 2 * chunks);
    s->cursor = NEW_ARRAY(mem, int32_t, (size_t)b->n_lists + 1);
    s->most = shared->search->most;
    s->found = NEW_ARRAY(mem, struct found, (size_t)s->most + 1);
    s->cities = NEW_ARRAY(mem, struct wanted, (size_t)b->n_cities + 1);
    s->city = NEW_ARRAY(mem, struct city, (size_t)b->n_cities + 1);
    s->city_seen = NEW_ARRAY(mem, int32_t, (size_t)b->n_cities + 1);
    s->post_seen = NEW_ARRAY(mem, int32_t, (size_t)b->n + 1);
    s->trade_seen = NEW_ARRAY(mem, int32_t, (size_t)b->n_trades + 1);
    s->trades = NEW_ARRAY(mem, struct wanted, (size_t)b->n_trades + 1);
    return s;
}

static void found_keep(struct seeker *s, int32_t i)
{
    const struct shared *shared = s->shared;
    struct block_found *ret = shared->found;
    struct auction_edge *edges = ret->edges + (int64_t)i * s->most;

    ret->n[i] = s->n_found;
    ret->worth[i] = s->n_found > 0 ? s->found[0].worth : 0;
    for (int32_t f = 0; f < s->n_found; f++) {
        int32_t post = s->found[f].post;
        int64_t price = shared->search->price ? shared->search->price[post] : 0;

        edges[f] = (struct auction_edge){ post, s->found[f].points +
                                                    (int32_t)(price / shared->search->scale) };
    }
}

void seeker_find(struct seeker *s, int32_t i)
{
    const struct block_search *search = s->shared->search;
    const struct grouping *g = s->shared->grouping;
    int32_t who = search->who[i];
    const struct group *group = &g->groups[g->of[who]];

    if (group != s->group)
        group_open(s, group);
    s->seek(s, &s->b->in->persons[who], search->least ? search->least[who] : 0);
    found_keep(s, i);
}

int64_t seeker_pairs(const struct seeker *s)
{
    return s->pairs;
}
