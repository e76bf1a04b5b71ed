/* compare.c — both lists sorted by key, then met. */
#include "app/compare.h"

#include <stdlib.h>

static int by_key(const void *a, const void *b)
{
    const struct compare_item *p = *(const struct compare_item *const *)a,
                              *q = *(const struct compare_item *const *)b;
    int order = strcmp(p->key, q->key);

    return order ? order : (p > q) - (p < q); /* the first of a list comes first */
}

static const struct compare_item **sorted(struct arena *mem, const struct compare_item *items,
                                          int n)
{
    const struct compare_item **order = NEW_ARRAY(mem, const struct compare_item *, n + 1);

    for (int i = 0; i < n; i++)
        order[i] = &items[i];
    if (n)
        qsort(order, (size_t)n, sizeof *order, by_key);
    return order;
}

/* The first with the key, NULL when there is none. */
static const struct compare_item *find(const struct compare_item *const *order, int n,
                                       const char *key)
{
    int lo = 0, hi = n;

    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (strcmp(order[mid]->key, key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && str_eq(order[lo]->key, key) ? order[lo] : NULL;
}

static uint64_t differing(const struct compare_item *a, const struct compare_item *b, int fields)
{
    uint64_t bits = 0;

    for (int i = 0; i < fields; i++)
        if (a->values[i] && b->values[i] && !str_eq(a->values[i], b->values[i]))
            bits |= (uint64_t)1 << i;
    return bits;
}

static void add(struct compare_result *r, struct compare_line line)
{
    r->n[line.kind]++;
    r->lines[r->count++] = line;
}

void compare_lists(struct arena *mem, const struct compare_item *left, int left_n,
                   const struct compare_item *right, int right_n, int fields,
                   struct compare_result *ret)
{
    const struct compare_item **l = sorted(mem, left, left_n), **r = sorted(mem, right, right_n);

    assert(fields <= COMPARE_FIELDS_MAX);
    *ret = (struct compare_result){ .lines =
                                        NEW_ARRAY(mem, struct compare_line, left_n + right_n + 1) };
    for (int i = 0; i < left_n; i++) {
        const struct compare_item *other = find(r, right_n, left[i].key);
        uint64_t bits = other ? differing(&left[i], other, fields) : 0;
        if (find(l, left_n, left[i].key) != &left[i])
            add(ret, (struct compare_line){ COMPARE_TWICE, &left[i], NULL, 0 });
        else
            add(ret, (struct compare_line){ !other ? COMPARE_LEFT
                                            : bits ? COMPARE_DIFFERS
                                                   : COMPARE_SAME,
                                            &left[i], other, bits });
    }
    for (int i = 0; i < right_n; i++) {
        if (find(r, right_n, right[i].key) != &right[i])
            add(ret, (struct compare_line){ COMPARE_TWICE, NULL, &right[i], 0 });
        else if (!find(l, left_n, right[i].key))
            add(ret, (struct compare_line){ COMPARE_RIGHT, NULL, &right[i], 0 });
    }
}
