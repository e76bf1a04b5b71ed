/* demonstration.c — the mark, and the clock that follows from it. */
#include "platform/demonstration.h"

#include "platform/ctx.h"

enum err demonstration_is(struct ctx *cx, bool *ret)
{
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT made_at FROM demonstration"));
    *ret = r.n > 0;
    return OK;
}

enum err demonstration_mark(struct ctx *cx)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT seq FROM journal WHERE SCOPE_NOT(journal 'has anything ever happened here') LIMIT 1"));
    if (r.n > 0)
        return hint(cx,
                    fail(cx, E_CONFLICT, "demo.not_empty", "%s",
                         T("这个数据库里已有数据，不能用来演示",
                           "this store already holds data and cannot be used for a demonstration")),
                    "%s", T("请用 --store 指定一个新的数据库", "name a new store with --store"));
    return db_exec(
        cx,
        "INSERT INTO demonstration (number, made_at) VALUES (1, $1) ON CONFLICT (number) DO NOTHING",
        P(cx->now));
}

struct end {
    bool is_marked;
    int64_t at; /* NONE: nothing has happened yet */
};

static enum err find_end(struct ctx *cx, void *arg)
{
    struct end *end = arg;
    struct rows r;

    TRY(demonstration_is(cx, &end->is_marked));
    TRY(db_rows(
        cx, &r,
        "SELECT at FROM journal WHERE SCOPE_NOT(journal 'when anything happened last') ORDER BY seq DESC LIMIT 1"));
    end->at = r.n ? row_int(&r, 0, "at") : NONE;
    return OK;
}

enum err demonstration_resume(struct ctx *cx)
{
    struct end end;

    TRY(db_read(cx, find_end, &end));
    if (end.is_marked && end.at != NONE)
        store_set_now(cx->store, end.at + 1);
    return OK;
}
