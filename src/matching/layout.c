/* layout.c — posts as arrays of chunks, people as groups (blocks.h). */
#include "matching/blocks_int.h"

#include <stdlib.h>

enum {
    CHUNK_MOST = 16,  /* posts of a chunk */
    FLAGS = 32,       /* combinations of needs */
    WISHES = 1 << 16, /* steps of wishes told apart at most */
    WISH_FINE = 500,  /* points in a step */
    WISH_COARSE = 3000,
};

/* A post beside what it is sorted by. */
struct sorted {
    int64_t city;
    int32_t occupation, worth, rank, post;
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
    return (p->rank > q->rank) - (p->rank < q->rank);
}

struct keyed {
    int64_t key;
    int32_t item;
};

static int keyed_order(const void *a, const void *b)
{
    const struct keyed *p = a, *q = b;

    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return (p->item > q->item) - (p->item < q->item);
}

static struct keyed *keyed_new(struct arena *mem, int32_t n)
{
    return NEW_ARRAY(mem, struct keyed, MAX(n, 1));
}

static void keyed_sort(struct keyed *keyed, int32_t n)
{
    if (n > 1)
        qsort(keyed, (size_t)n, sizeof *keyed, keyed_order);
}

/* The posts that anybody may still be given, in the order of the blocks. */
static struct sorted *posts_sort(struct arena *mem, const struct match_problem *in,
                                 bool is_by_trade, int32_t *ret_n)
{
    struct keyed *by_id = keyed_new(mem, in->n_posts);
    struct sorted *sorted = NEW_ARRAY(mem, struct sorted, MAX(in->n_posts, 1));
    int32_t n = 0;

    for (int32_t p = 0; p < in->n_posts; p++)
        by_id[p] = (struct keyed){ in->posts[p].id, p };
    keyed_sort(by_id, in->n_posts);
    for (int32_t rank = 0; rank < in->n_posts; rank++) {
        const struct match_post *post = &in->posts[by_id[rank].item];
        int32_t worth = match_worth(post, in->weights);
        bool is_over =
            !date_is_none(post->expires_on) && date_compare(post->expires_on, in->today) < 0;

        if (post->seats <= 0 || is_over)
            continue;
        sorted[n++] = (struct sorted){
            .city = post->work / CITY,
            .occupation = is_by_trade ? post->occupation : 0,
            .worth = match_points_of_post(post, in->weights) + MAX(worth, -1000000000),
            .rank = rank,
            .post = by_id[rank].item,
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
    int64_t pay = match_newcomer_pay(post);

    b->post[at] = s->post;
    b->rank[at] = s->rank;
    b->own[at] = match_points_of_post(post, w);
    b->worth[at] = s->is_unpaid ? 0 : match_worth(post, w);
    /* An allowed pair never has less pay than a stated wish: only those without one can meet the
     * lower limit of the part. */
    b->reach[at] =
        s->is_unpaid
            ? 0
            : MAX(b->worth[at],
                  match_wish(&(struct match_person){ .least_wage_fen = NONE }, w) - w->pay_limit);
    b->pay[at] = pay == NONE ? INT32_MAX : (int32_t)MAX(INT32_MIN, MIN(INT32_MAX - 1, pay));
    b->needs[at] = needs_of(post);
    b->latest[at] = day_number(match_latest_from(post), INT32_MAX);
    b->start[at] = MAX(day_number(post->start_on, INT32_MIN), date_to_days(in->today));
    b->county[at] = (int32_t)(post->work / COUNTY);
    b->comfort[at] =
        (uint8_t)((post->employer->has_western_food ? POST_FOOD : 0) |
                  (post->employer->has_couple_rooms ? POST_ROOMS : 0) |
                  (post->seats < 2 ? POST_SINGLE : 0) | (post->is_reserved ? POST_RESERVED : 0));
}

static void places_build(struct arena *mem, struct layout *b, const struct sorted *sorted)
{
    size_t n = (size_t)b->n + LANES;
    int32_t **arrays[] = { &b->post, &b->rank,  &b->own,    &b->worth, &b->reach,
                           &b->pay,  &b->needs, &b->latest, &b->start, &b->county };

    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        *arrays[i] = NEW_ARRAY(mem, int32_t, n);
    b->comfort = NEW_ARRAY(mem, uint8_t, n);
    for (int32_t at = 0; at < b->n; at++)
        place_fill(b, at, &sorted[at]);
}

static bool is_chunk_end(const struct sorted *s, int32_t at, int32_t from, int32_t n)
{
    return at == n || at - from == CHUNK_MOST || s[at].city != s[at - 1].city ||
           s[at].occupation != s[at - 1].occupation || s[at].is_unpaid != s[at - 1].is_unpaid;
}

static void chunks_build(struct arena *mem, struct layout *b, const struct sorted *sorted)
{
    b->chunks = NEW_ARRAY(mem, struct chunk, MAX(b->n, 1));
    b->cities = NEW_ARRAY(mem, int64_t, MAX(b->n, 1));
    b->trades = NEW_ARRAY(mem, int32_t, MAX(b->n, 1));
    for (int32_t from = 0, at = 1; at <= b->n; at++) {
        const struct sorted *s = &sorted[from];
        struct chunk *c = &b->chunks[b->n_chunks];
        int64_t province = s->city / 100;

        if (!is_chunk_end(sorted, at, from, b->n))
            continue;
        if (b->n_cities == 0 || b->cities[b->n_cities - 1] != s->city)
            b->cities[b->n_cities++] = s->city;
        *c = (struct chunk){ .city = s->city,
                             .occupation = s->occupation,
                             .city_at = b->n_cities - 1,
                             .from = from,
                             .to = at,
                             .lowest = INT32_MAX,
                             .place = province >= 0 && province < PLACES - 1 ? (int32_t)province
                                                                             : PLACES - 1,
                             .is_paid = !s->is_unpaid };
        for (int32_t i = from; i < at; i++)
            c->lowest = MIN(c->lowest, sorted[i].rank);
        b->n_chunks++;
        from = at;
    }
}

static void trades_build(struct arena *mem, struct layout *b)
{
    struct arena *scratch = arena_new();
    struct keyed *keyed = keyed_new(scratch, b->n_chunks);

    for (int32_t c = 0; c < b->n_chunks; c++)
        keyed[c] = (struct keyed){ b->chunks[c].occupation, c };
    keyed_sort(keyed, b->n_chunks);
    for (int32_t i = 0; i < b->n_chunks; i++) {
        if (i == 0 || keyed[i].key != keyed[i - 1].key)
            b->trades[b->n_trades++] = (int32_t)keyed[i].key;
        b->chunks[keyed[i].item].trade_at = b->n_trades - 1;
    }
    for (int32_t c = 0; c < b->n_chunks; c++)
        keyed[c] = (struct keyed){ b->chunks[c].lowest, c };
    keyed_sort(keyed, b->n_chunks);
    b->by_lowest = NEW_ARRAY(mem, int32_t, MAX(b->n_chunks, 1));
    for (int32_t c = 0; c < b->n_chunks; c++)
        b->by_lowest[c] = keyed[c].item;
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

        b->list_at[other + 1]++;
        b->list_at[list_of_city(chunk->city_at) + other + 1]++;
        b->list_at[list_of_trade(b, chunk->trade_at) + other + 1]++;
        b->cell[chunk->city_at * b->n_trades + chunk->trade_at + 1]++;
    }
    for (int32_t i = 0; i < b->n_lists; i++)
        b->list_at[i + 1] += b->list_at[i];
    for (size_t i = 0; i < cells; i++)
        b->cell[i + 1] += b->cell[i];
}

static void delta_add(struct delta *deltas, int32_t *n, int64_t home, int32_t employer,
                      int32_t points)
{
    if (points != 0)
        deltas[(*n)++] = (struct delta){ home, employer, points };
}

static int delta_order(const void *a, const void *b)
{
    const struct delta *p = a, *q = b;

    if (p->home != q->home)
        return p->home < q->home ? -1 : 1;
    return (p->employer > q->employer) - (p->employer < q->employer);
}

/* Kinds of posts that policies pay for alike, by address, too. */
static void grants_build(struct arena *mem, struct layout *b)
{
    struct arena *scratch = arena_new();
    struct keyed *keyed = keyed_new(scratch, b->n);

    b->kinds = NEW_ARRAY(mem, const struct match_grants *, b->n + 1);
    b->kind = NEW_ARRAY(mem, int32_t, (size_t)b->n + LANES);
    for (int32_t i = 0; i < b->n; i++)
        keyed[i] = (struct keyed){ (int64_t)(uintptr_t)b->in->posts[b->post[i]].grants, i };
    keyed_sort(keyed, b->n);
    for (int32_t i = 0; i < b->n; i++) {
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
    struct keyed *keyed = keyed_new(scratch, b->n);
    const struct match_employer **employers =
        NEW_ARRAY(scratch, const struct match_employer *, MAX(b->n, 1));
    int32_t n = 0, n_records = 0, n_villages = 0;

    b->employed = NEW_ARRAY(mem, int32_t, MAX(b->n, 1));
    b->employed_at = NEW_ARRAY(mem, int32_t, (size_t)b->n + 1);
    for (int32_t i = 0; i < b->n; i++)
        keyed[i] = (struct keyed){ (int64_t)(uintptr_t)b->in->posts[b->post[i]].employer, i };
    keyed_sort(keyed, b->n);
    for (int32_t i = 0; i < b->n; i++) {
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
            delta_add(b->deltas, &b->n_deltas, employer->records[r].county, e,
                      match_points_of_record(employer, &employer->records[r], b->in->weights));
        for (int32_t v = 0; v < employer->n_villages; v++)
            delta_add(b->villages, &b->n_villages, employer->villages[v].village, e,
                      match_points_of_village(&employer->villages[v], b->in->weights));
    }
    if (n > 1)
        qsort(b->by_id, (size_t)n, sizeof *b->by_id, delta_order);
    qsort(b->deltas, (size_t)b->n_deltas, sizeof *b->deltas, delta_order);
    qsort(b->villages, (size_t)b->n_villages, sizeof *b->villages, delta_order);
    arena_free(scratch);
}

static int32_t flags_of(const struct match_person *person)
{
    return (person->is_registered ? GROUP_REGISTERED : 0) |
           (person->wants_western_food ? GROUP_FOOD : 0) |
           (person->wants_couple_room ? GROUP_ROOM : 0) |
           (person->companion_id != NONE ? GROUP_COMPANION : 0) |
           (person->n_occupations > 0 || person->n_trainings > 0 ? GROUP_TRADE : 0);
}

/* Wishes are told apart by `width` points. */
static struct grouping groups_build(struct arena *mem, const struct match_problem *in,
                                    int32_t width)
{
    struct arena *scratch = arena_new();
    struct keyed *keyed = keyed_new(scratch, in->n_persons);
    struct grouping g = { .groups = NEW_ARRAY(mem, struct group, in->n_persons + 1),
                          .of = NEW_ARRAY(mem, int32_t, in->n_persons + 1) };

    for (int32_t i = 0; i < in->n_persons; i++) {
        const struct match_person *person = &in->persons[i];
        int64_t wish = MAX(0, match_wish(person, in->weights)) / width;

        keyed[i].item = i;
        keyed[i].key =
            (person->home / COUNTY * FLAGS + flags_of(person)) * WISHES + MIN(wish, WISHES - 1);
    }
    keyed_sort(keyed, in->n_persons);
    for (int32_t i = 0; i < in->n_persons; i++) {
        int64_t key = keyed[i].key;

        if (i == 0 || key != keyed[i - 1].key)
            g.groups[g.n++] = (struct group){ .county = key / WISHES / FLAGS * COUNTY,
                                              .flags = (int32_t)(key / WISHES % FLAGS),
                                              .wish = (int32_t)(key % WISHES) * width };
        g.of[keyed[i].item] = g.n - 1;
    }
    arena_free(scratch);
    return g;
}

static void layout_build(struct arena *mem, const struct match_problem *in, bool is_by_trade,
                         struct layout *ret)
{
    struct arena *scratch = arena_new();
    struct sorted *sorted;

    *ret = (struct layout){ .in = in, .is_by_trade = is_by_trade };
    sorted = posts_sort(scratch, in, is_by_trade, &ret->n);
    places_build(mem, ret, sorted);
    chunks_build(mem, ret, sorted);
    trades_build(mem, ret);
    lists_build(mem, ret);
    employers_build(mem, ret);
    grants_build(mem, ret);
    arena_free(scratch);
}

struct blocks *blocks_build(struct arena *mem, const struct match_problem *in)
{
    struct blocks *b = NEW(mem, struct blocks);

    for (int i = 0; i < match_weight_count; i++)
        assert(*(const int32_t *)((const char *)in->weights + match_weight_names[i].at) >= 0);
    b->in = in;
    layout_build(mem, in, true, &b->by_trade);
    layout_build(mem, in, false, &b->any);
    b->fine = groups_build(mem, in, WISH_FINE);
    b->coarse = groups_build(mem, in, WISH_COARSE);
    return b;
}
