/* command_match.c — queqiao match HOME WORK: a match run from the command line, and what it came
 * to. The results are stored as those of the console's runs are. */
#include <stdio.h>

#include "app/commands.h"
#include "app/progress.h"
#include "divisions/divisions.h"
#include "matching/matching.h"

struct place {
    const char *text;
    int64_t code;
};

/* A name, or a code of 6, 9 or 12 digits. */
static enum err find_place(struct ctx *cx, void *arg)
{
    struct place *p = arg;
    enum division_match match = DIVISION_UNKNOWN;

    if (str_int(p->text, &p->code)) {
        while (p->code > 0 && p->code < 100000000000)
            p->code *= 1000;
        match = division_exists(cx, p->code) ? DIVISION_FOUND : DIVISION_UNKNOWN;
    } else if (field_resolve_division) {
        match = field_resolve_division(cx, p->text, &p->code);
    }
    if (match == DIVISION_FOUND)
        return OK;
    return hint(cx,
                fail(cx, E_INVALID, "division.unknown", T("找不到地区“%s”", "no division “%s”"),
                     p->text),
                "%s",
                T("请写 6、9 或 12 位代码，或全称",
                  "give a code of 6, 9 or 12 digits, or the full name"));
}

/* A reply of one operation. */
static enum err ask(struct ctx *cx, const char *op, int64_t id, const char *query,
                    const struct json_value **ret)
{
    const char *text;

    cx->out = NULL;
    TRY(op_call(cx,
                &(struct call){ .op = op_find(op), .id = id, .version = NONE, .query = query }));
    text = op_reply_text(cx, OK);
    return json_parse(cx, text, strlen(text), ret);
}

static void print_post(struct ctx *cx, const struct json_value *post)
{
    printf(T("  %4lld/%-4lld 首选 %-4lld 席位价位 %-6lld %s · %s\n",
             "  %4lld/%-4lld wanted by %-4lld price of a seat %-6lld %s · %s\n"),
           (long long)json_as_int(json_get(post, "placed")),
           (long long)json_as_int(json_get(post, "seats")),
           (long long)json_as_int(json_get(post, "queue")),
           (long long)json_as_int(json_get(post, "price")),
           json_as_str(json_get(post, "post_title")), json_as_str(json_get(post, "employer_name")));
}

static void put_post(struct json *j, const struct json_value *post)
{
    static const char *const numbers[] = { "seats", "placed", "queue", "price" }, *const texts[] = {
        "post_title", "employer_name"
    };

    json_object(j);
    json_put_id(j, "post_id", json_as_int(json_get(post, "post_id")));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        json_put_str(j, texts[i], json_as_str(json_get(post, texts[i])));
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        json_put_int(j, numbers[i], json_as_int(json_get(post, numbers[i])));
    json_end(j);
}

/* All pages of the posts: printed, or put into j. */
static enum err tell_posts(struct ctx *cx, int64_t run_id, struct json *j)
{
    const struct json_value *page;
    const char *next = NULL;

    do {
        const char *query =
            arena_printf(cx->mem, "limit=200%s%s", next ? "&after=" : "", next ? next : "");
        TRY(ask(cx, "match_runs.posts", run_id, query, &page));
        for (size_t i = 0; i < json_count(json_get(page, "items")); i++) {
            const struct json_value *post = json_at(json_get(page, "items"), i);
            if (j)
                put_post(j, post);
            else
                print_post(cx, post);
        }
        next = json_as_str(json_get(page, "next"));
    } while (next);
    return OK;
}

static enum err tell(struct ctx *cx, int64_t run_id, bool as_json)
{
    static const char *const numbers[] = { "people", "posts", "seats",       "placed",
                                           "value",  "bound", "milliseconds" };
    const struct json_value *run;
    struct json *j = as_json ? json_new(cx->mem) : NULL;
    int64_t value, bound;

    TRY(ask(cx, "match_runs.get", run_id, NULL, &run));
    value = json_as_int(json_get(run, "value"));
    bound = json_as_int(json_get(run, "bound"));
    if (!j) {
        printf(T("求职 %lld 人，岗位 %lld 个，名额 %lld 个，推荐 %lld 人\n"
                 "总分 %lld，上界 %lld，差 %lld：任何分法都不会比这多过 %.3f%%\n",
                 "%lld seekers, %lld posts, %lld seats, %lld proposed\n"
                 "value %lld, bound %lld, gap %lld: no assignment is better by more than %.3f%%\n"),
               (long long)json_as_int(json_get(run, "people")),
               (long long)json_as_int(json_get(run, "posts")),
               (long long)json_as_int(json_get(run, "seats")),
               (long long)json_as_int(json_get(run, "placed")), (long long)value, (long long)bound,
               (long long)(bound - value),
               value > 0 ? 100.0 * (double)(bound - value) / (double)value : 0.0);
        if (json_as_int(json_get(run, "posts")) == 0)
            puts(T("没有近期确认、尚有名额的开放岗位",
                   "no open post with a free seat was confirmed lately"));
        else
            puts(T("各岗位（推荐/名额）：", "posts (proposed/seats):"));
        return tell_posts(cx, run_id, NULL);
    }
    json_object(j);
    json_put_id(j, "id", run_id);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        json_put_int(j, numbers[i], json_as_int(json_get(run, numbers[i])));
    json_put_int(j, "gap", bound - value);
    json_key(j, "items");
    json_array(j);
    TRY(tell_posts(cx, run_id, j));
    json_end(j);
    json_end(j);
    puts(json_text(j));
    return OK;
}

static enum err match(struct ctx *cx, const struct command_line *line, struct place *home,
                      struct place *work)
{
    int64_t run_id;
    enum err err;

    TRY(db_read(cx, find_place, home));
    TRY(db_read(cx, find_place, work));
    progress_start(T("匹配", "matching"));
    err = match_run_now(cx, home->code, work->code, option(line, "weights"), &run_id);
    progress_end();
    TRY(err);
    return tell(cx, run_id, line->json);
}

int command_match(const struct command_line *line)
{
    struct place home = { .text = argument(line, 0) }, work = { .text = argument(line, 1) };
    struct store *store;
    struct ctx *cx;
    int status;

    if (!home.text || !work.text)
        return command_usage(line);
    status = command_open(line, &store);
    if (status)
        return status;
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    if (match(cx, line, &home, &work) != OK)
        status = command_fail(line, &cx->failure);
    ctx_free(cx);
    store_close(store);
    return status;
}
