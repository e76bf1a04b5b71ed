/* Two lists side by side, and a file read for comparing. */
#include "stores.h"

#include "app/compare.h"
#include "app/simulate.h"
#include "imports/imports.h"
#include "people/people.h"

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

static enum err count_row(struct ctx *cx, const struct import_row *row, void *arg)
{
    int *n = arg;

    (void)cx;
    EXPECT(row->row > 0 && row->in);
    (*n)++;
    return OK;
}

static enum err count_batches(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_one(cx, &r, "SELECT count(*) AS n FROM import_batch b WHERE SCOPE(import_batch b)"));
    *(int64_t *)arg = row_int(&r, 0, "n");
    return OK;
}

STORE_TEST("a file is read row by row for comparing, and leaves nothing behind")
{
    struct sim_options o = { .workers = 140,
                             .posts = 1,
                             .seed = 3,
                             .messy = 20,
                             .pairing = "fuzhou-dingxi",
                             .dir = test_folder() };
    struct sim_world *w = sim_world_make(test_arena(), &o);
    struct failure f = { 0 };
    int64_t bad, batches;
    int n = 0;

    EXPECT_INT(sim_write_rosters(w, &f), OK);
    EXPECT_INT(import_read(cx, &person_record, w->files[0].path,
                           &(struct import_reader){ .row = count_row, .arg = &n }, &bad),
               OK);
    EXPECT(n > 0 && bad > 0);
    EXPECT_INT(n + bad, w->files[0].rows);
    EXPECT_INT(db_read(cx, count_batches, &batches), OK);
    EXPECT_INT(batches, 0);
}
