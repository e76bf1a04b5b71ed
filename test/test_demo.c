/* The whole road, small: what `make demo` walks, on both stores. */
#include "stores.h"

#include <stdio.h>
#include <stdlib.h>

#include "accounts/accounts.h"
#include "app/demo.h"
#include "platform/demonstration.h"
#include "platform/journal.h"

/* The road in this store; what it printed. */
static const char *walked(struct store *store, const struct demo_options *options)
{
    char *text = NULL;
    struct demo_options o = *options;
    const char *said;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool ok;

    o.dir = test_folder();
    o.out = out;
    ok = demo_walk(store, &o);
    fclose(out);
    if (!ok || strstr(text, "✗"))
        test_fail(__FILE__, __LINE__, "%s", text);
    said = arena_strdup(test_arena(), text);
    free(text);
    return said;
}

static const struct demo_options small = { .workers = 60,
                                           .posts = 8,
                                           .months = 7,
                                           .messy = 10,
                                           .seed = 5,
                                           .lang = LANG_EN,
                                           .has_no_passwords = true };

STORE_TEST("sixty workers go from rosters to the end of the road, step by step")
{
    const char *text = walked(cx->store, &small);

    EXPECT(strstr(text, "at work") && strstr(text, "claims over") && strstr(text, "intact"));
    EXPECT(strstr(text, "under way"));
}

/* Without what the clock says: "(1.2 s)" and the last line's "1.2 seconds". */
static const char *without_seconds(const char *text)
{
    struct str s = str_new(test_arena());

    for (const char *end; *text; text = end) {
        const char *next = strchr(text, '\n'), *time;
        end = next ? next + 1 : text + strlen(text);
        time = memmem(text, (size_t)(end - text), "  (", 3);
        if (!memmem(text, (size_t)(end - text), "全程", 6))
            str_add_len(&s, text, (size_t)((time ? time : end) - text));
    }
    return s.s;
}

/* Each store gives other ids; the story is told on both, and compared. */
static const char *told;

static void tell(struct ctx *cx)
{
    struct demo_options o = small;
    const char *text;

    o.workers = 700;
    o.posts = 20;
    o.months = 2;
    o.messy = 2;
    o.lang = LANG_ZH;
    text = without_seconds(walked(cx->store, &o));
    EXPECT(strstr(text, "须指定 1 名带队人员，指定带队后放行"));
    if (told)
        EXPECT_STR(text, told);
    told = text;
}

TEST(
    "one seed tells the same story in every store, and a township of more than 20 must name a leader")
{
    told = NULL;
    stores_run_sqlite(&program_kit, tell);
    stores_run_postgres(&program_kit, tell);
}

/* --- the clock of a demonstration --- */
static enum err mark(struct ctx *cx, void *arg)
{
    (void)arg;
    return demonstration_mark(cx);
}

static enum err note(struct ctx *cx, void *arg)
{
    (void)arg;
    return journal_append(cx, &(struct journal_entry){ .kind = "test",
                                                       .record_id = 1,
                                                       .action = "happen",
                                                       .home = NONE,
                                                       .work = NONE,
                                                       .employer_id = NONE,
                                                       .person_id = NONE });
}

static int64_t at(const char *day)
{
    return (int64_t)date_to_days(date_of_text(day)) * 86400;
}

STORE_TEST(
    "a demonstration lives on from the last thing that happened in it, any other store by the wall")
{
    struct ctx *then = stores_ctx(cx);
    int64_t wall = store_now(cx->store);

    then->now = at("2019-10-21");
    EXPECT_INT(db_write(then, note, NULL), OK);
    EXPECT_INT(demonstration_resume(cx), OK);
    EXPECT(store_now(cx->store) >= wall);
    EXPECT_INT(db_write(cx, mark, NULL), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "demo.not_empty");
    ctx_free(then);
}

static enum err settle(struct ctx *cx, void *arg)
{
    (void)arg;
    return user_settle(cx, 1);
}

STORE_TEST("outside of a demonstration an initial password is changed by its user")
{
    EXPECT_INT(db_write(cx, settle, NULL), E_FORBIDDEN);
    EXPECT_STR(cx->failure.code, "demo.only");
    EXPECT_INT(db_write(cx, mark, NULL), OK);
    EXPECT_INT(db_write(cx, settle, NULL), OK);
}

STORE_TEST("a marked store begins empty, and its clock goes on")
{
    struct ctx *then = stores_ctx(cx);

    then->now = at("2019-10-21");
    EXPECT_INT(db_write(cx, mark, NULL), OK);
    EXPECT_INT(db_write(then, note, NULL), OK);
    EXPECT_INT(demonstration_resume(cx), OK);
    EXPECT(store_now(cx->store) >= then->now && store_now(cx->store) < then->now + 60);
    EXPECT_INT(date_of_instant(store_now(cx->store)).year, 2019);
    ctx_free(then);
}
