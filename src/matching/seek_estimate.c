/* seek_estimate.c — the estimate of retention within a search.
 *
 * Its points bend with what they add up from, so they are no sum of a group's part and a person's.
 * But they rise with it: at the most that pay can add they are an upper bound for all of the group,
 * and what habit and trade add further is at most a quarter of it (retention_points_more()). Chunks
 * are ordered and passed over by that bound; a post that gets as far as the best has the bound
 * taken off and its own points put in its place. */
#include "matching/seek_int.h"

enum { STEPS = 4096, LOGIT_MOST = 16, FOODS = 2 };
static const int64_t step = 1000000000ll * LOGIT_MOST * 2 / STEPS, lowest = -16000000000ll;

/* The points at the upper end of the step, and a unit of the chance for rounding. */
static int32_t points_most(const struct seeker *s, int32_t at)
{
    int64_t logit = s->logit[at] + s->pay_most;
    int64_t i = logit <= lowest ? 0 : (logit - lowest) / step;

    return s->estimate_most[MIN(i, STEPS - 1)];
}

void estimate_new(struct arena *mem, struct seeker *s)
{
    const struct match_weights *w = s->b->in->weights;

    if (!s->b->logit)
        return;
    s->logit = NEW_ARRAY(mem, int64_t, s->b->n + LANES);
    s->pay_most = retention_pay_most(w->estimate);
    s->estimate_most = NEW_ARRAY(mem, int32_t, STEPS);
    for (int32_t i = 0; i < STEPS; i++) {
        int32_t chance = i == STEPS - 1 ? 10000 : retention_chance(lowest + (i + 1) * step) + 1;

        s->estimate_most[i] = retention_points(chance, w);
    }
}

static void city_logits(const struct seeker *s, const struct group *group, int64_t work,
                        int64_t ret[FOODS])
{
    const struct retention_model *model = s->b->in->weights->estimate;
    int64_t all = retention_of_place(model, group->county, work) +
                  retention_of_companion(model, group->flags & GROUP_COMPANION);

    for (int food = 0; food < FOODS; food++)
        ret[food] = all + retention_of_food(model, group->county, work, food);
}

static void records_add(struct seeker *s, int64_t county)
{
    const struct layout *b = s->b;

    for (int32_t d = delta_from(b->deltas, b->n_deltas, county);
         d < b->n_deltas && b->deltas[d].home == county; d++) {
        int32_t e = b->deltas[d].employer;

        for (int32_t i = b->employed_at[e]; i < b->employed_at[e + 1]; i++)
            s->logit[b->employed[i]] += b->deltas[d].logit;
    }
}

void estimate_value(struct seeker *s, const struct group *group)
{
    const struct layout *b = s->b;
    int64_t city[FOODS];

    if (!s->logit)
        return;
    for (int32_t c = 0; c < b->n_chunks; c++) {
        const struct chunk *chunk = &b->chunks[c];

        if (c == 0 || chunk->city_at != chunk[-1].city_at)
            city_logits(s, group, b->cities[chunk->city_at] * CITY, city);
        for (int32_t at = chunk->from; at < chunk->to; at++)
            s->logit[at] = b->logit[at] + city[(b->comfort[at] & POST_FOOD) != 0];
    }
    records_add(s, group->county);
    for (int32_t c = 0; c < b->n_chunks; c++)
        for (int32_t at = b->chunks[c].from; at < b->chunks[c].to; at++)
            *value_at(s, at) += points_most(s, at);
}

void estimate_want(const struct seeker *s, int64_t logit, struct wanted *w)
{
    w->logit = logit;
    w->more = retention_points_more(logit, s->b->in->weights);
    w->extra += w->more;
}

int32_t estimate_exactly(const struct seeker *s, int32_t at, int32_t points, const struct wanted *w)
{
    const struct match_weights *weights = s->b->in->weights;
    int32_t pay = s->b->octets[at / LANES].pay[at % LANES];
    int64_t logit = s->logit[at] + w->logit +
                    retention_of_pay(weights->estimate, s->person, pay == INT32_MAX ? NONE : pay);

    return points - points_most(s, at) - w->more +
           retention_points(retention_chance(logit), weights);
}
