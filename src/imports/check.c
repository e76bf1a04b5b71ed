/* check.c — from a file to checked rows, sheet by sheet, outside of any transaction but for looking
 * up what is known. Nothing of a file is kept but its good rows, packed, and its problems. */
#include <stdio.h>
#include <time.h>

#include "imports/check_int.h"
#include "platform/ahead.h"

enum { PROGRESS_MS = 200 };

static enum err flush_chunk(struct reading *r)
{
    struct ctx *cx = r->cx;
    struct arena *outer = cx->mem;
    enum err err;

    cx->mem = r->chunk_mem;
    cx->is_bulk = true;
    err = db_read(cx, judge_chunk, r);
    cx->is_bulk = false;
    cx->gathered = NULL;
    for (int i = 0; err == OK && i < r->pending_count; i++)
        if (!r->pending[i].is_bad)
            pack_row(r, &r->pending[i]);
    cx->mem = outer;
    arena_reset(r->chunk_mem);
    r->pending_count = 0;
    r->pending = NEW_ARRAY(r->chunk_mem, struct pending, CHUNK);
    return err;
}

enum err import_read_header(struct ctx *cx, struct arena *mem, const struct header_names *names,
                            struct sheet *s, int at, struct header *ret, bool *ret_found)
{
    struct header_row rows[HEADER_WITHIN];
    struct sheet_row row;
    bool more = true;
    int n = 0;

    TRY(sheet_select(s, at, &cx->failure));
    while (n < HEADER_WITHIN) {
        TRY(sheet_next(s, &row, &more, &cx->failure));
        if (!more)
            break;
        rows[n] = (struct header_row){ row.number, row.n, NEW_ARRAY(mem, const char *, row.n + 1) };
        for (int c = 0; c < row.n; c++)
            rows[n].text[c] = arena_strdup(mem, row.cells[c].text);
        n++;
    }
    *ret_found = header_find(mem, names, rows, n, ret);
    return OK;
}

static void note_column(struct reading *r, int column, const char *code, const char *message,
                        const char *cure)
{
    check_problem(r->check,
                  (struct import_problem){ .sheet = r->sheet,
                                           .row = r->header.last_row,
                                           .column = column + 1,
                                           .is_warning = true,
                                           .header = r->header.title[column],
                                           .code = code,
                                           .message = message,
                                           .cure = cure },
                  -1);
}

/* Columns by field, the better name first; what is not understood is said. */
static void use_columns(struct reading *r)
{
    struct ctx *cx = r->cx;
    const struct header *h = &r->header;

    r->uses = NEW_ARRAY(r->check->mem, struct column_use, h->n + 1);
    r->use_count = 0;
    for (int i = 0; i < FIELDS_MAX; i++)
        r->column_of[i] = -1;
    for (int c = 0; c < h->n; c++) {
        if (h->field[c] == COLUMN_UNKNOWN && h->title[c][0])
            note_column(r, c, "column.unknown",
                        T("不认识这一列，未导入", "nobody knows this column; it is left out"),
                        T("如需导入请改用模板中的列名", "use a column name of the template"));
        if (h->field[c] < 0)
            continue;
        for (int d = 0; d < c; d++)
            if (h->field[d] == h->field[c] && h->rank[d] == h->rank[c])
                note_column(r, c, "column.twice",
                            T("两列同名，取先填写的一列",
                              "two columns of one name; the first filled one is taken"),
                            T("请删除一列", "remove one of them"));
        r->uses[r->use_count] = (struct column_use){ c, h->field[c] };
        for (int i = r->use_count++;
             i > 0 && h->rank[r->uses[i - 1].column] > h->rank[r->uses[i].column]; i--) {
            struct column_use t = r->uses[i];
            r->uses[i] = r->uses[i - 1];
            r->uses[i - 1] = t;
        }
    }
    for (int i = r->use_count - 1; i >= 0; i--)
        r->column_of[r->uses[i].field] = r->uses[i].column;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum err show_progress(struct ctx *cx, void *arg)
{
    struct import_check *check = arg;

    return db_exec(
        cx,
        "UPDATE import_batch AS b SET total_rows = $1, bad_rows = $2, warning_rows = $3, lease_until = $5 WHERE b.id = $4"
        " AND SCOPE_NOT(import_batch 'its own counters')",
        P(check->total), P(check->bad), P(check->warned), P(check->progress_batch),
        P(store_now(cx->store) + IMPORT_LEASE));
}

static enum err tell_progress(struct reading *r)
{
    struct ctx *cx = r->cx;
    struct arena *outer = cx->mem;
    enum err err;

    if (cx->progress)
        cx->progress(r->check->total, NONE);
    if (!r->check->progress_batch || now_ms() < r->check->progress_at + PROGRESS_MS)
        return OK;
    cx->mem = r->chunk_mem;
    err = db_write(cx, show_progress, r->check);
    cx->mem = outer;
    r->check->progress_at = now_ms();
    return err;
}

/* --- rows, read by a thread of their own while others are checked --- */

struct read_rows {
    int n;
    struct sheet_row *rows;
    enum err err;
    struct failure failure;
};

struct reader { /* the other thread's */
    struct sheet *sheet;
    int64_t last_header_row;
    bool is_done;
};

static struct sheet_row copy_row(struct arena *mem, const struct sheet_row *from)
{
    struct cell *cells = NEW_ARRAY(mem, struct cell, from->n + 1);
    struct sheet_row row = *from;
    size_t bytes = 0;
    char *to;

    for (int i = 0; i < from->n; i++)
        bytes += from->cells[i].len + 1;
    to = arena_alloc(mem, bytes + 1);
    for (int i = 0; i < from->n; i++) {
        cells[i] = from->cells[i];
        cells[i].text = memcpy(to, from->cells[i].text, from->cells[i].len + 1);
        to += from->cells[i].len + 1;
    }
    row.cells = cells;
    return row;
}

static void *read_some(struct arena *mem, void *arg)
{
    struct reader *reader = arg;
    struct read_rows *chunk = NEW(mem, struct read_rows);
    struct sheet_row row;
    bool more = true;

    if (reader->is_done)
        return NULL;
    chunk->rows = NEW_ARRAY(mem, struct sheet_row, CHUNK);
    while (more && chunk->n < CHUNK) {
        chunk->err = sheet_next(reader->sheet, &row, &more, &chunk->failure);
        if (chunk->err != OK)
            break;
        if (more && row.number > reader->last_header_row)
            chunk->rows[chunk->n++] = copy_row(mem, &row);
    }
    reader->is_done = !more || chunk->err != OK;
    return chunk;
}

static enum err check_chunk(struct reading *r, const struct read_rows *chunk)
{
    for (int i = 0; i < chunk->n; i++)
        read_row(r, &chunk->rows[i]);
    TRY(flush_chunk(r));
    if (chunk->err != OK) {
        r->cx->failure = chunk->failure;
        return chunk->err;
    }
    return tell_progress(r);
}

static enum err read_data(struct reading *r, struct sheet *s, int at)
{
    struct reader reader = { .sheet = s, .last_header_row = r->header.last_row };
    const struct read_rows *chunk;
    struct ahead *ahead;
    enum err err = OK;

    TRY(sheet_select(s, at, &r->cx->failure));
    ahead = ahead_start("rows", read_some, &reader);
    while (err == OK && (chunk = ahead_next(ahead)))
        err = check_chunk(r, chunk);
    ahead_stop(ahead);
    return err;
}

/* --- sheets --- */

static void note_sheet(struct reading *r, const char *format_zh, const char *format_en, int64_t n)
{
    struct ctx *cx = r->cx;
    char number[24];

    snprintf(number, sizeof number, "%lld", (long long)n);
    str_addf(&r->check->note, "%s", r->check->note.len ? T("；", "; ") : "");
    for (const char *p = T(format_zh, format_en); *p; p++)
        if (*p == '%')
            str_add(&r->check->note, number);
        else if (*p == '@')
            str_add(&r->check->note, r->sheet[0] ? r->sheet : T("文件", "the file"));
        else
            str_add_char(&r->check->note, *p);
}

static enum err read_sheet(struct reading *r, struct sheet *s, int at, int *ret_used)
{
    struct ctx *cx = r->cx;
    struct sheet_info info = sheet_info(s, at);
    bool found;

    r->sheet = arena_strdup(r->check->mem, info.name ? info.name : "");
    if (info.is_hidden) {
        note_sheet(r, "隐藏工作表“@”未导入", "hidden sheet \"@\" left out", 0);
        return OK;
    }
    TRY(import_read_header(cx, r->check->mem, r->names, s, at, &r->header, &found));
    if (!found) {
        note_sheet(r, "工作表“@”没有可识别的表头，未导入",
                   "sheet \"@\" has no known header and is left out", 0);
        return OK;
    }
    ++*ret_used;
    use_columns(r);
    if (r->key_at >= 0 && r->rec->fields[r->key_at].required && r->column_of[r->key_at] < 0)
        return hint(cx,
                    fail(cx, E_INVALID, "import.no_key",
                         T("工作表“%s”缺少“%s”列", "sheet \"%s\" has no column %s"), r->sheet,
                         T(r->rec->fields[r->key_at].zh, r->rec->fields[r->key_at].en)),
                    "%s", T("请补上该列后重新导入", "add the column"));
    r->hidden_rows = r->left_rows = 0;
    TRY(read_data(r, s, at));
    note_sheet(r, "工作表“@”表头在第 % 行", "header of sheet \"@\" in row %", r->header.last_row);
    if (r->hidden_rows)
        note_sheet(r, "含 % 个隐藏行", "% hidden rows read", r->hidden_rows);
    if (r->left_rows)
        note_sheet(r, "跳过 % 个空行、合计或说明行", "% blank rows, sums or notes left out",
                   r->left_rows);
    return OK;
}

static enum err read_sheets(struct reading *r, struct sheet *s)
{
    struct ctx *cx = r->cx;
    int used = 0;

    for (int i = 0; i < sheet_count(s); i++)
        TRY(read_sheet(r, s, i, &used));
    if (used == 0)
        return hint(cx,
                    fail(cx, E_INVALID, "import.no_header", "%s",
                         T("没有找到可识别的表头", "no row with known column names was found")),
                    "%s", T("请使用模板中的列名", "use the column names of the template"));
    if (r->check->total == 0)
        return hint(cx,
                    fail(cx, E_INVALID, "import.no_rows", "%s",
                         T("表头下没有数据", "there are no rows below the header")),
                    "%s", T("请填写后重新导入", "fill it in first"));
    return OK;
}

static int first_field(const struct record *rec, enum field_type type, bool required)
{
    for (int i = 0; rec->fields[i].name; i++)
        if (rec->fields[i].type == type && field_is_input(&rec->fields[i]) &&
            rec->fields[i].column && (!required || rec->fields[i].required))
            return i;
    return -1;
}

enum err import_check(struct ctx *cx, const char *path, struct import_check *check)
{
    struct reading *r;
    struct sheet *s;
    enum err err;

    if (!check->mem)
        check->mem = arena_new();
    check->note = str_new(check->mem);
    r = NEW(check->mem, struct reading);
    r->cx = cx;
    r->check = check;
    r->rec = check->rec;
    r->names = header_names_new(check->mem, check->rec);
    r->key_at = import_key(r->rec) ? field_at(r, import_key(r->rec)) : -1;
    r->name_at = first_field(r->rec, FIELD_NAME, true);
    r->phone_at = r->name_at >= 0 ? first_field(r->rec, FIELD_PHONE, false) : -1;
    TRY(sheet_open(path, NULL, cx->lang, &cx->failure, &s));
    r->chunk_mem = arena_new();
    r->pending = NEW_ARRAY(r->chunk_mem, struct pending, CHUNK);
    err = read_sheets(r, s);
    sheet_close(s);
    arena_free(r->chunk_mem);
    return err;
}

void import_check_free(struct import_check *check)
{
    arena_free(check->mem);
    *check = (struct import_check){ 0 };
}
