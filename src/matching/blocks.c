/* blocks.c — one search for many people, by several threads. */
#include "matching/blocks_int.h"

#include <pthread.h>
#include <unistd.h>

enum {
    SLICE_MOST = 2048, /* people a thread takes at a time */
    THREADS_MOST = 16, /* searching waits for memory before it could use more */
    FINE_LEAST = 200,  /* people for each fine group: ordering the chunks must pay */
};

static void shared_price(struct arena *mem, struct shared *s)
{
    const struct layout *b = s->b;
    const struct block_search *search = s->search;

    s->own = NEW_ARRAY(mem, int32_t, (size_t)b->n + LANES);
    s->fraction = search->price ? NEW_ARRAY(mem, int32_t, (size_t)b->n + LANES) : NULL;
    for (int32_t at = 0; at < b->n; at++) {
        int32_t post = b->post[at];
        int64_t price = search->price ? search->price[post] : 0, whole = price / search->scale;
        bool is_closed = (search->seats && search->seats[post] <= 0) || whole >= -NEVER;

        s->own[at] = is_closed ? NEVER : b->own[at] - (int32_t)whole;
        if (s->fraction)
            s->fraction[at] = (int32_t)(price % search->scale);
    }
}

static void shared_slice(struct arena *mem, struct shared *s)
{
    const struct block_search *search = s->search;
    const struct grouping *g =
        search->n_who / FINE_LEAST >= s->blocks->fine.n ? &s->blocks->fine : &s->blocks->coarse;
    int32_t trade = s->b->is_by_trade ? GROUP_TRADE : 0;
    int32_t *start = NEW_ARRAY(mem, int32_t, (size_t)g->n + 1);

    s->grouping = g;
    s->order = NEW_ARRAY(mem, int32_t, search->n_who + 1);
    for (int32_t i = 0; i < search->n_who; i++)
        start[g->of[search->who[i]] + 1]++;
    for (int32_t i = 0; i < g->n; i++)
        if ((g->groups[i].flags & GROUP_TRADE) == trade)
            start[i + 1] += start[i];
        else
            start[i + 1] = start[i];
    s->slices = NEW_ARRAY(mem, struct slice, (size_t)g->n + search->n_who / SLICE_MOST + 1);
    for (int32_t i = 0; i < g->n; i++)
        for (int32_t from = start[i]; from < start[i + 1]; from += SLICE_MOST)
            s->slices[s->n_slices++] = (struct slice){ from, MIN(from + SLICE_MOST, start[i + 1]) };
    for (int32_t i = 0; i < search->n_who; i++)
        if ((g->groups[g->of[search->who[i]]].flags & GROUP_TRADE) == trade)
            s->order[start[g->of[search->who[i]]]++] = i;
}

static void *work(void *arg)
{
    struct shared *shared = arg;
    struct arena *mem = arena_new();
    struct seeker *s = seeker_new(mem, shared);

    for (int32_t n; (n = atomic_fetch_add(&shared->next, 1)) < shared->n_slices;)
        for (int32_t k = shared->slices[n].from; k < shared->slices[n].to; k++)
            seeker_find(s, shared->order[k]);
    atomic_fetch_add(&shared->pairs, seeker_pairs(s));
    arena_free(mem);
    return NULL;
}

static int32_t threads_wanted(const struct match_problem *in, int32_t n_slices)
{
    int32_t n = in->threads > 0 ? in->threads : (int32_t)sysconf(_SC_NPROCESSORS_ONLN);

    return MAX(1, MIN(MIN(n, THREADS_MOST), n_slices));
}

/* All whose layout this is. */
static void layout_search(const struct blocks *blocks, const struct layout *layout,
                          const struct block_search *search, struct block_found *ret)
{
    struct arena *scratch = arena_new();
    struct shared shared = { .blocks = blocks, .b = layout, .search = search, .found = ret };
    pthread_t threads[THREADS_MOST];
    int32_t n;

    shared_price(scratch, &shared);
    shared_slice(scratch, &shared);
    n = threads_wanted(blocks->in, shared.n_slices);
    for (int32_t i = 1; i < n; i++)
        if (pthread_create(&threads[i], NULL, work, &shared) != 0)
            n = i;
    work(&shared);
    for (int32_t i = 1; i < n; i++)
        pthread_join(threads[i], NULL);
    ret->pairs += shared.pairs;
    arena_free(scratch);
}

void blocks_search(struct arena *mem, const struct blocks *blocks,
                   const struct block_search *search, struct block_found *ret)
{
    assert(search->scale >= 1 && search->scale <= INT32_MAX);
    *ret = (struct block_found){
        .edges = NEW_ARRAY(mem, struct auction_edge, (int64_t)search->n_who * search->most + 1),
        .n = NEW_ARRAY(mem, int32_t, (size_t)search->n_who + 1),
        .worth = NEW_ARRAY(mem, int64_t, (size_t)search->n_who + 1),
    };
    layout_search(blocks, &blocks->by_trade, search, ret);
    layout_search(blocks, &blocks->any, search, ret);
}
