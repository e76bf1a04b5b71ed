/* undo.c — taking a batch back, newest entry first, as far as nobody has touched the rows since.
 * The journal says what the batch did; undoing is journalled in turn, so nothing of the history
 * goes. */
#include "imports/imports_int.h"

#include <stdio.h>

#include "platform/journal.h"
#include "platform/seal.h"

enum { PAGE = 500 };

struct undoing {
    int64_t batch_id, kept, removed, restored, next_number;
    const struct record *rec;
    struct rows batch;
    const struct rows *entry; /* of the journal, one row */
    int at;
};

static enum err is_touched(struct ctx *cx, const struct undoing *u, bool *ret)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT 1 AS one FROM journal j WHERE SCOPE_NOT(journal 'whether the record was touched') AND j.record_id = $1 AND j.kind = $2"
        " AND j.seq > $3 AND (j.batch_id IS NULL OR j.batch_id <> $4) AND j.action NOT IN ('reveal', 'remove') LIMIT 1",
        P(row_int(u->entry, u->at, "record_id")), P(u->rec->name),
        P(row_int(u->entry, u->at, "seq")),
        P(arena_printf(cx->mem, "%lld", (long long)u->batch_id))));
    *ret = r.n > 0;
    return OK;
}

static enum err remove_created(struct ctx *cx, struct undoing *u)
{
    const struct record *rec = u->rec;
    int64_t id = row_int(u->entry, u->at, "record_id");
    struct rows before;

    TRY(record_load(cx, rec, id, &before));
    if (rec->removing)
        TRY(rec->removing(cx, &before));
    TRY(db_exec(cx,
                arena_printf(cx->mem, "DELETE FROM %s AS %s WHERE %s.id = $1 AND SCOPE(%s %s)",
                             rec->table, rec->alias, rec->alias, rec->table, rec->alias),
                P(id)));
    if (cx->changed != 1)
        return fail(cx, E_CONFLICT, "undo.kept", "%s",
                    T("这条记录不能删除", "the record cannot be removed"));
    u->removed++;
    return journal_append(cx, &(struct journal_entry){
                                  .kind = rec->name,
                                  .record_id = id,
                                  .action = "remove",
                                  .before = row_text(u->entry, u->at, "after"),
                                  .reason = T("撤销导入", "import undone"),
                                  .home = row_int(u->entry, u->at, "home"),
                                  .work = row_int(u->entry, u->at, "work"),
                                  .employer_id = row_int(u->entry, u->at, "employer_id"),
                                  .person_id = row_int(u->entry, u->at, "person_id") });
}

/* The value that a field had; sealed ones from beside the batch. */
static enum err former_value(struct ctx *cx, const struct undoing *u, const struct field *f,
                             const struct json_value *v, void *in)
{
    int64_t id = row_int(u->entry, u->at, "record_id"), number;
    const char *text;
    struct rows r;

    if (field_is_sealed(f)) {
        TRY(db_one(
            cx, &r,
            "SELECT sealed FROM import_former f WHERE SCOPE_NOT(import_former 'the record is in scope')"
            " AND f.batch_id = $1 AND f.record_id = $2 AND f.field = $3",
            P(u->batch_id), P(id), P(f->name)));
        TRY(seal_open(cx, arena_printf(cx->mem, "%s.%s", u->rec->table, f->column), id,
                      row_blob(&r, 0, "sealed"), &text));
        memcpy((char *)in + f->offset, &text, sizeof text);
        return OK;
    }
    if (field_param(f, in).type == PARAM_INT) {
        number = json_as_int(v);
        memcpy((char *)in + f->offset, &number, sizeof number);
        return OK;
    }
    text = json_as_str(v);
    memcpy((char *)in + f->offset, &text, sizeof text);
    return OK;
}

static enum err restore_changed(struct ctx *cx, struct undoing *u)
{
    const char *text = row_text(u->entry, u->at, "before");
    void *in = arena_alloc(cx->mem, u->rec->size);
    const struct json_value *v;
    uint64_t set[2] = { 0, 0 };
    bool changed;

    TRY(json_parse(cx, text, strlen(text), &v));
    fields_clear(u->rec->fields, in);
    for (size_t k = 0; k < json_count(v); k++) {
        int i = field_index(u->rec->fields, json_key_at(v, k));
        if (i < 0)
            continue;
        TRY(former_value(cx, u, &u->rec->fields[i], json_at(v, k), in));
        set[i / 64] |= (uint64_t)1 << (i % 64);
    }
    memcpy(cx->in_set, set, sizeof set);
    TRY(record_change(cx, u->rec, row_int(u->entry, u->at, "record_id"), in, NONE, &changed));
    u->restored++;
    return OK;
}

static enum err undo_entry(struct ctx *cx, void *arg)
{
    struct undoing *u = arg;
    bool touched;

    TRY(is_touched(cx, u, &touched));
    if (touched)
        return fail(cx, E_CONFLICT, "undo.kept", "%s",
                    T("导入后又有变更，未撤销", "changed since the import, so it stays"));
    return str_eq(row_text(u->entry, u->at, "action"), "create") ? remove_created(cx, u)
                                                                 : restore_changed(cx, u);
}

/* What stays is a problem of the batch, with the record's id: the row of the file is no longer
 * known. */
static enum err note_kept(struct ctx *cx, struct undoing *u)
{
    const char *message =
        str_eq(cx->failure.code, "undo.kept")
            ? arena_strdup(cx->mem, cx->failure.message)
            : T("已被其他记录引用，未撤销", "other records rest on it, so it stays");

    u->kept++;
    return batch_add_problem(cx, &u->batch, ++u->next_number,
                             &(struct import_problem){
                                 .sheet = "",
                                 .is_warning = true,
                                 .code = "undo.kept",
                                 .message = message,
                                 .value = arena_printf(cx->mem, "%lld",
                                                       (long long)row_int(u->entry, u->at,
                                                                          "record_id")) });
}

static enum err undo_page(struct ctx *cx, struct undoing *u, int64_t *before_seq, bool *ret_more)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT j.seq, j.record_id, j.action, j.before, j.after, j.home, j.work, j.employer_id, j.person_id FROM journal j"
        " WHERE SCOPE_NOT(journal 'the batch is in scope') AND j.batch_id = $1 AND j.kind = $2 AND j.seq < $3"
        " AND j.action IN ('create', 'change') ORDER BY j.seq DESC LIMIT $4",
        P(arena_printf(cx->mem, "%lld", (long long)u->batch_id)), P(u->rec->name), P(*before_seq),
        P(PAGE)));
    u->entry = &r;
    for (u->at = 0; u->at < r.n; u->at++) {
        enum err err = db_write(cx, undo_entry, u);
        if (err == E_BUSY || err == E_INTERNAL)
            return err;
        if (err != OK)
            TRY(note_kept(cx, u));
    }
    if (r.n)
        *before_seq = row_int(&r, r.n - 1, "seq");
    *ret_more = r.n == PAGE;
    return OK;
}

static enum err undo_batch(struct ctx *cx, void *arg)
{
    struct undoing *u = arg;
    struct arena *outer = cx->mem;
    int64_t before_seq = INT64_MAX;
    struct rows last;
    bool more = true;
    enum err err = OK;

    u->kept = u->removed = u->restored = 0;
    TRY(batch_load(cx, u->batch_id, &u->batch));
    if (!str_eq(row_text(&u->batch, 0, "state"), "COMMITTED"))
        return fail(cx, E_CONFLICT, "import.state", "%s",
                    T("只能撤销已导入的批次", "only a committed import can be undone"));
    u->rec = record_find_kind(row_text(&u->batch, 0, "record"));
    if (u->rec->take_row)
        return fail(cx, E_CONFLICT, "import.no_undo", "%s",
                    T("此类导入不能整批撤销，请逐条更正",
                      "imports of this kind are corrected one by one"));
    TRY(db_one(
        cx, &last,
        "SELECT coalesce(max(p.number), 0) AS n FROM import_problem p WHERE SCOPE_NOT(import_problem 'the batch is in scope') AND p.batch_id = $1",
        P(u->batch_id)));
    u->next_number = row_int(&last, 0, "n");
    cx->mem = arena_new();
    while (err == OK && more) {
        err = undo_page(cx, u, &before_seq, &more);
        arena_reset(cx->mem);
    }
    arena_free(cx->mem);
    cx->mem = outer;
    TRY(err);
    memset(&cx->failure, 0, sizeof cx->failure);
    TRY(db_exec(
        cx,
        "DELETE FROM import_former WHERE batch_id = $1 AND SCOPE_NOT(import_former 'of the batch in scope')",
        P(u->batch_id)));
    return db_exec(
        cx,
        "UPDATE import_batch AS b SET state = 'UNDONE', updated_at = $1, version = version + 1 WHERE b.id = $2 AND SCOPE(import_batch b)",
        P(cx->now), P(u->batch_id));
}

enum err import_undo(struct ctx *cx, int64_t batch_id, int64_t *ret_kept)
{
    struct undoing u = { .batch_id = batch_id };

    TRY(db_write(cx, undo_batch, &u));
    *ret_kept = u.kept;
    return OK;
}
