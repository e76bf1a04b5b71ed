/* candidates.c — the best posts of everybody, of one person, and what stands against having any. */
#include "matching/blocks.h"

#include <stdlib.h>

enum { MOST_USUAL = 20 };

void match_tell(const struct match_watch *watch, struct match_progress progress)
{
    if (watch)
        watch->told(watch->arg, &progress);
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

int32_t match_shortlist(const struct match_problem *in, const struct match_person *person,
                        int32_t most, struct auction_edge *ret)
{
    struct arena *scratch = arena_new();
    struct listed *all = NEW_ARRAY(scratch, struct listed, in->n_posts + 1);
    int32_t n = 0;

    for (int32_t p = 0; p < in->n_posts; p++) {
        struct auction_edge edge = { p, 0 };

        if (!match_feasible(person, &in->posts[p], in->today))
            continue;
        edge.score = match_points(person, &in->posts[p], in->weights);
        if (edge.score > 0)
            all[n++] = (struct listed){ in->posts[p].id, edge };
    }
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, listed_order);
    n = MAX(0, MIN(n, most));
    for (int32_t i = 0; i < n; i++)
        ret[i] = all[i].edge;
    arena_free(scratch);
    return n;
}

void match_candidates(struct arena *mem, const struct match_problem *in,
                      struct match_candidates *ret)
{
    struct arena *scratch = arena_new();
    int32_t *who = NEW_ARRAY(scratch, int32_t, in->n_persons + 1);
    struct block_search search = {
        .who = who, .n_who = in->n_persons, .most = in->most > 0 ? in->most : MOST_USUAL, .scale = 1
    };
    struct match_candidates c = { .row = NEW_ARRAY(mem, int64_t, (size_t)in->n_persons + 1) };
    struct block_found found;

    for (int32_t i = 0; i < in->n_persons; i++)
        who[i] = i;
    blocks_search(mem, blocks_build(scratch, in), &search, &found);
    for (int32_t i = 0; i < in->n_persons; i++) {
        c.row[i + 1] = c.row[i] + found.n[i];
        memmove(found.edges + c.row[i], found.edges + (int64_t)i * search.most,
                sizeof *found.edges * (size_t)found.n[i]);
    }
    c.edges = found.edges;
    c.pairs = found.pairs;
    arena_free(scratch);
    *ret = c;
}

void match_obstacles(const struct match_problem *in, const struct match_person *person,
                     int32_t *ret_forbids, int32_t *ret_alone)
{
    memset(ret_forbids, 0, sizeof *ret_forbids * MATCH_RULE_COUNT);
    memset(ret_alone, 0, sizeof *ret_alone * MATCH_RULE_COUNT);
    for (int32_t p = 0; p < in->n_posts; p++) {
        struct match_verdict v;
        int failed = 0, last = 0;

        match_check(person, &in->posts[p], in->today, &v);
        for (int r = 0; r < MATCH_RULE_COUNT; r++) {
            if (v.rules[r].outcome != MATCH_FAIL)
                continue;
            ret_forbids[r]++;
            failed++;
            last = r;
        }
        if (failed == 1)
            ret_alone[last]++;
    }
}
