/* assign_lists.c — see assign_lists.h. */
#include "matching/assign_lists.h"

#include <stdlib.h>

static bool is_listed(const struct auction_edge *list, int64_t n, int32_t post)
{
    for (int64_t e = 0; e < n; e++)
        if (list[e].post == post)
            return true;
    return false;
}

/* What was found onto the lists, found[i] being of person at[i] of the market; returns how many
 * pairs are new. */
static int64_t lists_add(const struct market *m, struct lists *l, const int32_t *at,
                         const struct block_search *search, const struct block_found *found)
{
    struct lists longer = { .mem = arena_new() };
    int64_t before = l->mem ? l->row[m->n] : 0, to = 0, more = 0;

    for (int32_t i = 0; i < search->n_who; i++)
        more += found->n[i];
    longer.row = NEW_ARRAY(longer.mem, int64_t, (size_t)m->n + 1);
    longer.edges = NEW_ARRAY(longer.mem, struct auction_edge, before + more + 1);
    for (int32_t w = 0, i = 0; w < m->n; w++) {
        struct auction_edge *list = longer.edges + to;
        int64_t n = l->mem ? l->row[w + 1] - l->row[w] : 0;

        if (n > 0)
            memcpy(list, l->edges + l->row[w], sizeof *list * (size_t)n);
        if (i < search->n_who && at[i] == w) {
            const struct auction_edge *new = found->edges + (int64_t)i * search->most;

            for (int32_t e = 0; e < found->n[i]; e++)
                if (!is_listed(list, n, new[e].post))
                    list[n++] = new[e];
            i++;
        }
        longer.row[w + 1] = to += n;
    }
    lists_free(l);
    *l = longer;
    return to - before;
}

int64_t lists_add_best(const struct market *m, struct lists *l, struct block_search search)
{
    struct arena *scratch = arena_new();
    struct block_found found;
    int32_t *at = NEW_ARRAY(scratch, int32_t, (size_t)m->n + 1);
    int64_t pairs;

    search.who = m->who;
    search.n_who = m->n;
    for (int32_t i = 0; i < m->n; i++)
        at[i] = i;
    blocks_search(scratch, m->blocks, &search, &found);
    lists_add(m, l, at, &search, &found);
    pairs = found.pairs;
    arena_free(scratch);
    return pairs;
}

void lists_add_had(const struct market *m, struct lists *l, const int32_t *post)
{
    struct arena *scratch = arena_new();
    int32_t *at = NEW_ARRAY(scratch, int32_t, (size_t)m->n + 1);
    struct block_search search = { .who = m->who, .n_who = m->n, .most = 1 };
    struct block_found found = { .n = NEW_ARRAY(scratch, int32_t, (size_t)m->n + 1),
                                 .edges =
                                     NEW_ARRAY(scratch, struct auction_edge, (size_t)m->n + 1) };

    for (int32_t i = 0; i < m->n; i++) {
        const struct match_person *person = &m->in->persons[m->who[i]];
        int32_t p = post[m->who[i]];

        at[i] = i;
        if (p < 0 || m->in->posts[p].seats <= 0 ||
            !match_feasible(person, &m->in->posts[p], m->in->today))
            continue;
        found.edges[i] =
            (struct auction_edge){ p, match_points(person, &m->in->posts[p], m->in->weights) };
        found.n[i] = found.edges[i].score > 0;
    }
    lists_add(m, l, at, &search, &found);
    arena_free(scratch);
}

int64_t lists_most(const struct lists *l, int32_t i, const int64_t *price, int64_t scale)
{
    int64_t most = 0;

    for (int64_t e = l->row[i]; e < l->row[i + 1]; e++)
        most = MAX(most, l->edges[e].score * scale - price[l->edges[e].post]);
    return most;
}

void lists_find_missing(const struct market *m, const struct lists *l,
                        const struct auction_result *auction, int32_t most,
                        struct lists_missing *ret)
{
    struct lists_missing x = { .mem = arena_new() };
    int64_t *least = NEW_ARRAY(x.mem, int64_t, (size_t)m->in->n_persons + 1);
    int32_t *who = NEW_ARRAY(x.mem, int32_t, (size_t)m->n + 1);

    x.at = NEW_ARRAY(x.mem, int32_t, (size_t)m->n + 1);
    x.search = (struct block_search){
        .who = who, .most = most, .least = least, .price = auction->price, .scale = auction->scale
    };
    for (int32_t p = 0; p < m->in->n_posts; p++)
        x.dual += (__int128)m->cap[p] * auction->price[p];
    for (int32_t i = 0; i < m->n; i++) {
        if (l->row[i + 1] == l->row[i]) /* who had nothing at no price has nothing at any */
            continue;
        x.dual += least[m->who[i]] = lists_most(l, i, auction->price, auction->scale);
        x.at[x.search.n_who] = i;
        who[x.search.n_who++] = m->who[i];
    }
    blocks_search(x.mem, m->blocks, &x.search, &x.found);
    for (int32_t i = 0; i < x.search.n_who; i++)
        x.dual += MAX(0, x.found.worth[i] - least[who[i]]);
    *ret = x;
}

bool lists_add_missing(const struct market *m, struct lists *l, struct lists_missing *missing)
{
    bool is_longer = lists_add(m, l, missing->at, &missing->search, &missing->found) > 0;

    lists_drop_missing(missing);
    return is_longer;
}

void lists_drop_missing(struct lists_missing *missing)
{
    arena_free(missing->mem);
    missing->mem = NULL;
}

struct listed {
    int64_t id;
    struct auction_edge edge;
};

static int listed_order(const void *a, const void *b)
{
    const struct listed *p = a, *q = b;

    if (p->edge.score != q->edge.score)
        return p->edge.score > q->edge.score ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

void lists_keep(struct arena *mem, const struct market *m, const struct lists *l,
                struct match_candidates *ret)
{
    struct arena *scratch = arena_new();
    struct listed *sorted;
    int64_t longest = 0;

    for (int32_t i = 0; i < m->n; i++)
        longest = MAX(longest, l->row[i + 1] - l->row[i]);
    sorted = NEW_ARRAY(scratch, struct listed, longest + 1);
    ret->row = NEW_ARRAY(mem, int64_t, (size_t)m->n + 1);
    ret->edges = NEW_ARRAY(mem, struct auction_edge, l->row[m->n] + 1);
    for (int32_t i = 0; i < m->n; i++) {
        int64_t from = l->row[i], n = l->row[i + 1] - from;

        for (int64_t e = 0; e < n; e++)
            sorted[e] =
                (struct listed){ m->in->posts[l->edges[from + e].post].id, l->edges[from + e] };
        if (n > 1)
            qsort(sorted, (size_t)n, sizeof *sorted, listed_order);
        for (int64_t e = 0; e < n; e++)
            ret->edges[from + e] = sorted[e].edge;
        ret->row[i + 1] = from + n;
    }
    arena_free(scratch);
}

void lists_free(struct lists *l)
{
    arena_free(l->mem);
    *l = (struct lists){ 0 };
}
