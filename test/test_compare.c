/* Two lists side by side. */
#include "harness.h"

#include "app/compare.h"

static const char *text(const struct compare_result *r)
{
    static const char *const kinds[] = { "same", "differs", "left", "right", "twice" };
    struct str s = str_new(test_arena());

    for (int i = 0; i < r->count; i++) {
        const struct compare_line *l = &r->lines[i];
        str_addf(&s, "%s%s %s", i ? ", " : "", (l->left ? l->left : l->right)->label,
                 kinds[l->kind]);
        if (l->fields)
            str_addf(&s, " %llu", (unsigned long long)l->fields);
    }
    return s.s;
}

#define ITEM(key, ...)                         \
    {                                          \
        (key), (key), 0, (const char *const[]) \
        {                                      \
            __VA_ARGS__                        \
        }                                      \
    }

TEST("two lists are met by key: same, different, only left, only right, sent twice")
{
    const struct compare_item left[] = { ITEM("c", "1", "x"), ITEM("a", "1", "x"),
                                         ITEM("b", "2", NULL), ITEM("a", "9", "x"),
                                         ITEM("d", "1", "1") },
                              right[] = { ITEM("d", "2", "2"), ITEM("e", "1", "x"),
                                          ITEM("a", "1", "x"), ITEM("b", "2", "y"),
                                          ITEM("e", "1", "x") };
    struct compare_result r;

    compare_lists(test_arena(), left, 5, right, 5, 2, &r);
    EXPECT_STR(text(&r), "c left, a same, b same, a twice, d differs 3, e right, e twice");
    EXPECT_INT(r.n[COMPARE_SAME], 2);
    EXPECT_INT(r.n[COMPARE_TWICE], 2);
}

TEST("an empty list has nothing in common with any")
{
    const struct compare_item one[] = { ITEM("a", "1") };
    struct compare_result r;

    compare_lists(test_arena(), NULL, 0, one, 1, 1, &r);
    EXPECT_STR(text(&r), "a right");
    compare_lists(test_arena(), one, 1, NULL, 0, 1, &r);
    EXPECT_STR(text(&r), "a left");
    compare_lists(test_arena(), NULL, 0, NULL, 0, 0, &r);
    EXPECT_INT(r.count, 0);
}
