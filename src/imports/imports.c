/* imports.c — from a file to written rows, as functions. */
#include "imports/imports_int.h"

enum { RUN_LEASE = 3600 }; /* who runs it by hand keeps it from the background */

static enum err read_outcome(struct ctx *cx, void *arg)
{
    struct import_outcome *ret = arg;
    struct rows batch;

    TRY(batch_load(cx, ret->batch_id, &batch));
    batch_outcome(&batch, ret);
    return OK;
}

static enum err run_batch(struct ctx *cx, const struct record *rec, int64_t id, const char *path,
                          bool commit, struct import_check *check)
{
    enum err err;

    *check = (struct import_check){ .rec = rec, .progress_batch = id };
    err = import_check(cx, path, check);
    if (err != OK)
        return batch_fail(cx, id, err);
    TRY(batch_save_check(cx, id, check, commit ? "COMMITTING" : "CHECKED"));
    return commit ? import_write(cx, id, check) : OK;
}

enum err import_run(struct ctx *cx, const struct record *rec, const char *path,
                    const char *file_name, bool commit, struct import_outcome *ret)
{
    struct import_check check = { 0 };
    int64_t id;
    enum err err;

    assert(!cx->db && rec->can_import);
    TRY(batch_new(cx, rec, path, file_name, cx->now + RUN_LEASE, false, &id));
    err = run_batch(cx, rec, id, path, commit, &check);
    import_check_free(&check);
    TRY(err);
    ret->batch_id = id;
    return db_read(cx, read_outcome, ret);
}

struct batch_of {
    int64_t id;
    struct rows row;
};

static enum err read_batch(struct ctx *cx, void *arg)
{
    struct batch_of *b = arg;

    return batch_load(cx, b->id, &b->row);
}

enum err import_commit(struct ctx *cx, int64_t batch_id, struct import_outcome *ret)
{
    struct batch_of b = { .id = batch_id };
    struct import_check check = { 0 };
    const struct record *rec;
    const char *state, *hash;
    enum err err;

    TRY(db_read(cx, read_batch, &b));
    state = row_text(&b.row, 0, "state");
    ret->batch_id = batch_id;
    if (str_eq(state, "COMMITTED"))
        return db_read(cx, read_outcome, ret);
    if (!str_eq(state, "CHECKED") && !str_eq(state, "COMMITTING"))
        return fail(cx, E_CONFLICT, "import.state", "%s",
                    T("这个批次不能提交", "this import cannot be committed in its present state"));
    TRY(file_hash(cx, row_text(&b.row, 0, "file_path"), &hash));
    if (!str_eq(hash, row_text(&b.row, 0, "file_hash")))
        return hint(cx,
                    fail(cx, E_CONFLICT, "import.file_changed", "%s",
                         T("文件在检查之后被改动", "the file was changed after the check")),
                    "%s", T("请重新导入", "import it again"));
    rec = record_find_kind(row_text(&b.row, 0, "record"));
    err = run_batch(cx, rec, batch_id, row_text(&b.row, 0, "file_path"), true, &check);
    import_check_free(&check);
    TRY(err);
    return db_read(cx, read_outcome, ret);
}

enum err import_check_again(struct ctx *cx, int64_t batch_id)
{
    struct batch_of b = { .id = batch_id };
    struct import_check check = { 0 };
    enum err err;

    TRY(db_read(cx, read_batch, &b));
    err = run_batch(cx, record_find_kind(row_text(&b.row, 0, "record")), batch_id,
                    row_text(&b.row, 0, "file_path"), false, &check);
    import_check_free(&check);
    return err;
}

enum err import_read(struct ctx *cx, const struct record *rec, const char *path,
                     const struct import_reader *reader, int64_t *ret_bad)
{
    struct import_check check = { .rec = rec };
    struct packed_at at = { 0 };
    struct packed_row row;
    void *in = arena_alloc(cx->mem, rec->size);
    enum err err = import_check(cx, path, &check);

    for (size_t i = 0; err == OK && reader->problem && i < check.problem_count; i++)
        reader->problem(&check.problems[i], reader->arg);
    while (err == OK && packed_next(&check, &at, &row, in)) {
        if ((size_t)row.ordinal < check.status_cap && check.status[row.ordinal] & ROW_BAD)
            continue; /* a later row of the file contradicts it */
        memcpy(cx->in_set, row.in_set, sizeof cx->in_set);
        err = reader->row(cx, &(struct import_row){ row.sheet, row.row, in }, reader->arg);
    }
    *ret_bad = check.bad;
    import_check_free(&check);
    return err;
}
