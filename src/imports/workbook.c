/* workbook.c — spreadsheets given back: the template of a record, and the bad rows of a file with
 * their cells marked, to be corrected and sent again. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "imports/imports_int.h"
#include "platform/temp.h"

/* --- template --- */
static const char *const *choice_labels(struct ctx *cx, const struct field *f)
{
    const char **labels;
    int n = 0;

    if (f->type == FIELD_BOOL) {
        labels = NEW_ARRAY(cx->mem, const char *, 3);
        labels[0] = "是";
        labels[1] = "否";
        return labels;
    }
    if (f->type != FIELD_CHOICE)
        return NULL;
    for (const struct choice *c = f->choices; c && c->code; c++)
        n++;
    labels = NEW_ARRAY(cx->mem, const char *, n + 1);
    for (int i = 0; i < n; i++)
        labels[i] = T(f->choices[i].zh, f->choices[i].en);
    return labels;
}

static const char *kind_note(struct ctx *cx, const struct field *f)
{
    switch (f->type) {
    case FIELD_DATE:
        return T("日期，如 2023-03-01", "a date such as 2023-03-01");
    case FIELD_MONTH:
        return T("月份，如 2023-03", "a month such as 2023-03");
    case FIELD_MONEY:
        return T("金额，单位元", "an amount in yuan");
    case FIELD_INT:
        return T("整数", "a whole number");
    case FIELD_ID_NO:
        return T("18 位身份证号，按文本填写", "18 characters, kept as text");
    case FIELD_PHONE:
        return T("11 位手机号，或带区号的座机", "11 digits, or a landline with area code");
    case FIELD_ACCOUNT:
        return T("按文本填写", "kept as text");
    case FIELD_DIVISION:
    case FIELD_DIVISIONS:
        return T("写全省、市、县名，如 甘肃省定西市通渭县；也可填 12 位代码",
                 "province, city and county, or the 12-digit code");
    case FIELD_CHOICES:
        return T("可填多项，用顿号分开", "several, parted by commas");
    default:
        return NULL;
    }
}

static const char *column_note(struct ctx *cx, const struct field *f)
{
    const char *help = cx->lang == LANG_EN ? f->help_en : f->help_zh, *kind = kind_note(cx, f);
    struct str b = str_new(cx->mem);

    str_add(&b, f->required ? T("必填", "required") : T("可不填", "may be empty"));
    if (kind)
        str_addf(&b, "%s%s", T("；", "; "), kind);
    if (help)
        str_addf(&b, "%s%s", T("；", "; "), help);
    return b.s;
}

static enum err write_template(struct ctx *cx, const struct record *rec, struct sheet_writer *w)
{
    struct sheet_column *columns = NEW_ARRAY(cx->mem, struct sheet_column, FIELDS_MAX);
    int n = 0;

    for (const struct field *f = rec->fields; f->name; f++)
        if (f->use & USE_IMPORT && field_is_input(f))
            columns[n++] =
                (struct sheet_column){ .title = arena_printf(cx->mem, "%s%s", T(f->zh, f->en),
                                                             f->required ? "*" : ""),
                                       .kind = SHEET_TEXT,
                                       .width = f->type == FIELD_ID_NO ? 22 : 0,
                                       .note = column_note(cx, f),
                                       .choices = choice_labels(cx, f) };
    return sheet_writer_page(w,
                             &(struct sheet_page){
                                 .name = T(rec->zh, rec->en), .columns = columns, .n = n },
                             &cx->failure);
}

enum err import_template(struct ctx *cx, const struct record *rec, const char **ret_path)
{
    struct sheet_writer *w;
    enum err err;

    TRY(temp_file(cx, ".xlsx", ret_path));
    TRY(sheet_writer_open(*ret_path, SHEET_XLSX, cx->lang, &cx->failure, &w));
    err = write_template(cx, rec, w);
    if (err == OK)
        return sheet_writer_close(w, &cx->failure);
    sheet_writer_abort(w);
    return err;
}

/* --- rows to correct --- */
struct marking {
    struct ctx *cx;
    int64_t id;
    struct rows batch, problems; /* in the order of the file */
    int at;
    struct sheet_writer *writer;
};

static enum err load_marks(struct ctx *cx, void *arg)
{
    struct marking *m = arg;

    TRY(batch_load(cx, m->id, &m->batch));
    return db_rows(
        cx, &m->problems,
        "SELECT p.sheet, p.row_number, p.column_no, p.is_warning, p.message, p.cure FROM import_problem p"
        " WHERE SCOPE_NOT(import_problem 'the batch is in scope') AND p.batch_id = $1"
        " AND EXISTS (SELECT 1 FROM import_problem e WHERE SCOPE_NOT(import_problem 'the batch is in scope')"
        " AND e.batch_id = p.batch_id AND e.row_number = p.row_number AND e.sheet = p.sheet AND e.is_warning = 0)"
        " ORDER BY p.number LIMIT $2",
        P(m->id), P(DB_ROWS_MAX));
}

static bool is_of(const struct marking *m, const char *sheet, int64_t row)
{
    return m->at < m->problems.n && str_eq(row_text(&m->problems, m->at, "sheet"), sheet) &&
           (row < 0 || row_int(&m->problems, m->at, "row_number") == row);
}

/* The cells as they stand, behind two columns that say where and what. */
static enum err write_marked(struct marking *m, const char *sheet, const struct sheet_row *row,
                             int columns)
{
    struct ctx *cx = m->cx;
    struct sheet_value *values = NEW_ARRAY(cx->mem, struct sheet_value, columns + 2);
    struct str all = str_new(cx->mem);

    values[0] = (struct sheet_value){ .text = arena_printf(cx->mem, "%lld", (long long)row->number),
                                      .number = NONE };
    for (int c = 0; c < columns; c++)
        values[c + 2] =
            (struct sheet_value){ .text = c < row->n ? row->cells[c].text : NULL, .number = NONE };
    for (; is_of(m, sheet, row->number); m->at++) {
        int column = (int)row_int(&m->problems, m->at, "column_no");
        const char *cure = row_text(&m->problems, m->at, "cure"),
                   *message = row_text(&m->problems, m->at, "message");
        const char *text =
            arena_printf(cx->mem, "%s%s%s", message, cure ? T("。", ". ") : "", cure ? cure : "");
        if (column > 0 && column <= columns)
            values[column + 1].mark = text;
        str_addf(&all, "%s%s", all.len ? T("；", "; ") : "", text);
    }
    values[1] = (struct sheet_value){ .text = all.s, .number = NONE };
    return sheet_writer_row(m->writer, values, columns + 2, &cx->failure);
}

static enum err begin_page(struct marking *m, const char *sheet, const struct header *h)
{
    struct ctx *cx = m->cx;
    struct sheet_column *columns = NEW_ARRAY(cx->mem, struct sheet_column, h->n + 2);

    columns[0] = (struct sheet_column){ .title = T("原行号", "Row"), .kind = SHEET_TEXT };
    columns[1] =
        (struct sheet_column){ .title = T("问题", "Problem"), .kind = SHEET_TEXT, .width = 40 };
    for (int c = 0; c < h->n; c++)
        columns[c + 2] = (struct sheet_column){ .title = h->title[c], .kind = SHEET_TEXT };
    return sheet_writer_page(m->writer,
                             &(struct sheet_page){ .name =
                                                       sheet[0] ? sheet : T("待修正", "To correct"),
                                                   .columns = columns,
                                                   .n = h->n + 2 },
                             &cx->failure);
}

static enum err mark_sheet(struct marking *m, const struct record *rec, struct sheet *s, int at)
{
    struct ctx *cx = m->cx;
    const char *name = arena_strdup(cx->mem, sheet_info(s, at).name ? sheet_info(s, at).name : "");
    struct arena *outer = cx->mem;
    struct sheet_row row;
    struct header h;
    bool found, more;
    enum err err = OK;

    if (!is_of(m, name, -1))
        return OK;
    TRY(import_read_header(cx, cx->mem, header_names_new(cx->mem, rec), s, at, &h, &found));
    TRY(begin_page(m, name, &h));
    TRY(sheet_select(s, at, &cx->failure));
    cx->mem = arena_new();
    while (err == OK && is_of(m, name, -1)) {
        err = sheet_next(s, &row, &more, &cx->failure);
        if (err != OK || !more)
            break;
        if (is_of(m, name, row.number))
            err = write_marked(m, name, &row, h.n);
        arena_reset(cx->mem);
    }
    arena_free(cx->mem);
    cx->mem = outer;
    while (is_of(m, name, -1))
        m->at++;
    return err;
}

static enum err mark_all(struct marking *m)
{
    struct ctx *cx = m->cx;
    struct sheet *s;
    enum err err = OK;

    if (!*row_text(&m->batch, 0, "file_path"))
        return hint(cx,
                    fail(cx, E_NOT_FOUND, "import.file_gone", "%s",
                         T("导入已结束，文件已删除",
                           "the import has ended and its file was removed")),
                    "%s", T("请重新导入原文件", "import your own copy again"));
    TRY(sheet_open(row_text(&m->batch, 0, "file_path"), NULL, cx->lang, &cx->failure, &s));
    for (int i = 0; err == OK && i < sheet_count(s); i++)
        err = mark_sheet(m, record_find_kind(row_text(&m->batch, 0, "record")), s, i);
    sheet_close(s);
    return err;
}

enum err import_error_workbook(struct ctx *cx, int64_t batch_id, const char **ret_path)
{
    struct marking m = { .cx = cx, .id = batch_id };
    enum err err;

    TRY(db_read(cx, load_marks, &m));
    if (m.problems.n == 0)
        return fail(cx, E_NOT_FOUND, "import.no_errors", "%s",
                    T("没有待修正的行", "there are no rows to correct"));
    TRY(temp_file(cx, ".xlsx", ret_path));
    TRY(sheet_writer_open(*ret_path, SHEET_XLSX, cx->lang, &cx->failure, &m.writer));
    err = mark_all(&m);
    if (err == OK)
        return sheet_writer_close(m.writer, &cx->failure);
    sheet_writer_abort(m.writer);
    return err;
}
