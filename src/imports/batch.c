/* batch.c — the row of a file taken in, and the problems found in it. */
#include "imports/imports_int.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum err file_hash(struct ctx *cx, const char *path, const char **ret)
{
    FILE *file = fopen(path, "rb");
    crypto_hash_sha256_state st;
    unsigned char digest[crypto_hash_sha256_BYTES], bytes[65536];
    size_t n;

    if (!file)
        return fail(cx, E_NOT_FOUND, "sheet.missing", T("找不到文件 %s", "there is no file %s"),
                    path);
    crypto_hash_sha256_init(&st);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        crypto_hash_sha256_update(&st, bytes, n);
    fclose(file);
    crypto_hash_sha256_final(&st, digest);
    *ret = sodium_bin2hex(arena_alloc(cx->mem, 65), 65, digest, sizeof digest);
    return OK;
}

struct new_batch {
    const struct record *rec;
    const char *path, *file_name, *hash;
    int64_t lease_until, id;
    bool is_copy;
};

static enum err insert_batch(struct ctx *cx, void *arg)
{
    struct new_batch *b = arg;
    const struct scope *s = &cx->who.scope;
    bool office = s->kind == SCOPE_OFFICE;

    TRY(db_exec(
        cx,
        "INSERT INTO import_batch (id, org_id, user_id, home, work, employer_id, record, file_name, file_hash, file_path, state,"
        " lease_until, lang, has_copy, created_at, updated_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'CHECKING', $11, $13,"
        " $14, $12, $12"
        " WHERE SCOPE(import_batch home=$4, work=$5, employer_id=$6)",
        P(b->id), P(cx->who.org_id), P(cx->who.user_id), P(office ? s->home_lo : NONE),
        P(office ? s->work_lo : NONE), P(s->kind == SCOPE_EMPLOYER ? s->employer_id : NONE),
        P(b->rec->name), P(b->file_name), P(b->hash), P(b->path), P(b->lease_until), P(cx->now),
        P(cx->lang == LANG_EN ? "en" : "zh"), P(b->is_copy)));
    if (cx->changed == 0)
        return fail(cx, E_FORBIDDEN, "op.forbidden", "%s", T("您不能导入", "you may not import"));
    return OK;
}

enum err batch_new(struct ctx *cx, const struct record *rec, const char *path,
                   const char *file_name, int64_t lease_until, bool is_copy, int64_t *ret_id)
{
    struct new_batch b = { .rec = rec,
                           .path = path,
                           .file_name = file_name,
                           .lease_until = lease_until,
                           .id = store_new_id(cx->store),
                           .is_copy = is_copy };

    TRY(file_hash(cx, path, &b.hash));
    TRY(db_write(cx, insert_batch, &b));
    *ret_id = b.id;
    return OK;
}

enum err batch_load(struct ctx *cx, int64_t id, struct rows *ret)
{
    TRY(db_rows(cx, ret, "SELECT b.* FROM import_batch b WHERE b.id = $1 AND SCOPE(import_batch b)",
                P(id)));
    if (ret->n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这个导入批次", "there is no such import"));
    return OK;
}

enum err batch_add_problem(struct ctx *cx, const struct rows *batch, int64_t number,
                           const struct import_problem *p)
{
    return db_exec(
        cx,
        "INSERT INTO import_problem (batch_id, number, home, work, employer_id, sheet, row_number, column_no, header, field, code,"
        " is_warning, value, message, cure) SELECT $1, $2, $13, $14, $15, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12"
        " WHERE SCOPE(import_problem home=$13, work=$14, employer_id=$15)",
        P(row_int(batch, 0, "id")), P(number), P(p->sheet), P(p->row), P(p->column), P(p->header),
        P(p->field), P(p->code), P(p->is_warning), P(p->value), P(p->message), P(p->cure),
        P(row_int(batch, 0, "home")), P(row_int(batch, 0, "work")),
        P(row_int(batch, 0, "employer_id")));
}

static int by_place(const void *a, const void *b)
{
    const struct import_problem *x = a, *y = b;

    return x->row != y->row ? (x->row < y->row ? -1 : 1) : x->column - y->column;
}

/* Rows and columns of a sheet in their order; sheets stand together already. */
static void sort_problems(struct import_check *check)
{
    for (size_t from = 0, to; from < check->problem_count; from = to) {
        for (to = from;
             to < check->problem_count && check->problems[to].sheet == check->problems[from].sheet;
             to++)
            ;
        qsort(check->problems + from, to - from, sizeof *check->problems, by_place);
    }
}

struct save_check {
    int64_t id;
    struct import_check *check;
    const char *state;
};

static enum err write_check(struct ctx *cx, void *arg)
{
    struct save_check *s = arg;
    struct import_check *c = s->check;
    struct arena *outer = cx->mem, *mem;
    struct rows batch;
    enum err err = OK;

    TRY(batch_load(cx, s->id, &batch));
    TRY(db_exec(
        cx,
        "DELETE FROM import_problem WHERE batch_id = $1 AND SCOPE_NOT(import_problem 'of its own batch')",
        P(s->id)));
    cx->mem = mem = arena_new();
    for (size_t i = 0; err == OK && i < c->problem_count; i++) {
        err = batch_add_problem(cx, &batch, (int64_t)i + 1, &c->problems[i]);
        if (i % 256 == 255)
            arena_reset(mem);
    }
    cx->mem = outer;
    arena_free(mem);
    TRY(err);
    return db_exec(
        cx,
        "UPDATE import_batch AS b SET state = $1, total_rows = $2, good_rows = $3, bad_rows = $4, warning_rows = $5,"
        " created_rows = $6, changed_rows = 0, same_rows = $7, sheet_note = $8, updated_at = $9, version = version + 1"
        " WHERE b.id = $10 AND SCOPE(import_batch b)",
        P(s->state), P(c->total), P(c->total - c->bad), P(c->bad), P(c->warned),
        P(MAX(0, c->total - c->bad - c->known)), P(c->known), P(c->note.len ? c->note.s : NULL),
        P(cx->now), P(s->id));
}

enum err batch_save_check(struct ctx *cx, int64_t id, struct import_check *check, const char *state)
{
    sort_problems(check);
    return db_write(cx, write_check, &(struct save_check){ id, check, state });
}

struct fail_batch {
    int64_t id;
    const char *message;
};

static enum err write_failure(struct ctx *cx, void *arg)
{
    struct fail_batch *f = arg;

    return db_exec(
        cx,
        "UPDATE import_batch AS b SET state = 'FAILED', failure = $1, updated_at = $2, version = version + 1"
        " WHERE b.id = $3 AND SCOPE(import_batch b)",
        P(f->message), P(cx->now), P(f->id));
}

enum err batch_fail(struct ctx *cx, int64_t id, enum err err)
{
    struct failure why = cx->failure;
    struct fail_batch f = { id, arena_printf(cx->mem, "%s%s%s", why.message,
                                             why.hint[0] ? T("。", ". ") : "", why.hint) };

    if (err == E_BUSY) /* to be tried again */
        return err;
    if (db_write(cx, write_failure, &f) == OK)
        cx->failure = why;
    return err;
}

void batch_outcome(const struct rows *b, struct import_outcome *ret)
{
    *ret =
        (struct import_outcome){ .batch_id = row_int(b, 0, "id"),
                                 .state = row_text(b, 0, "state"),
                                 .total = row_int(b, 0, "total_rows"),
                                 .good = row_int(b, 0, "good_rows"),
                                 .bad = row_int(b, 0, "bad_rows"),
                                 .warned = row_int(b, 0, "warning_rows"),
                                 .created = row_int(b, 0, "created_rows"),
                                 .changed = row_int(b, 0, "changed_rows"),
                                 .same = row_int(b, 0, "same_rows"),
                                 .note = row_text(b, 0, "sheet_note") ? row_text(b, 0, "sheet_note")
                                                                      : "" };
}

enum err import_problems(struct ctx *cx, int64_t batch_id, int64_t after, int limit,
                         struct rows *ret)
{
    struct rows batch;

    TRY(batch_load(cx, batch_id, &batch));
    return db_rows(
        cx, ret,
        "SELECT p.number, p.sheet, p.row_number, p.column_no, p.header, p.field, p.code, p.is_warning, p.value, p.message, p.cure"
        " FROM import_problem p WHERE SCOPE_NOT(import_problem 'the batch is in scope') AND p.batch_id = $1 AND p.number > $2"
        " ORDER BY p.number LIMIT $3",
        P(batch_id), P(after), P(limit < 0 ? DB_ROWS_MAX : limit));
}
