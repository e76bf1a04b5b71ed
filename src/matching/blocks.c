/* blocks.c — one search for many people, by several threads. */
#include "matching/blocks_int.h"

#include <pthread.h>
#include <unistd.h>

enum {
    SLICE_MOST = 4096, /* people a thread takes at a time */
    THREADS_MOST = 16, /* searching waits for memory before it could use more */
    LATER = 8,         /* people ahead whose own record is asked for, */
    SOON = 4,          /* and the lists in it */
};

struct blocks *blocks_build(struct arena *mem, const struct match_problem *in)
{
    struct arena *scratch = arena_new();
    struct blocks *b = NEW(mem, struct blocks);
    struct keyed *by_id = keyed_new(scratch, in->n_posts);

    for (int i = 0; i < match_weight_count; i++)
        assert(*(const int32_t *)((const char *)in->weights + match_weight_names[i].at) >= 0);
    b->in = in;
    layout_build(mem, in, true, &b->by_trade);
    layout_build(mem, in, false, &b->any);
    people_build(mem, in, &b->people);
    b->by_id = NEW_ARRAY(mem, int32_t, in->n_posts + 1);
    for (int32_t p = 0; p < in->n_posts; p++)
        by_id[p] = (struct keyed){ keyed_of(in->posts[p].id), p };
    keyed_sort(by_id, in->n_posts);
    for (int32_t p = 0; p < in->n_posts; p++)
        b->by_id[p] = by_id[p].item;
    arena_free(scratch);
    return b;
}

/* Posts by the rest of their price, then by id. */
static void shared_ties(struct arena *mem, struct shared *s)
{
    struct arena *scratch = arena_new();
    const struct block_search *search = s->search;
    int32_t n = s->blocks->in->n_posts;
    struct keyed *ties = keyed_new(scratch, n);

    s->post_of_tie = NEW_ARRAY(mem, int32_t, n + 1);
    for (int32_t t = 0; t < n; t++) {
        int32_t post = s->blocks->by_id[t];

        ties[t].item = post;
        if (search->price)
            ties[t].key = (uint64_t)(search->price[post] % search->scale);
    }
    keyed_sort(ties, n);
    for (int32_t t = 0; t < n; t++)
        s->post_of_tie[t] = ties[t].item;
    arena_free(scratch);
}

static void priced_lowest(struct arena *mem, struct priced *v)
{
    struct arena *scratch = arena_new();
    const struct layout *b = v->b;
    struct keyed *keyed = keyed_new(scratch, b->n_chunks);

    v->lowest = NEW_ARRAY(mem, int32_t, b->n_chunks + 1);
    v->by_lowest = NEW_ARRAY(mem, int32_t, b->n_chunks + 1);
    for (int32_t c = 0; c < b->n_chunks; c++) {
        v->lowest[c] = INT32_MAX;
        for (int32_t at = b->chunks[c].from; at < b->chunks[c].to; at++)
            v->lowest[c] = MIN(v->lowest[c], v->tie[at]);
        keyed[c] = (struct keyed){ (uint64_t)v->lowest[c], c };
    }
    keyed_sort(keyed, b->n_chunks);
    for (int32_t c = 0; c < b->n_chunks; c++)
        v->by_lowest[c] = keyed[c].item;
    arena_free(scratch);
}

static void priced_build(struct arena *mem, const struct shared *s, const int32_t *tie_of_post,
                         const struct layout *b, struct priced *ret)
{
    const struct block_search *search = s->search;
    size_t n = (size_t)b->n + LANES;

    ret->b = b;
    ret->own = NEW_ARRAY(mem, int32_t, n);
    ret->tie = NEW_ARRAY(mem, int32_t, n);
    ret->fraction = search->price ? NEW_ARRAY(mem, int32_t, n) : NULL;
    for (int32_t at = 0; at < b->n; at++) {
        int32_t post = b->post[at];
        int64_t price = search->price && post >= 0 ? search->price[post] : 0;
        int64_t whole = price / search->scale;
        bool is_closed = post < 0 || (search->seats && search->seats[post] <= 0) || whole >= -NEVER;

        ret->own[at] = is_closed ? NEVER : b->own[at] - (int32_t)whole;
        ret->tie[at] = post < 0 ? INT32_MAX : tie_of_post[post];
        if (ret->fraction)
            ret->fraction[at] = (int32_t)(price % search->scale);
    }
    priced_lowest(mem, ret);
}

static void shared_price(struct arena *mem, struct shared *s)
{
    const struct blocks *blocks = s->blocks;
    int32_t n = blocks->in->n_posts;
    int32_t *tie_of_post = NEW_ARRAY(mem, int32_t, n + 1);

    shared_ties(mem, s);
    for (int32_t t = 0; t < n; t++)
        tie_of_post[s->post_of_tie[t]] = t;
    priced_build(mem, s, tie_of_post, &blocks->by_trade, &s->by_trade);
    priced_build(mem, s, tie_of_post, &blocks->any, &s->any);
}

static void shared_order(struct arena *mem, struct shared *s)
{
    struct arena *scratch = arena_new();
    const struct block_search *search = s->search;
    struct keyed *line = keyed_new(scratch, search->n_who);

    for (int32_t i = 0; i < search->n_who; i++)
        line[i] = (struct keyed){ (uint64_t)s->blocks->people.place[search->who[i]], i };
    keyed_sort(line, search->n_who);
    s->order = NEW_ARRAY(mem, int32_t, search->n_who + 1);
    s->place = NEW_ARRAY(mem, int32_t, search->n_who + 1);
    for (int32_t i = 0; i < search->n_who; i++) {
        s->order[i] = line[i].item;
        s->place[i] = (int32_t)line[i].key;
    }
    arena_free(scratch);
}

/* So that two threads seldom value the same. */
static void shared_slice(struct arena *mem, struct shared *s)
{
    int32_t n = s->search->n_who;
    const struct people *people = &s->blocks->people;
    const struct group *group = people->groups;

    s->slices = NEW_ARRAY(mem, struct slice, people->n_groups + n / SLICE_MOST + 1);
    for (int32_t k = 0; k < n; k++) {
        struct slice *last = &s->slices[MAX(0, s->n_slices - 1)];

        while (s->place[k] >= group[1].from)
            group++;
        if (s->n_slices > 0 && is_valued_alike(last->group, group) && k - last->from < SLICE_MOST)
            last->to = k + 1;
        else
            s->slices[s->n_slices++] = (struct slice){ k, k + 1, group };
    }
}

static void slice_search(struct seeker *s, const struct shared *shared, struct slice slice)
{
    int32_t last = slice.to - 1;

    for (int32_t k = slice.from; k <= last; k++) {
        while (shared->place[k] >= slice.group[1].from)
            slice.group++;
        seeker_expect(s, shared->order[MIN(k + LATER, last)], shared->order[MIN(k + SOON, last)]);
        seeker_find(s, slice.group, shared->order[k]);
    }
}

static void *work(void *arg)
{
    struct shared *shared = arg;
    struct arena *mem = arena_new();
    struct seeker *by_trade = seeker_new(mem, shared, &shared->by_trade);
    struct seeker *any = seeker_new(mem, shared, &shared->any);

    for (int32_t n; (n = atomic_fetch_add(&shared->next, 1)) < shared->n_slices;) {
        struct slice slice = shared->slices[n];

        slice_search(slice.group->flags & GROUP_TRADE ? by_trade : any, shared, slice);
    }
    atomic_fetch_add(&shared->pairs, seeker_pairs(by_trade) + seeker_pairs(any));
    arena_free(mem);
    return NULL;
}

static int32_t threads_wanted(const struct match_problem *in, int32_t n_slices)
{
    int32_t n = in->threads > 0 ? in->threads : (int32_t)sysconf(_SC_NPROCESSORS_ONLN);

    return MAX(1, MIN(MIN(n, THREADS_MOST), n_slices));
}

static void all_work(struct shared *shared)
{
    pthread_t threads[THREADS_MOST];
    int32_t n = threads_wanted(shared->blocks->in, shared->n_slices);

    for (int32_t i = 1; i < n; i++)
        if (pthread_create(&threads[i], NULL, work, shared) != 0)
            n = i;
    work(shared);
    for (int32_t i = 1; i < n; i++)
        pthread_join(threads[i], NULL);
}

void blocks_search(struct arena *mem, const struct blocks *blocks,
                   const struct block_search *search, struct block_found *ret)
{
    struct arena *scratch = arena_new();
    struct shared shared = { .blocks = blocks, .search = search, .found = ret };

    assert(search->scale >= 1 && search->scale <= INT32_MAX);
    *ret = (struct block_found){
        .edges = NEW_ARRAY(mem, struct auction_edge, (int64_t)search->n_who * search->most + 1),
        .n = NEW_ARRAY(mem, int32_t, (size_t)search->n_who + 1),
        .worth = NEW_ARRAY(mem, int64_t, (size_t)search->n_who + 1),
    };
    shared_price(scratch, &shared);
    shared_order(scratch, &shared);
    shared_slice(scratch, &shared);
    all_work(&shared);
    ret->pairs = shared.pairs;
    arena_free(scratch);
}
