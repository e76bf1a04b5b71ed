/* layout.c — posts as chunks of octets, and lists of chunks (blocks.h). */
#include "matching/blocks_int.h"

#include <stdlib.h>

enum {
    CHUNK_MOST = 3 * LANES, /* posts of a chunk */
};

/* A post beside what it is sorted by. */
struct sorted {
    int64_t city, id;
    int32_t occupation, worth, post;
    bool is_unpaid;
};

static int sorted_order(const void *a, const void *b)
{
    const struct sorted *p = a, *q = b;

    if (p->city != q->city)
        return p->city < q->city ? -1 : 1;
    if (p->occupation != q->occupation)
        return p->occupation < q->occupation ? -1 : 1;
    if (p->is_unpaid != q->is_unpaid)
        return p->is_unpaid ? 1 : -1;
    if (p->worth != q->worth)
        return p->worth > q->worth ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

/* The posts that anybody may still be given, in the order of the chunks. */
static struct sorted *posts_sort(struct arena *mem, const struct match_problem *in,
                                 bool is_by_trade, int32_t *ret_n)
{
    struct sorted *sorted = NEW_ARRAY(mem, struct sorted, MAX(in->n_posts, 1));
    int32_t n = 0;

    for (int32_t p = 0; p < in->n_posts; p++) {
        const struct match_post *post = &in->posts[p];
        int32_t worth = match_worth(post, in->weights);
        bool is_over =
            !date_is_none(post->expires_on) && date_compare(post->expires_on, in->today) < 0;

        if (post->seats <= 0 || is_over)
            continue;
        sorted[n++] = (struct sorted){
            .city = post->work / CITY,
            .id = post->id,
            .occupation = is_by_trade ? post->occupation : 0,
            .worth = match_points_of_post(post, in->weights) + MAX(worth, -1000000000),
            .post = p,
            .is_unpaid = worth == INT32_MIN,
        };
    }
    if (n > 1)
        qsort(sorted, (size_t)n, sizeof *sorted, sorted_order);
    *ret_n = n;
    return sorted;
}

static int32_t needs_of(const struct match_post *post)
{
    int32_t needs = post->demands << NEED_DEMANDS_AT;

    for (int level = 1; level <= MIN(LEVELS, post->min_skill); level++)
        needs |= 1 << level;
    if (post->is_reserved)
        needs |= NEED_RESERVED;
    if (post->min_skill > 0) /* not taught, so not for another trade */
        needs |= NEED_TRADE;
    return needs;
}

static void place_fill(struct layout *b, int32_t at, const struct sorted *s)
{
    const struct match_problem *in = b->in;
    const struct match_post *post = &in->posts[s->post];
    const struct match_weights *w = in->weights;
    struct octet *octet = &b->octets[at / LANES];
    int32_t lane = at % LANES, worth = s->is_unpaid ? 0 : match_worth(post, w);
    int64_t pay = match_newcomer_pay(post);

    b->post[at] = s->post;
    b->own[at] = match_points_of_post(post, w);
    /* An allowed pair never has less pay than a stated wish: only those without one can meet the
     * lower limit of the part. */
    b->reach[at] =
        s->is_unpaid ? 0
                     : MAX(worth, match_wish(&(struct match_person){ .least_wage_fen = NONE }, w) -
                                      w->pay_limit);
    b->comfort[at] =
        (uint8_t)((post->employer->has_western_food ? POST_FOOD : 0) |
                  (post->employer->has_couple_rooms ? POST_ROOMS : 0) |
                  (post->seats < 2 ? POST_SINGLE : 0) | (post->is_reserved ? POST_RESERVED : 0));
    octet->worth[lane] = worth;
    octet->pay[lane] = pay == NONE ? INT32_MAX : (int32_t)MAX(INT32_MIN, MIN(INT32_MAX - 1, pay));
    octet->needs[lane] = needs_of(post);
    octet->latest[lane] = day_number(match_latest_from(post), INT32_MAX);
    octet->start[lane] = MAX(day_number(post->start_on, INT32_MIN), date_to_days(in->today));
    octet->county[lane] = (int32_t)(post->work / COUNTY);
}

/* Where the chunk that begins with sorted[from] ends. */
static int32_t chunk_end(const struct sorted *sorted, int32_t from, int32_t n)
{
    const struct sorted *first = &sorted[from];
    int32_t to = from + 1;

    while (to < n && to - from < CHUNK_MOST && sorted[to].city == first->city &&
           sorted[to].occupation == first->occupation && sorted[to].is_unpaid == first->is_unpaid)
        to++;
    return to;
}

/* Chunks with their places, cities and occupations still as they are sorted. */
static void chunks_build(struct arena *mem, struct layout *b, const struct sorted *sorted)
{
    b->chunks = NEW_ARRAY(mem, struct chunk, MAX(b->n_posts, 1));
    b->cities = NEW_ARRAY(mem, int64_t, MAX(b->n_posts, 1));
    for (int32_t from = 0, to; from < b->n_posts; from = to) {
        const struct sorted *s = &sorted[from];

        to = chunk_end(sorted, from, b->n_posts);
        if (b->n_cities == 0 || b->cities[b->n_cities - 1] != s->city)
            b->cities[b->n_cities++] = s->city;
        b->chunks[b->n_chunks++] = (struct chunk){ .from = b->n,
                                                   .to = b->n + to - from,
                                                   .city_at = b->n_cities - 1,
                                                   .is_paid = !s->is_unpaid };
        b->n += (to - from + LANES - 1) / LANES * LANES;
    }
}

static void chunk_fill(struct layout *b, struct chunk *chunk, const struct sorted *sorted)
{
    chunk->pay = chunk->latest = INT32_MIN;
    chunk->needs = ~0;
    for (int32_t at = chunk->from; at < chunk->to; at++) {
        const struct octet *octet = &b->octets[at / LANES];

        place_fill(b, at, &sorted[at - chunk->from]);
        chunk->pay = MAX(chunk->pay, octet->pay[at % LANES]);
        chunk->latest = MAX(chunk->latest, octet->latest[at % LANES]);
        chunk->needs &= octet->needs[at % LANES];
    }
}

static void places_build(struct arena *mem, struct layout *b, const struct sorted *sorted)
{
    size_t n = (size_t)b->n + LANES;

    b->octets = arena_lines(mem, n / LANES * sizeof *b->octets);
    b->post = NEW_ARRAY(mem, int32_t, n);
    b->own = NEW_ARRAY(mem, int32_t, n);
    b->reach = NEW_ARRAY(mem, int32_t, n);
    b->comfort = NEW_ARRAY(mem, uint8_t, n);
    memset(b->post, -1, sizeof *b->post * n);
    for (int32_t c = 0; c < b->n_chunks; c++) {
        chunk_fill(b, &b->chunks[c], sorted);
        sorted += b->chunks[c].to - b->chunks[c].from;
    }
}

static int32_t occupation_of(const struct layout *b, const struct chunk *chunk)
{
    return b->is_by_trade ? b->in->posts[b->post[chunk->from]].occupation : 0;
}

static void trades_build(struct arena *mem, struct layout *b)
{
    struct arena *scratch = arena_new();
    struct keyed *keyed = keyed_new(scratch, b->n_chunks);

    b->trades = NEW_ARRAY(mem, int32_t, MAX(b->n_chunks, 1));
    for (int32_t c = 0; c < b->n_chunks; c++)
        keyed[c] = (struct keyed){ keyed_of(occupation_of(b, &b->chunks[c])), c };
    keyed_sort(keyed, b->n_chunks);
    for (int32_t i = 0; i < b->n_chunks; i++) {
        struct chunk *chunk = &b->chunks[keyed[i].item];

        if (i == 0 || keyed[i].key != keyed[i - 1].key)
            b->trades[b->n_trades++] = occupation_of(b, chunk);
        chunk->trade_at = b->n_trades - 1;
    }
    arena_free(scratch);
}

static void lists_build(struct arena *mem, struct layout *b)
{
    size_t cells = (size_t)b->n_cities * (size_t)b->n_trades;

    b->n_lists = 2 + 2 * (b->n_cities + b->n_trades);
    b->list_at = NEW_ARRAY(mem, int32_t, (size_t)b->n_lists + 1);
    b->cell = NEW_ARRAY(mem, int32_t, cells + 1);
    for (int32_t c = 0; c < b->n_chunks; c++) {
        const struct chunk *chunk = &b->chunks[c];
        int32_t other = !chunk->is_paid;

        if (b->is_by_trade) {
            b->list_at[list_of_trade(b, chunk->trade_at) + other + 1]++;
        } else {
            b->list_at[other + 1]++;
            b->list_at[list_of_city(chunk->city_at) + other + 1]++;
        }
        b->cell[chunk->city_at * b->n_trades + chunk->trade_at + 1]++;
    }
    for (int32_t i = 0; i < b->n_lists; i++)
        b->list_at[i + 1] = b->list_at[i] + (b->list_at[i + 1] + LANES - 1) / LANES * LANES;
    for (size_t i = 0; i < cells; i++)
        b->cell[i + 1] += b->cell[i];
}

static void delta_add(struct delta *deltas, int32_t *n, struct delta delta)
{
    if (delta.points != 0 || delta.logit != 0)
        deltas[(*n)++] = delta;
}

static const struct retention_model *estimate_of(const struct layout *b)
{
    return b->in->weights->retention_model > 0 ? b->in->weights->estimate : NULL;
}

static struct delta record_delta(const struct layout *b, const struct match_employer *employer,
                                 int32_t record, int32_t e)
{
    const struct match_record *r = &employer->records[record];
    const struct retention_model *model = estimate_of(b);

    return (struct delta){ r->county, e, match_points_of_record(employer, r, b->in->weights),
                           model ? retention_of_record(model, employer, r) : 0 };
}

/* With an estimate, whoever has neighbours there is looked at even when these add no points. */
static struct delta village_delta(const struct layout *b, const struct match_employer *employer,
                                  int32_t village, int32_t e)
{
    const struct match_neighbours *v = &employer->villages[village];

    return (struct delta){ v->village, e, match_points_of_village(v, b->in->weights),
                           estimate_of(b) != NULL };
}

static int delta_order(const void *a, const void *b)
{
    const struct delta *p = a, *q = b;

    if (p->home != q->home)
        return p->home < q->home ? -1 : 1;
    return (p->employer > q->employer) - (p->employer < q->employer);
}

/* Kinds of posts that policies pay for alike, by address; empty places are of kind 0. */
static void grants_build(struct arena *mem, struct layout *b)
{
    struct arena *scratch = arena_new();
    struct keyed *keyed = keyed_new(scratch, b->n_posts);

    b->kinds = NEW_ARRAY(mem, const struct match_grants *, b->n_posts + 1);
    b->kind = NEW_ARRAY(mem, int32_t, b->n + LANES);
    for (int32_t at = 0, i = 0; at < b->n; at++)
        if (b->post[at] >= 0)
            keyed[i++] =
                (struct keyed){ (uint64_t)(uintptr_t)b->in->posts[b->post[at]].grants, at };
    keyed_sort(keyed, b->n_posts);
    for (int32_t i = 0; i < b->n_posts; i++) {
        if (i == 0 || keyed[i].key != keyed[i - 1].key)
            b->kinds[b->n_kinds++] = b->in->posts[b->post[keyed[i].item]].grants;
        b->kind[keyed[i].item] = b->n_kinds - 1;
    }
    arena_free(scratch);
}

/* Employers by address: which of them comes first makes no difference to any outcome. */
static void employers_build(struct arena *mem, struct layout *b)
{
    struct arena *scratch = arena_new();
    struct keyed *keyed = keyed_new(scratch, b->n_posts);
    const struct match_employer **employers =
        NEW_ARRAY(scratch, const struct match_employer *, MAX(b->n_posts, 1));
    int32_t n = 0, n_records = 0, n_villages = 0;

    b->employed = NEW_ARRAY(mem, int32_t, MAX(b->n_posts, 1));
    b->employed_at = NEW_ARRAY(mem, int32_t, (size_t)b->n_posts + 1);
    for (int32_t at = 0, i = 0; at < b->n; at++)
        if (b->post[at] >= 0)
            keyed[i++] =
                (struct keyed){ (uint64_t)(uintptr_t)b->in->posts[b->post[at]].employer, at };
    keyed_sort(keyed, b->n_posts);
    for (int32_t i = 0; i < b->n_posts; i++) {
        if (i == 0 || keyed[i].key != keyed[i - 1].key) {
            employers[n] = b->in->posts[b->post[keyed[i].item]].employer;
            n_villages += employers[n]->n_villages;
            n_records += employers[n++]->n_records;
        }
        b->employed[i] = keyed[i].item;
        b->employed_at[n] = i + 1;
    }
    b->by_id = NEW_ARRAY(mem, struct delta, n + 1);
    b->n_employers = n;
    b->deltas = NEW_ARRAY(mem, struct delta, n_records + 1);
    b->villages = NEW_ARRAY(mem, struct delta, n_villages + 1);
    for (int32_t e = 0; e < n; e++) {
        const struct match_employer *employer = employers[e];

        b->by_id[e] = (struct delta){ .home = employer->id, .employer = e };
        for (int32_t r = 0; r < employer->n_records; r++)
            delta_add(b->deltas, &b->n_deltas, record_delta(b, employer, r, e));
        for (int32_t v = 0; v < employer->n_villages; v++)
            delta_add(b->villages, &b->n_villages, village_delta(b, employer, v, e));
    }
    if (n > 1)
        qsort(b->by_id, (size_t)n, sizeof *b->by_id, delta_order);
    qsort(b->deltas, (size_t)b->n_deltas, sizeof *b->deltas, delta_order);
    qsort(b->villages, (size_t)b->n_villages, sizeof *b->villages, delta_order);
    arena_free(scratch);
}

static void logits_build(struct arena *mem, struct layout *b)
{
    const struct retention_model *model = estimate_of(b);

    if (!model)
        return;
    b->logit = NEW_ARRAY(mem, int64_t, b->n + LANES);
    for (int32_t at = 0; at < b->n; at++)
        if (b->post[at] >= 0)
            b->logit[at] = retention_of_post(model, &b->in->posts[b->post[at]]);
}

void layout_build(struct arena *mem, const struct match_problem *in, bool is_by_trade,
                  struct layout *ret)
{
    struct arena *scratch = arena_new();
    struct sorted *sorted;

    *ret = (struct layout){ .in = in, .is_by_trade = is_by_trade };
    sorted = posts_sort(scratch, in, is_by_trade, &ret->n_posts);
    chunks_build(mem, ret, sorted);
    places_build(mem, ret, sorted);
    trades_build(mem, ret);
    lists_build(mem, ret);
    employers_build(mem, ret);
    grants_build(mem, ret);
    logits_build(mem, ret);
    arena_free(scratch);
}
