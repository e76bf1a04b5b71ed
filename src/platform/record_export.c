/* record_export.c — a filtered list as a file: the same columns, filters and scope as the list,
 * masks where values are sealed, a first row that says who took it, when and for whom, and an entry
 * in the journal. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "platform/journal.h"
#include "platform/op.h"
#include "platform/query.h"
#include "sheet/sheet.h"
#include "platform/temp.h"

enum { XLSX_ROWS_MAX = 1000000 };

struct export
{
    const struct record *rec;
    struct sheet_writer *writer;
    const struct field *columns[FIELDS_MAX];
    int n;
    int64_t rows;
    enum sheet_format format;
    struct list_query query;
    struct list_sql sql;
};

static enum sheet_kind kind_of(const struct field *f)
{
    switch (f->type) {
    case FIELD_INT:
        return SHEET_INT;
    case FIELD_MONEY:
        return SHEET_MONEY;
    case FIELD_DATE:
        return SHEET_DATE;
    default:
        return SHEET_TEXT;
    }
}

static const char *instant_text(struct ctx *cx, int64_t at)
{
    char day[11];
    int64_t seconds = at - instant_of_date(date_of_instant(at));

    return arena_printf(cx->mem, "%s %02d:%02d", date_format(date_of_instant(at), day),
                        (int)(seconds / 3600), (int)(seconds / 60 % 60));
}

static const char *labels_of(struct ctx *cx, const struct field *f, const char *codes)
{
    struct str b = str_new(cx->mem);

    for (const char *at = codes; *at; at += strcspn(at, ","), at += *at == ',')
        str_addf(&b, "%s%s", b.len ? T("、", ", ") : "",
                 choice_label(f->choices, arena_strndup(cx->mem, at, strcspn(at, ",")), cx->lang));
    return b.s;
}

static struct sheet_value shown(struct ctx *cx, const struct field *f, const struct value *v)
{
    struct sheet_value out = { .number = NONE };

    if (v->type == VALUE_NULL)
        return out;
    if (v->type == VALUE_INT && (f->type == FIELD_INT || f->type == FIELD_MONEY))
        out.number = v->integer;
    else if (v->type == VALUE_INT && f->type == FIELD_BOOL)
        out.text = v->integer ? T("是", "yes") : T("否", "no");
    else if (v->type == VALUE_INT && f->type == FIELD_INSTANT)
        out.text = instant_text(cx, v->integer);
    else if (v->type == VALUE_INT)
        out.text = arena_printf(cx->mem, "%lld", (long long)v->integer);
    else if (f->choices)
        out.text = labels_of(cx, f, v->text);
    else
        out.text = v->text;
    return out;
}

static enum err export_row(struct ctx *cx, const struct rows *r, void *arg)
{
    struct export *x = arg;
    struct arena *outer = cx->mem, *mem = arena_new();
    struct sheet_value values[FIELDS_MAX];
    enum err err;

    cx->mem = mem;
    for (int i = 0; i < x->n; i++)
        values[i] = shown(cx, x->columns[i], row_value(r, 0, x->columns[i]->name));
    cx->mem = outer;
    err = sheet_writer_row(x->writer, values, x->n, &cx->failure);
    arena_free(mem);
    x->rows++;
    return err;
}

static enum err export_rows(struct ctx *cx, void *arg)
{
    struct export *x = arg;
    int64_t total;

    TRY(list_count(cx, x->rec, &x->query, &total));
    if (x->format == SHEET_XLSX && total > XLSX_ROWS_MAX)
        return hint(cx,
                    fail(cx, E_LIMIT, "export.too_many",
                         T("共 %lld 行，超过一个工作表的容量",
                           "%lld rows are more than a worksheet holds"),
                         (long long)total),
                    "%s", T("请增加筛选条件，或导出 CSV", "narrow the filters, or export CSV"));
    return db_each_list(cx, export_row, x, x->sql.text, x->sql.params);
}

static enum err begin_page(struct ctx *cx, struct export *x)
{
    struct sheet_column *columns = NEW_ARRAY(cx->mem, struct sheet_column, FIELDS_MAX);
    const char *who = cx->who.user_name ? cx->who.user_name : T("系统", "the system");
    const char *office = cx->who.org_name ? cx->who.org_name : "";

    for (const struct field *f = x->rec->fields; f->name; f++)
        if (f->sql && f->use & USE_EXPORT) {
            columns[x->n] = (struct sheet_column){ .title = T(f->zh, f->en), .kind = kind_of(f) };
            x->columns[x->n++] = f;
        }
    return sheet_writer_page(
        x->writer,
        &(struct sheet_page){
            .name = T(x->rec->zh, x->rec->en),
            .watermark = arena_printf(cx->mem,
                                      T("%s %s 于 %s 导出，仅限工作使用，不得外传",
                                        "Taken by %s, %s, on %s; for official use only"),
                                      T(office, who), T(who, office), instant_text(cx, cx->now)),
            .columns = columns,
            .n = x->n },
        &cx->failure);
}

/* The filters as asked, without what was searched for: that may be a name. */
static const char *journal_text(struct ctx *cx, const struct export *x)
{
    struct json *j = json_new(cx->mem);
    struct query q;

    json_object(j);
    json_put_int(j, "rows", x->rows);
    json_key(j, "filters");
    json_object(j);
    if (query_parse(cx->mem, cx->query, &q))
        for (int i = 0; i < q.n; i++) {
            bool is_personal = str_eq(q.at[i].name, "q") || str_eq(q.at[i].name, "id_no") ||
                               str_eq(q.at[i].name, "name");
            json_put_str(j, q.at[i].name, is_personal ? "…" : q.at[i].value);
        }
    json_end(j);
    json_end(j);
    return json_text(j);
}

static enum err journal_export(struct ctx *cx, void *arg)
{
    const struct export *x = arg;
    const struct scope *s = &cx->who.scope;
    bool office = s->kind == SCOPE_OFFICE;

    return journal_append(cx, &(struct journal_entry){
                                  .kind = x->rec->name,
                                  .record_id = 0,
                                  .action = "export",
                                  .after = journal_text(cx, x),
                                  .home = office ? s->home_lo : NONE,
                                  .work = office ? s->work_lo : NONE,
                                  .employer_id = s->kind == SCOPE_EMPLOYER ? s->employer_id : NONE,
                                  .person_id = NONE });
}

static enum sheet_format asked_format(struct ctx *cx)
{
    struct query q;

    if (query_parse(cx->mem, cx->query, &q))
        for (int i = 0; i < q.n; i++)
            if (str_eq(q.at[i].name, "format") && str_eq(q.at[i].value, "csv"))
                return SHEET_CSV;
    return SHEET_XLSX;
}

enum err record_export(struct ctx *cx)
{
    struct export *x = NEW(cx->mem, struct export);
    bool is_csv = asked_format(cx) == SHEET_CSV;
    const char *path;
    enum err err;

    x->rec = cx->op->record;
    x->format = is_csv ? SHEET_CSV : SHEET_XLSX;
    TRY(list_read(cx, x->rec, &x->query));
    x->query.limit = -1;
    x->query.after = NULL;
    TRY(list_rows_sql(cx, x->rec, &x->query, USE_EXPORT, &x->sql));
    TRY(temp_file(cx, is_csv ? ".csv" : ".xlsx", &path));
    TRY(sheet_writer_open(path, x->format, cx->lang, &cx->failure, &x->writer));
    err = begin_page(cx, x);
    if (err == OK)
        err = db_read(cx, export_rows, x);
    if (err != OK) {
        sheet_writer_abort(x->writer);
        return err;
    }
    TRY(sheet_writer_close(x->writer, &cx->failure));
    err = db_write(cx, journal_export, x);
    if (err != OK) {
        unlink(path);
        return err;
    }
    cx->reply_file = (struct reply_file){
        path,
        arena_printf(cx->mem, "%s-%s.%s", T(x->rec->zh, x->rec->en), date_text(cx->mem, cx->today),
                     is_csv ? "csv" : "xlsx"),
        is_csv ? "text/csv; charset=utf-8"
               : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        true
    };
    return OK;
}
