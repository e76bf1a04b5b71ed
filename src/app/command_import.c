/* command_import.c — queqiao import RECORD FILE [--commit]: what the console's import page does, on
 * a terminal. */
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/progress.h"
#include "imports/imports.h"

enum { PAGE = 500 };

struct page {
    int64_t batch_id, after;
    struct rows rows;
};

static enum err read_page(struct ctx *cx, void *arg)
{
    struct page *p = arg;

    return import_problems(cx, p->batch_id, p->after, PAGE, &p->rows);
}

static void print_problem(struct ctx *cx, const struct rows *r, int i, bool as_json)
{
    const char *header = row_text(r, i, "header"), *value = row_text(r, i, "value"),
               *cure = row_text(r, i, "cure");

    if (as_json) {
        struct json *j = json_new(cx->mem);
        json_row(j, r, i);
        puts(json_text(j));
        return;
    }
    printf(T("第 %lld 行", "row %lld"), (long long)row_int(r, i, "row_number"));
    if (header)
        printf(T("「%s」", ", %s"), header);
    printf(T("%s%s%s：%s%s%s [%s%s]\n", "%s%s%s: %s%s%s [%s%s]\n"), value ? " (" : "",
           value ? value : "", value ? ")" : "", row_text(r, i, "message"),
           cure ? T("。", ". ") : "", cure ? cure : "", row_text(r, i, "code"),
           row_int(r, i, "is_warning") ? T("，警告", ", warning") : "");
}

static enum err print_problems(struct ctx *cx, int64_t batch_id, bool as_json)
{
    struct page p = { .batch_id = batch_id };
    struct arena *outer = cx->mem, *mem = arena_new();
    enum err err = OK;

    cx->mem = mem;
    do {
        arena_reset(mem);
        err = db_read(cx, read_page, &p);
        for (int i = 0; err == OK && i < p.rows.n; i++) {
            print_problem(cx, &p.rows, i, as_json);
            p.after = row_int(&p.rows, i, "number");
        }
    } while (err == OK && p.rows.n == PAGE);
    cx->mem = outer;
    arena_free(mem);
    return err;
}

static void print_outcome(struct ctx *cx, const struct import_outcome *o, bool as_json)
{
    if (as_json) {
        struct json *j = json_new(cx->mem);
        json_object(j);
        json_put_id(j, "id", o->batch_id);
        json_put_str(j, "state", o->state);
        json_put_int(j, "total", o->total);
        json_put_int(j, "good", o->good);
        json_put_int(j, "bad", o->bad);
        json_put_int(j, "warned", o->warned);
        json_put_int(j, "created", o->created);
        json_put_int(j, "changed", o->changed);
        json_put_int(j, "same", o->same);
        json_put_str(j, "note", o->note);
        json_end(j);
        puts(json_text(j));
        return;
    }
    if (*o->note)
        puts(o->note);
    printf(T("共 %lld 行：可导入 %lld，有误 %lld，有警告 %lld\n",
             "%lld rows: %lld good, %lld bad, %lld with warnings\n"),
           (long long)o->total, (long long)o->good, (long long)o->bad, (long long)o->warned);
    if (str_eq(o->state, "COMMITTED"))
        printf(T("已导入：新增 %lld，变更 %lld，无变化 %lld\n",
                 "written: %lld new, %lld changed, %lld the same\n"),
               (long long)o->created, (long long)o->changed, (long long)o->same);
    else
        printf(T("试运行：新增 %lld，已登记 %lld；加 --commit 正式导入\n",
                 "dry run: %lld new, %lld known; add --commit to write them\n"),
               (long long)o->created, (long long)o->same);
}

int command_import(const struct command_line *line)
{
    const char *name = argument(line, 0), *path = argument(line, 1);
    const struct record *rec = name ? record_find_kind(name) : NULL;
    struct import_outcome o;
    struct store *store;
    struct ctx *cx;
    enum err err;
    int status;

    if (!rec || !rec->can_import || !path)
        return command_usage(line);
    status = command_open(line, &store);
    if (status)
        return status;
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    cx->progress = progress_set;
    progress_start(T("导入", "importing"));
    err = import_run(cx, rec, path, basename(strdupa(path)), option(line, "commit") != NULL, &o);
    progress_end();
    if (err != OK || print_problems(cx, o.batch_id, line->json) != OK) {
        status = command_fail(line, &cx->failure);
    } else {
        print_outcome(cx, &o, line->json);
        status = o.bad > 0;
    }
    ctx_free(cx);
    store_close(store);
    return status;
}
