/* ops.c — imports over the API: a file comes in and is checked in the background; whoever sent it
 * looks at the result and says commit, or undo. */
#include <libgen.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "accounts/accounts.h"
#include "imports/imports_int.h"
#include "platform/log.h"

enum {
    PAGE_DEFAULT = 100,
    PAGE_MAX = 1000,
    KEEP_DAYS = 30 /* files whose bad rows may still be asked for, or that may be committed */
};

static const struct choice states[] = {
    { "CHECKING", "检查中", "Checking" },
    { "CHECKED", "待提交", "Checked" },
    { "COMMITTING", "导入中", "Committing" },
    { "COMMITTED", "已导入", "Committed" },
    { "UNDONE", "已撤销", "Undone" },
    { "FAILED", "无法导入", "Failed" },
    { 0 },
};

static const struct choice kinds[] = {
    { "person", "人员", "People" },
    { "employer", "企业", "Employers" },
    { "job_post", "岗位", "Posts" },
    { "month_evidence", "月度核实", "Monthly confirmation" },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
static const struct field fields[] = {
    OUTPUT("record", FIELD_CHOICE, "内容", "What", .choices = kinds, .sql = "b.record",
           .use = LISTED | USE_FILTER),
    OUTPUT("file_name", FIELD_TEXT, "文件", "File", .sql = "b.file_name",
           .use = LISTED | USE_SEARCH),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "b.state",
           .use = LISTED | USE_FILTER),
    OUTPUT("user_name", FIELD_TEXT, "导入人", "By",
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = b.user_id)", .use = LISTED),
    OUTPUT("total_rows", FIELD_INT, "总行数", "Rows", .sql = "b.total_rows", .use = LISTED),
    OUTPUT("good_rows", FIELD_INT, "可导入", "Good", .sql = "b.good_rows", .use = LISTED),
    OUTPUT("bad_rows", FIELD_INT, "有误", "Bad", .sql = "b.bad_rows", .use = LISTED),
    OUTPUT("warning_rows", FIELD_INT, "有警告", "With warnings", .sql = "b.warning_rows",
           .use = LISTED),
    OUTPUT("created_rows", FIELD_INT, "新增", "New", .sql = "b.created_rows", .use = LISTED),
    OUTPUT("changed_rows", FIELD_INT, "变更", "Changed", .sql = "b.changed_rows", .use = LISTED),
    OUTPUT("same_rows", FIELD_INT, "无变化", "Same", .sql = "b.same_rows", .use = LISTED),
    OUTPUT("sheet_note", FIELD_TEXT, "说明", "Note", .sql = "b.sheet_note", .use = USE_LIST),
    OUTPUT("failure", FIELD_TEXT, "原因", "Failure", .sql = "b.failure", .use = USE_LIST),
    OUTPUT("created_at", FIELD_INSTANT, "导入时间", "At", .sql = "b.created_at", .use = LISTED),
    { 0 },
};

static const struct record batch_record = {
    .name = "import_batch",
    .zh = "导入批次",
    .en = "import",
    .table = "import_batch",
    .alias = "b",
    .fields = fields,
    .size = sizeof(int64_t),
    .order = "-id",
    .state = "state",
    .states = states,
};

struct record_input {
    const char *record;
};
static const struct field record_fields[] = {
    PARAM(struct record_input, record, FIELD_CHOICE, "内容", "What", .choices = kinds,
          .required = true),
    { 0 },
};
struct page_input {
    int64_t after, limit;
};
static const struct field page_fields[] = {
    PARAM(struct page_input, after, FIELD_INT, "从此之后", "After"),
    PARAM(struct page_input, limit, FIELD_INT, "行数", "Rows", .min = 1, .max = PAGE_MAX),
    { 0 },
};

static enum err asked_record(struct ctx *cx, const struct record **ret)
{
    const struct record_input *in = cx->in;

    *ret = record_find_kind(in->record);
    if (!*ret || !(*ret)->can_import)
        return fail_field(cx, "record", "import.record", "%s",
                          T("这类记录不能导入", "this kind of record cannot be imported"));
    return OK;
}

static enum err write_batch_row(struct ctx *cx, void *arg)
{
    int64_t id = *(int64_t *)arg;
    struct list_query q = { .limit = -1, .only_id = id };
    struct list_sql sql;
    struct rows r;

    TRY(list_rows_sql(cx, &batch_record, &q, 0, &sql));
    TRY(db_one_list(cx, &r, sql.text, sql.params));
    json_row(cx->out, &r, 0);
    return OK;
}

/* The upload is moved beside the others under a name that nobody chose, and checked in the
 * background. */
static enum err imports_upload(struct ctx *cx)
{
    const struct record *rec;
    const char *path;
    char *dir;
    int64_t id;
    enum err err;

    TRY(asked_record(cx, &rec));
    dir = dirname(arena_strdup(cx->mem, cx->upload_path));
    path = arena_printf(cx->mem, "%s/import-%lld", dir, (long long)store_new_id(cx->store));
    if (rename(cx->upload_path, path) != 0)
        return fail(cx, E_BUSY, "upload.lost", "%s",
                    T("文件没有保存成功，请重试", "the file could not be kept; try again"));
    err = batch_new(cx, rec, path, cx->upload_name, NONE, true, &id);
    if (err != OK)
        unlink(path);
    TRY(err);
    return db_read(cx, write_batch_row, &id);
}

static enum err imports_commit(struct ctx *cx)
{
    struct rows batch;

    TRY(batch_load(cx, cx->id, &batch));
    if (!str_eq(row_text(&batch, 0, "state"), "CHECKED") &&
        !str_eq(row_text(&batch, 0, "state"), "COMMITTING") &&
        !str_eq(row_text(&batch, 0, "state"), "COMMITTED"))
        return fail(cx, E_CONFLICT, "import.state", "%s",
                    T("这个批次不能提交", "this import cannot be committed in its present state"));
    if (str_eq(row_text(&batch, 0, "state"), "CHECKED"))
        TRY(db_exec(
            cx,
            "UPDATE import_batch AS b SET state = 'COMMITTING', lease_until = NULL, version = version + 1, updated_at = $1"
            " WHERE b.id = $2 AND SCOPE(import_batch b)",
            P(cx->now), P(cx->id)));
    return write_batch_row(cx, &cx->id);
}

static enum err imports_undo(struct ctx *cx)
{
    int64_t kept;

    TRY(import_undo(cx, cx->id, &kept));
    return db_read(cx, write_batch_row, &cx->id);
}

static enum err imports_problems(struct ctx *cx)
{
    const struct page_input *in = cx->in;
    int limit = in->limit == NONE ? PAGE_DEFAULT : (int)in->limit;
    struct rows r, total;

    TRY(import_problems(cx, cx->id, in->after == NONE ? 0 : in->after, limit, &r));
    TRY(db_one(
        cx, &total,
        "SELECT count(*) AS n FROM import_problem p WHERE SCOPE_NOT(import_problem 'the batch is in scope') AND p.batch_id = $1",
        P(cx->id)));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_rows(cx->out, &r);
    json_put_int(cx->out, "total", row_int(&total, 0, "n"));
    json_put_str(cx->out, "next",
                 r.n == limit
                     ? arena_printf(cx->mem, "%lld", (long long)row_int(&r, r.n - 1, "number"))
                     : NULL);
    json_end(cx->out);
    return OK;
}

static enum err reply_workbook(struct ctx *cx, const char *path, const char *name)
{
    cx->reply_file = (struct reply_file){
        path, name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", true
    };
    return OK;
}

static enum err imports_errors(struct ctx *cx)
{
    const char *path;

    TRY(import_error_workbook(cx, cx->id, &path));
    return reply_workbook(cx, path, T("待修正行.xlsx", "rows-to-correct.xlsx"));
}

static enum err imports_template(struct ctx *cx)
{
    const struct record *rec;
    const char *path;

    TRY(asked_record(cx, &rec));
    TRY(import_template(cx, rec, &path));
    return reply_workbook(cx, path,
                          arena_printf(cx->mem, T("%s导入模板.xlsx", "%s-template.xlsx"),
                                       T(rec->zh, rec->en)));
}

/* --- in the background --- */
struct job {
    int64_t id, user_id;
    const char *state, *lang;
};

/* The oldest batch that waits for a hand, leased so that one of several servers takes it. */
static enum err claim_job(struct ctx *cx, void *arg)
{
    struct job *job = arg;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "UPDATE import_batch SET lease_until = $1 WHERE SCOPE_NOT(import_batch 'whoever sent it')"
        " AND id = (SELECT min(b.id) FROM import_batch b WHERE SCOPE_NOT(import_batch 'whoever sent it')"
        " AND b.state IN ('CHECKING', 'COMMITTING') AND (b.lease_until IS NULL OR b.lease_until < $2))"
        " RETURNING id, user_id, state, lang",
        P(cx->now + IMPORT_LEASE), P(cx->now)));
    *job = (struct job){ NONE, NONE, NULL, NULL };
    if (r.n)
        *job = (struct job){ row_int(&r, 0, "id"), row_int(&r, 0, "user_id"),
                             row_text(&r, 0, "state"), row_text(&r, 0, "lang") };
    return OK;
}

static enum err act_as_sender(struct ctx *cx, void *arg)
{
    struct job *job = arg;

    return job->user_id == NONE ? OK : account_actor(cx, job->user_id, &cx->who);
}

bool imports_work_once(struct ctx *cx)
{
    struct import_outcome o;
    struct job job;
    enum err err;

    ctx_as_system(cx);
    if (db_write(cx, claim_job, &job) != OK || job.id == NONE)
        return false;
    cx->lang = str_eq(job.lang, "en") ? LANG_EN : LANG_ZH;
    err = db_read(cx, act_as_sender, &job);
    if (err != OK)
        (void)batch_fail(cx, job.id, err);
    else if (str_eq(job.state, "CHECKING"))
        err = import_check_again(cx, job.id);
    else
        err = import_commit(cx, job.id, &o);
    return err != E_BUSY;
}

static enum err drop_leases(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec(
        cx,
        "UPDATE import_batch SET lease_until = NULL WHERE SCOPE_NOT(import_batch 'whoever sent it')"
        " AND lease_until IS NOT NULL AND state IN ('CHECKING', 'COMMITTING')");
}

/* Where one process alone may open the store, what was leased before this one began was cut off
 * with the last one. */
static void take_over(struct store *store)
{
    struct ctx *cx = ctx_new(store, store_now(store));

    ctx_as_system(cx);
    if (store_kind(store) == STORE_SQLITE && db_write(cx, drop_leases, NULL) != OK)
        log_event("imports.take_over", cx->failure.code);
    ctx_free(cx);
}

/* The system's, whoever sent the file. */
static enum err find_unneeded(struct ctx *cx, void *arg)
{
    return db_rows(
        cx, arg,
        "SELECT b.id, b.file_path FROM import_batch b WHERE SCOPE_NOT(import_batch 'files of imports that have ended')"
        " AND b.has_copy = 1 AND (b.state IN ('UNDONE', 'FAILED') OR (b.state = 'COMMITTED' AND b.bad_rows = 0)"
        " OR (b.state IN ('CHECKED', 'COMMITTED') AND b.updated_at < $1)) ORDER BY b.updated_at LIMIT 20",
        P(cx->now - KEEP_DAYS * 86400));
}

/* What was checked and never committed cannot be, without its file. */
static enum err forget_file(struct ctx *cx, void *arg)
{
    return db_exec(
        cx,
        "UPDATE import_batch SET has_copy = 0, file_path = '', failure = CASE WHEN state = 'CHECKED' THEN $2 ELSE failure END,"
        " state = CASE WHEN state = 'CHECKED' THEN 'FAILED' ELSE state END, updated_at = $3, version = version + 1"
        " WHERE SCOPE_NOT(import_batch 'files of imports that have ended') AND id = $1 AND has_copy = 1"
        " AND state NOT IN ('CHECKING', 'COMMITTING')",
        P(*(int64_t *)arg),
        P(T("检查后 30 天未导入，文件已删除",
            "not committed within 30 days; the file was removed")),
        P(cx->now));
}

int imports_remove_files(struct ctx *cx)
{
    struct rows r = { 0 };
    int removed = 0;

    ctx_as_system(cx);
    if (db_read(cx, find_unneeded, &r) != OK)
        return 0;
    for (int i = 0; i < r.n; i++) {
        int64_t id = row_int(&r, i, "id");
        if (db_write(cx, forget_file, &id) != OK || cx->changed == 0)
            continue;
        unlink(row_text(&r, i, "file_path"));
        removed++;
    }
    return removed;
}

static void imports_background(struct store *store)
{
    static atomic_flag has_begun = ATOMIC_FLAG_INIT;
    bool more = true;

    if (!atomic_flag_test_and_set(&has_begun))
        take_over(store);
    while (more) {
        struct ctx *cx = ctx_new(store, store_now(store));
        more = imports_work_once(cx);
        if (!more)
            (void)imports_remove_files(cx);
        ctx_free(cx);
    }
}

static const struct background background[] = {
    { "imports", imports_background, 300 },
    { 0 },
};

/* --- the tables --- */
static const struct scoped tables[] = {
    { "import_batch", .home = "home", .work = "work", .employer = "employer_id" },
    { "import_problem", .home = "home", .work = "work", .employer = "employer_id" },
    { "import_former" },
    { 0 },
};

static const struct op ops[] = {
    { "imports.upload", "PUT /imports/file", PERM_IMPORT, imports_upload, "上传表格并检查",
      "Send a spreadsheet to be checked", &batch_record, record_fields, sizeof(struct record_input),
      .flags = OP_UPLOAD | OP_DETACHED },
    { "imports.template", "GET /imports/template", PERM_IMPORT, imports_template, "下载导入模板",
      "Download a template", NULL, record_fields, sizeof(struct record_input),
      .flags = OP_FILE | OP_DETACHED },
    { "imports.list", "GET /imports", PERM_IMPORT, record_list, "导入批次", "Imports",
      &batch_record },
    { "imports.get", "GET /imports/{id}", PERM_IMPORT, record_get, "导入批次详情", "One import",
      &batch_record },
    { "imports.problems", "GET /imports/{id}/problems", PERM_IMPORT, imports_problems, "逐条问题",
      "Its problems", NULL, page_fields, sizeof(struct page_input) },
    { "imports.errors", "GET /imports/{id}/errors", PERM_IMPORT, imports_errors, "下载待修正行",
      "Download the bad rows, marked", .flags = OP_FILE | OP_DETACHED },
    { "imports.commit", "POST /imports/{id}/commit", PERM_IMPORT, imports_commit, "导入合格行",
      "Write the good rows", &batch_record, .when = "state=CHECKED" },
    { "imports.undo", "POST /imports/{id}/undo", PERM_IMPORT, imports_undo, "撤销导入",
      "Undo an import", &batch_record, .flags = OP_DETACHED, .when = "state=COMMITTED" },
    { 0 },
};

static const struct record *const records[] = { &batch_record, NULL };

const struct module imports_module = {
    "imports", "导入", "Imports", ops, tables, records, .background = background
};
