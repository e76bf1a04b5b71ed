/* compare.h — two lists of the same kind of thing, laid side by side (大数据比对):
 * who is in both, only here, only there, and which fields differ. Pure: the same lists give the
 * same result. */
#pragma once
#include "base/base.h"

enum { COMPARE_FIELDS_MAX = 64 };

/* One of a list. Two with the same key are the same person or employer. A value that is not said
 * (NULL) differs from nothing. */
struct compare_item {
    const char *key, *label;   /* label: to be shown */
    int64_t at;                /* its row in the sheet, or its id */
    const char *const *values; /* of each compared field */
};

enum compare_kind { COMPARE_SAME, COMPARE_DIFFERS, COMPARE_LEFT, COMPARE_RIGHT, COMPARE_TWICE };
struct compare_line {
    enum compare_kind kind; /* TWICE: a key that its own list had before; `left` or `right` */
    const struct compare_item *left, *right; /* NULL where it is not */
    uint64_t fields;                         /* DIFFERS: bit i for field i */
};
struct compare_result {
    int n[COMPARE_TWICE + 1]; /* lines of each kind */
    struct compare_line *lines;
    int count;
};

/* Lines of the left list in its order, then those of the right that the left does not have, in the
 * order of the right. At most COMPARE_FIELDS_MAX fields. */
void compare_lists(struct arena *mem, const struct compare_item *left, int left_n,
                   const struct compare_item *right, int right_n, int fields,
                   struct compare_result *ret);
