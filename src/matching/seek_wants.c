/* seek_wants.c — where a person wants to go and what she wants to do, among what there is. */
#include "matching/seek_int.h"

enum { NO_EMPLOYER = -1 /* no id */ };

/* Adds to a list that is sorted by points, most first. */
static void wanted_add(struct wanted *list, int32_t *n, struct wanted w)
{
    int32_t i = (*n)++;

    for (; i > 0 && list[i - 1].extra < w.extra; i--)
        list[i] = list[i - 1];
    list[i] = w;
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
        const struct match_weights *weights = s->b->in->weights;
        int64_t work = s->b->cities[at] * CITY;
        struct wanted w = { .at = at, .extra = match_points_of_habit(s->person, work, weights) };

        if (s->logit)
            estimate_want(s, retention_of_habit(weights->estimate, s->person, work), &w);
        s->city_seen[at] = s->number;
        *city = (struct city){
            .range = RANGE_NONE,
            .is_back = match_is_back(s->person, work),
        };
        wanted_add(s->cities, &s->n_cities, w);
    }
    return city;
}

/* Cities within a range as a whole or in part. */
static void range_want(struct seeker *s, int32_t r)
{
    const struct layout *b = s->b;
    const struct match_range *range = &s->person->destinations[r];

    for (int32_t at = city_from(b, range->lo / CITY);
         at < b->n_cities && b->cities[at] <= range->hi / CITY; at++) {
        struct city *city = city_want(s, at);

        if (range->lo <= b->cities[at] * CITY && range->hi >= b->cities[at] * CITY + CITY - 1)
            city->range = RANGE_WHOLE;
        else if (city->range != RANGE_WHOLE)
            city->range = city->range == RANGE_NONE ? r : RANGE_SEVERAL;
    }
}

/* Without a wish: the cities where habit counts. */
static void habits_want(struct seeker *s)
{
    const struct layout *b = s->b;

    for (int32_t i = 0; i < s->person->n_earlier; i++) {
        int64_t province = s->person->earlier[i] / CITY / 100;

        for (int32_t at = city_from(b, province * 100);
             at < b->n_cities && b->cities[at] / 100 == province; at++)
            city_want(s, at);
    }
}

static void trade_want(struct seeker *s, int32_t at)
{
    const struct match_weights *w = s->b->in->weights;
    enum match_trade trade = match_trade(s->person, s->b->trades[at], true);
    enum match_trained trained = match_trained(s->person, NO_EMPLOYER, s->b->trades[at]);

    struct wanted wanted = {
        .at = at,
        .extra = match_points_of_trade(trade, w) + match_points_of_training(trained, w),
        .cannot = trade == MATCH_TRADE_RELATED ? NEED_TRADE : 0,
        .is_trained = trained != MATCH_UNTRAINED,
    };

    if (trade == MATCH_TRADE_OTHER)
        return;
    if (s->logit)
        estimate_want(s,
                      retention_of_trade(w->estimate, trade) +
                          retention_of_training(w->estimate, trained),
                      &wanted);
    wanted_add(s->trades, &s->n_trades, wanted);
}

/* Each of the occupations from … to - 1 that stand in no span before. */
static void span_want(struct seeker *s, int32_t from, int32_t to)
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
    span_want(s, 0, s->person->n_occupations > 0 ? 1 : INT32_MAX);
    for (int32_t i = 0; i < s->person->n_occupations; i++) {
        int32_t wanted = s->person->occupations[i];
        int32_t width = wanted % GROUP == 0 ? GROUP : CLASS, from = wanted - wanted % width;

        span_want(s, from, from + width);
    }
}

void wants_open(struct seeker *s)
{
    s->number++;
    s->n_cities = s->n_trades = 0;
    for (int32_t r = 0; r < s->person->n_destinations; r++)
        range_want(s, r);
    if (s->person->n_destinations == 0)
        habits_want(s);
    if (s->b->is_by_trade)
        trades_want(s);
}
