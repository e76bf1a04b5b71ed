/* seek_group.c — what the posts are worth to a group of people, and the lists in that order. */
#include "matching/seek_int.h"

/* Points by comfort in one city, of anybody in the group. */
static void city_table(const struct layout *b, const struct group *group, int64_t work,
                       int32_t ret[COMFORTS])
{
    const struct match_person person = {
        .home = group->county,
        .is_registered = group->flags & GROUP_REGISTERED,
        .wants_western_food = group->flags & GROUP_FOOD,
        .wants_couple_room = group->flags & GROUP_ROOM,
        .companion_id = group->flags & GROUP_COMPANION ? 0 : NONE,
    };
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

int32_t delta_from(const struct delta *deltas, int32_t n, int64_t home)
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

static void records_add(struct seeker *s, int64_t county)
{
    const struct layout *b = s->b;

    for (int32_t d = delta_from(b->deltas, b->n_deltas, county);
         d < b->n_deltas && b->deltas[d].home == county; d++) {
        int32_t e = b->deltas[d].employer;

        for (int32_t i = b->employed_at[e]; i < b->employed_at[e + 1]; i++)
            *value_at(s, b->employed[i]) += b->deltas[d].points;
    }
}

static void chunk_value(struct seeker *s, struct valued_chunk *chunk)
{
    chunk->best = chunk->value = NEVER;
    for (int32_t at = chunk->from; at < chunk->from + chunk->n; at += LANES) {
        const int32_t *value = s->octets[at / LANES].value, *reach = s->b->reach + at;

        for (int32_t i = 0; i < LANES; i++) {
            chunk->best = MAX(chunk->best, value[i] + reach[i]);
            chunk->value = MAX(chunk->value, value[i]);
        }
    }
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

/* Empty places stay below NEVER / 2. */
static void octets_value(struct seeker *s, const struct chunk *chunk, const int32_t *points)
{
    const int32_t *own = s->priced->own;

    for (int32_t at = chunk->from; at < chunk->to; at += LANES)
        for (int32_t i = 0; i < LANES; i++)
            s->octets[at / LANES].value[i] =
                own[at + i] + points[s->b->comfort[at + i]] + s->granted[s->b->kind[at + i]];
}

static void group_value(struct seeker *s, const struct group *group)
{
    const struct layout *b = s->b;
    int32_t points[COMFORTS];

    group_grants(s, group);
    for (int32_t c = 0; c < b->n_chunks; c++) {
        const struct chunk *chunk = &b->chunks[c];

        if (c == 0 || chunk->city_at != chunk[-1].city_at)
            city_table(b, group, b->cities[chunk->city_at] * CITY, points);
        octets_value(s, chunk, points);
    }
    records_add(s, group->county);
    estimate_value(s, group);
    for (int32_t c = 0; c < b->n_chunks; c++)
        chunk_value(s, &s->chunks[c]);
}

/* Chunks best first, equals by their lowest tie. */
static void chunks_sort(struct seeker *s)
{
    for (int32_t i = 0; i < s->b->n_chunks; i++) {
        int32_t c = s->priced->by_lowest[i];

        s->sorting[i] = (struct keyed){ ~keyed_of(chunk_key(s, &s->chunks[c])), c };
    }
    keyed_sort(s->sorting, s->b->n_chunks);
}

static void list_put(struct seeker *s, int32_t list, int32_t c)
{
    int32_t at = s->cursor[list]++;

    s->order[at] = c;
    s->order_best[at] = s->chunks[c].best;
    s->order_value[at] = s->chunks[c].value;
    s->order_pay[at] = s->chunks[c].pay;
}

void group_open(struct seeker *s, const struct group *group)
{
    const struct layout *b = s->b;

    if (!s->group || !is_valued_alike(s->group, group))
        group_value(s, group);
    s->group = group;
    if (is_listless(group->flags))
        return;
    chunks_sort(s);
    memcpy(s->cursor, b->list_at, sizeof *s->cursor * (size_t)b->n_lists);
    for (int32_t i = 0; i < b->n_chunks; i++) {
        int32_t c = s->sorting[i].item;
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
