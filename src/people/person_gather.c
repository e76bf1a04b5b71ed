/* person_gather.c — persons written many at a time. Names to find them by go into the index in the
 * order of its key, and counts are added up first: both cost a fraction of what they would cost row
 * by row. */
#include <stdlib.h>

#include "people/person_input.h"

struct gathered {
    struct person_gram *grams;
    size_t grams_n, grams_cap;
    struct person_count *counts;
    size_t counts_n, counts_cap;
    const char *household_no; /* of the last row that named one */
    int64_t household_id;
    bool household_is_new;
};

static struct gathered *gathered_of(struct ctx *cx)
{
    assert(cx->is_bulk);
    if (!cx->gathered)
        cx->gathered = NEW(cx->mem, struct gathered);
    return cx->gathered;
}

void person_gather_grams(struct ctx *cx, const struct person_gram *grams, int n)
{
    struct gathered *g = gathered_of(cx);

    for (int i = 0; i < n; i++)
        *ARENA_PUSH(cx->mem, g->grams, g->grams_n, g->grams_cap) = grams[i];
}

void person_gather_count(struct ctx *cx, const struct person_count *count)
{
    struct gathered *g = gathered_of(cx);

    for (size_t i = 0; i < g->counts_n; i++)
        if (g->counts[i].county == count->county &&
            str_eq(g->counts[i].labour_status, count->labour_status) &&
            str_eq(g->counts[i].household_type, count->household_type)) {
            g->counts[i].n += count->n;
            return;
        }
    *ARENA_PUSH(cx->mem, g->counts, g->counts_n, g->counts_cap) = *count;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_gram(const void *x, const void *y)
{
    const struct person_gram *a = x, *b = y;
    int order = compare(a->gram, b->gram);

    if (order == 0)
        order = compare(a->home, b->home);
    return order ? order : compare(a->person_id, b->person_id);
}

static int by_county(const void *x, const void *y)
{
    const struct person_count *a = x, *b = y;
    int order = compare(a->county, b->county);

    if (order == 0)
        order = strcmp(a->labour_status, b->labour_status);
    return order ? order : strcmp(a->household_type, b->household_type);
}

const struct person_gram *person_gathered_grams(struct ctx *cx, int *ret_n)
{
    struct gathered *g = cx->gathered;

    *ret_n = g ? (int)g->grams_n : 0;
    if (*ret_n == 0)
        return NULL;
    qsort(g->grams, g->grams_n, sizeof *g->grams, by_gram);
    return g->grams;
}

/* In one order for all, so that two imports on PostgreSQL never wait for each other. */
const struct person_count *person_gathered_counts(struct ctx *cx, int *ret_n)
{
    struct gathered *g = cx->gathered;

    *ret_n = g ? (int)g->counts_n : 0;
    if (*ret_n == 0)
        return NULL;
    qsort(g->counts, g->counts_n, sizeof *g->counts, by_county);
    return g->counts;
}

bool person_household_seen(struct ctx *cx, struct person_input *in)
{
    const struct gathered *g = cx->gathered;

    if (!cx->is_bulk || !g || !str_eq(g->household_no, in->household_no))
        return false;
    in->household_id = g->household_id;
    in->household_is_new = g->household_is_new;
    return true;
}

void person_household_note(struct ctx *cx, const struct person_input *in, bool is_new)
{
    struct gathered *g;

    if (!cx->is_bulk || !in->household_no)
        return;
    g = gathered_of(cx);
    g->household_no = in->household_no;
    g->household_id = in->household_id;
    g->household_is_new = is_new;
}
