/* assign_lists.c — see assign_lists.h. */
#include "matching/assign_lists.h"
#include "base/hands.h"

#include <stdlib.h>

static bool is_listed(const struct auction_edge *list, int64_t n, int32_t post)
{
    for (int64_t e = 0; e < n; e++)
        if (list[e].post == post)
            return true;
    return false;
}

/* --- longer lists --- */

struct adding {
    const struct market *m;
    const int32_t *at; /* found[i] is of person at[i] of the market; ascending */
    const struct block_search *search;
    struct block_found *found;
    struct lists *old, *longer;
};

/* Of what was found, leave what is new. */
static void find_new(const struct hand *hand)
{
    const struct adding *a = hand->arg;
    const struct lists *l = a->old;

    for (int32_t i = hand->from; l->mem && i < hand->to; i++) {
        const struct auction_edge *list = l->edges + l->row[a->at[i]];
        struct auction_edge *found = a->found->edges + (int64_t)i * a->search->most;
        int64_t n = l->row[a->at[i] + 1] - l->row[a->at[i]];
        int32_t new = 0;

        for (int32_t e = 0; e < a->found->n[i]; e++)
            if (!is_listed(list, n, found[e].post))
                found[new ++] = found[e];
        a->found->n[i] = new;
    }
}

/* The first found of person w of the market or of one after her. */
static int32_t first_from(const struct adding *a, int32_t w)
{
    int32_t low = 0, high = a->search->n_who;

    while (low < high) {
        int32_t middle = low + (high - low) / 2;

        if (a->at[middle] < w)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void copy_both(const struct hand *hand)
{
    const struct adding *a = hand->arg;
    const struct lists *l = a->old;

    for (int32_t w = hand->from, i = first_from(a, w); w < hand->to; w++) {
        struct auction_edge *list = a->longer->edges + a->longer->row[w];
        int64_t n = l->mem ? l->row[w + 1] - l->row[w] : 0;

        if (n > 0)
            memcpy(list, l->edges + l->row[w], sizeof *list * (size_t)n);
        if (i < a->search->n_who && a->at[i] == w) {
            memcpy(list + n, a->found->edges + (int64_t)i * a->search->most,
                   sizeof *list * (size_t)a->found->n[i]);
            i++;
        }
    }
}

/* What was found onto the lists, found[i] being of person at[i] of the market; returns how many
 * pairs are new, which are then all that `found` holds. */
static int64_t lists_add(const struct market *m, struct lists *l, const int32_t *at,
                         const struct block_search *search, struct block_found *found)
{
    struct lists longer = { .mem = arena_new() };
    struct adding a = { m, at, search, found, l, &longer };
    int64_t before = l->mem ? l->row[m->n] : 0, to = 0;
    int hands = hands_for(m->n);

    hands_work(hands, search->n_who, find_new, &a);
    longer.row = NEW_ARRAY(longer.mem, int64_t, (size_t)m->n + 1);
    for (int32_t w = 0, i = 0; w < m->n; w++) {
        to += l->mem ? l->row[w + 1] - l->row[w] : 0;
        if (i < search->n_who && at[i] == w)
            to += found->n[i++];
        longer.row[w + 1] = to;
    }
    longer.edges = NEW_ARRAY(longer.mem, struct auction_edge, to + 1);
    hands_work(hands, m->n, copy_both, &a);
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

/* --- what is missing --- */

int64_t lists_most(const struct lists *l, int32_t i, const int64_t *price, int64_t scale)
{
    int64_t most = 0;

    for (int64_t e = l->row[i]; e < l->row[i + 1]; e++)
        most = MAX(most, l->edges[e].score * scale - price[l->edges[e].post]);
    return most;
}

struct judging {
    const struct market *m;
    const struct lists *l;
    const struct auction_result *auction;
    int64_t *least; /* per person of the problem: what her list leaves her */
};

static void judge_lists(const struct hand *hand)
{
    const struct judging *j = hand->arg;

    for (int32_t i = hand->from; i < hand->to; i++)
        j->least[j->m->who[i]] = lists_most(j->l, i, j->auction->price, j->auction->scale);
}

void lists_find_missing(const struct market *m, const struct lists *l,
                        const struct auction_result *auction, int32_t most,
                        struct lists_missing *ret)
{
    struct lists_missing x = { .mem = arena_new() };
    int64_t *least = NEW_ARRAY(x.mem, int64_t, (size_t)m->in->n_persons + 1);
    int32_t *who = NEW_ARRAY(x.mem, int32_t, (size_t)m->n + 1);
    struct judging judging = { m, l, auction, least };

    x.at = NEW_ARRAY(x.mem, int32_t, (size_t)m->n + 1);
    x.search = (struct block_search){
        .who = who, .most = most, .least = least, .price = auction->price, .scale = auction->scale
    };
    for (int32_t p = 0; p < m->in->n_posts; p++)
        x.dual += (__int128)m->cap[p] * auction->price[p];
    hands_work(hands_for(m->n), m->n, judge_lists, &judging);
    for (int32_t i = 0; i < m->n; i++) {
        if (l->row[i + 1] == l->row[i]) /* who had nothing at no price has nothing at any */
            continue;
        x.dual += least[m->who[i]];
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

/* --- the lists in their order --- */

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

struct keeping {
    const struct market *m;
    const struct lists *l;
    struct auction_edge *to;
};

static void keep_lists(const struct hand *hand)
{
    const struct keeping *k = hand->arg;
    const struct lists *l = k->l;
    struct arena *scratch = arena_new();
    struct listed *sorted;
    int64_t longest = 0;

    for (int32_t i = hand->from; i < hand->to; i++)
        longest = MAX(longest, l->row[i + 1] - l->row[i]);
    sorted = NEW_ARRAY(scratch, struct listed, longest + 1);
    for (int32_t i = hand->from; i < hand->to; i++) {
        int64_t from = l->row[i], n = l->row[i + 1] - from;

        for (int64_t e = 0; e < n; e++)
            sorted[e] =
                (struct listed){ k->m->in->posts[l->edges[from + e].post].id, l->edges[from + e] };
        if (n > 1)
            qsort(sorted, (size_t)n, sizeof *sorted, listed_order);
        for (int64_t e = 0; e < n; e++)
            k->to[from + e] = sorted[e].edge;
    }
    arena_free(scratch);
}

void lists_keep(struct arena *mem, const struct market *m, const struct lists *l,
                struct match_candidates *ret)
{
    struct keeping k = { m, l, NEW_ARRAY(mem, struct auction_edge, l->row[m->n] + 1) };

    ret->edges = k.to;
    ret->row = memcpy(NEW_ARRAY(mem, int64_t, (size_t)m->n + 1), l->row,
                      sizeof *l->row * ((size_t)m->n + 1));
    hands_work(hands_for(m->n), m->n, keep_lists, &k);
}

void lists_free(struct lists *l)
{
    arena_free(l->mem);
    *l = (struct lists){ 0 };
}
