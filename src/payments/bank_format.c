/* bank_format.c — the tables of layouts, the writer, the reader. */
#include "payments/bank_format.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/amount.h"

static const struct bank_column sheet_columns[] = {
    { BANK_LINE, "序号", SHEET_INT, 0 },         { BANK_NAME, "户名", SHEET_TEXT, 0 },
    { BANK_ACCOUNT, "账号", SHEET_TEXT, 0 },     { BANK_BANK, "开户行", SHEET_TEXT, 0 },
    { BANK_AMOUNT, "金额(元)", SHEET_MONEY, 0 }, { BANK_NOTE, "附言", SHEET_TEXT, 0 },
    { BANK_RESULT, "结果", SHEET_TEXT, 0 },      { BANK_REASON, "原因", SHEET_TEXT, 0 },
};
static const struct bank_column fixed_columns[] = {
    { BANK_LINE, "序号", SHEET_INT, 8 },          { BANK_NAME, "户名", SHEET_TEXT, 80 },
    { BANK_ACCOUNT, "账号", SHEET_TEXT, 32 },     { BANK_BANK, "开户行", SHEET_TEXT, 80 },
    { BANK_AMOUNT, "金额(元)", SHEET_MONEY, 16 }, { BANK_NOTE, "附言", SHEET_TEXT, 40 },
    { BANK_RESULT, "结果", SHEET_TEXT, 8 },       { BANK_REASON, "原因", SHEET_TEXT, 60 },
};
enum { SENT = 6, ANSWERED = 8 };

const struct choice bank_formats[] = {
    { "CSV", "CSV（UTF-8）", "CSV (UTF-8)" },
    { "CSV_GB18030", "CSV（GB18030）", "CSV (GB18030)" },
    { "FIXED_GB18030", "定长文本（GB18030）", "Fixed width (GB18030)" },
    { "XLSX", "Excel 表格", "Excel" },
    { 0 },
};
static const struct bank_format formats[] = {
    { "CSV", ".csv", "text/csv; charset=utf-8", BANK_CSV, sheet_columns, SENT, ANSWERED },
    { "CSV_GB18030", ".csv", "text/csv; charset=gb18030", BANK_CSV_GB18030, sheet_columns, SENT,
      ANSWERED },
    { "FIXED_GB18030", ".txt", "text/plain; charset=gb18030", BANK_FIXED_GB18030, fixed_columns,
      SENT, ANSWERED },
    { "XLSX", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      BANK_XLSX, sheet_columns, SENT, ANSWERED },
};

const struct bank_format *bank_format_find(const char *code)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (code && str_eq(formats[i].code, code))
            return &formats[i];
    return &formats[0];
}

/* --- encoding --- */
/* GB18030 holds all of Unicode, so only broken text fails. NULL then. */
static const char *convert(struct arena *mem, const char *to, const char *from, const char *text,
                           size_t len, size_t *ret_len)
{
    iconv_t cd = iconv_open(to, from);
    size_t room = len * 2 + 16, left = room;
    char *out = arena_alloc(mem, room + 1), *at = out, *in = arena_strndup(mem, text, len);
    bool ok = cd != (iconv_t)-1 && iconv(cd, &in, &len, &at, &left) != (size_t)-1 && len == 0;

    if (cd != (iconv_t)-1)
        iconv_close(cd);
    *at = '\0';
    *ret_len = room - left;
    return ok ? out : NULL;
}

static enum err write_bytes(struct ctx *cx, const char *path, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes, 1, len, f) == len;

    if (f && fclose(f) != 0)
        ok = false;
    if (!ok)
        return fail(cx, E_INTERNAL, "bank_file.not_written", "%s",
                    T("银行文件写不出来", "the bank's file cannot be written"));
    return OK;
}

static enum err read_bytes(struct ctx *cx, const char *path, size_t most, struct str *ret)
{
    FILE *f = fopen(path, "rb");
    char block[4096];
    size_t n;

    *ret = str_new(cx->mem);
    if (!f)
        return fail(cx, E_NOT_FOUND, "sheet.missing", "%s",
                    T("读不到上传的文件", "the uploaded file cannot be read"));
    while (ret->len < most && (n = fread(block, 1, sizeof block, f)) > 0)
        str_add_len(ret, block, n);
    fclose(f);
    return OK;
}

/* --- what is written --- */
struct bank_cells {
    struct sheet_value at[BANK_COLUMNS];
};

static struct bank_cells line_cells(struct ctx *cx, const char *number, const struct bank_line *l)
{
    return (struct bank_cells){ {
        [BANK_LINE] = { .number = l->line_no },
        [BANK_NAME] = { .text = l->name },
        [BANK_ACCOUNT] = { .text = l->account },
        [BANK_BANK] = { .text = l->bank },
        [BANK_AMOUNT] = { .number = l->amount_fen },
        [BANK_NOTE] = { .text = arena_printf(cx->mem, "%s#%lld", number, (long long)l->line_no) },
    } };
}

static struct bank_cells control_cells(struct ctx *cx, const char *number,
                                       const struct bank_line *lines, int n)
{
    int64_t total = 0;

    for (int i = 0; i < n; i++)
        total += lines[i].amount_fen;
    return (struct bank_cells){ {
        [BANK_LINE] = { .number = NONE },
        [BANK_NAME] = { .text = arena_printf(cx->mem, "合计 %d 笔", n) },
        [BANK_AMOUNT] = { .number = total },
        [BANK_NOTE] = { .text = number },
    } };
}

static enum err write_sheet(struct ctx *cx, const struct bank_format *f, const char *number,
                            const struct bank_line *lines, int n, struct sheet_writer *w)
{
    struct sheet_column columns[BANK_COLUMNS] = { 0 };
    struct sheet_page page = { .name = "代发明细", .columns = columns, .n = f->sent };

    for (int c = 0; c < f->sent; c++)
        columns[c] =
            (struct sheet_column){ .title = f->columns[c].title, .kind = f->columns[c].kind };
    TRY(sheet_writer_page(w, &page, &cx->failure));
    for (int i = 0; i <= n; i++) {
        struct bank_cells cells =
            i < n ? line_cells(cx, number, &lines[i]) : control_cells(cx, number, lines, n);
        struct sheet_value row[BANK_COLUMNS];
        for (int c = 0; c < f->sent; c++)
            row[c] = cells.at[f->columns[c].id];
        TRY(sheet_writer_row(w, row, f->sent, &cx->failure));
    }
    return OK;
}

static enum err put_fixed(struct ctx *cx, struct str *out, const struct bank_column *column,
                          const struct sheet_value *v, int row)
{
    char money[32], number[24];
    const char *text = v->text ? v->text : "", *bytes;
    size_t len, pad;

    if (column->kind == SHEET_MONEY)
        text = amount_format_plain(v->number, money);
    if (column->kind == SHEET_INT) {
        snprintf(number, sizeof number, "%lld", (long long)v->number);
        text = v->number == NONE ? "" : number;
    }
    bytes = convert(cx->mem, "GB18030", "UTF-8", text, strlen(text), &len);
    if (!bytes)
        return fail(cx, E_INVALID, "bank_file.encoding",
                    T("第 %d 笔的“%s”有无法编码的字符", "line %d: %s cannot be encoded"), row,
                    column->title);
    if (len > (size_t)column->bytes)
        return hint(cx,
                    fail(cx, E_INVALID, "bank_file.too_wide",
                         T("第 %d 笔的“%s”超过 %d 字节", "line %d: %s is longer than %d bytes"),
                         row, column->title, column->bytes),
                    "%s", T("请改用其他格式", "take another format"));
    pad = (size_t)column->bytes - len;
    if (column->kind == SHEET_TEXT)
        str_add_len(out, bytes, len);
    for (size_t i = 0; i < pad; i++)
        str_add_char(out, ' ');
    if (column->kind != SHEET_TEXT)
        str_add_len(out, bytes, len);
    return OK;
}

static enum err write_fixed(struct ctx *cx, const struct bank_format *f, const char *number,
                            const struct bank_line *lines, int n, const char *path)
{
    struct str out = str_new(cx->mem);

    for (int i = 0; i <= n; i++) {
        struct bank_cells cells =
            i < n ? line_cells(cx, number, &lines[i]) : control_cells(cx, number, lines, n);
        for (int c = 0; c < f->sent; c++)
            TRY(put_fixed(cx, &out, &f->columns[c], &cells.at[f->columns[c].id], i + 1));
        str_add(&out, "\r\n");
    }
    return write_bytes(cx, path, out.s, out.len);
}

/* The file as it is, in the other encoding; without the mark of the first. */
static enum err to_gb18030(struct ctx *cx, const char *path)
{
    enum { MARK = 3, MOST = 256 << 20 };
    struct str in;
    const char *bytes;
    size_t len;

    TRY(read_bytes(cx, path, MOST, &in));
    bytes = convert(cx->mem, "GB18030", "UTF-8", in.s + MARK, in.len - MARK, &len);
    if (!bytes)
        return fail(cx, E_INVALID, "bank_file.encoding", "%s",
                    T("有无法编码的字符", "a text cannot be encoded"));
    return write_bytes(cx, path, bytes, len);
}

enum err bank_format_write(struct ctx *cx, const struct bank_format *f, const char *batch_number,
                           const struct bank_line *lines, int n, const char *path)
{
    struct sheet_writer *w;
    enum err err;

    if (f->kind == BANK_FIXED_GB18030)
        return write_fixed(cx, f, batch_number, lines, n, path);
    TRY(sheet_writer_open(path, f->kind == BANK_XLSX ? SHEET_XLSX : SHEET_CSV, LANG_ZH,
                          &cx->failure, &w));
    err = write_sheet(cx, f, batch_number, lines, n, w);
    if (err != OK) {
        sheet_writer_abort(w);
        return err;
    }
    TRY(sheet_writer_close(w, &cx->failure));
    return f->kind == BANK_CSV_GB18030 ? to_gb18030(cx, path) : OK;
}

/* --- what is read --- */
struct bank_reader {
    struct sheet *sheet; /* NULL: of fixed width */
    const struct bank_format *fixed;
    struct str bytes;
    size_t at;
    int64_t row;
    struct cell cells[BANK_COLUMNS];
};

static size_t line_length(const struct str *s, size_t at)
{
    const char *end = memchr(s->s + at, '\n', s->len - at);
    size_t len = end ? (size_t)(end - s->s) - at : s->len - at;

    return len && s->s[at + len - 1] == '\r' ? len - 1 : len;
}

/* The layout of fixed width whose answer has lines of this length. */
static const struct bank_format *fixed_of(const struct str *s)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        size_t width = 0;
        for (int c = 0; c < formats[i].answered; c++)
            width += (size_t)formats[i].columns[c].bytes;
        if (width && line_length(s, 0) == width)
            return &formats[i];
    }
    return NULL;
}

enum err bank_reader_open(struct ctx *cx, const char *path, struct bank_reader **ret)
{
    enum { MOST = 32 << 20 };
    struct bank_reader *r = NEW(cx->mem, struct bank_reader);

    TRY(read_bytes(cx, path, MOST, &r->bytes));
    r->fixed = fixed_of(&r->bytes);
    if (!r->fixed) {
        TRY(sheet_open(path, &(struct sheet_limits){ .file_bytes = MOST }, cx->lang, &cx->failure,
                       &r->sheet));
        if (sheet_select(r->sheet, 0, &cx->failure) != OK) {
            sheet_close(r->sheet);
            return cx->failure.err;
        }
    }
    *ret = r;
    return OK;
}

static enum err bad_line(struct ctx *cx, int64_t row)
{
    return hint(cx,
                fail(cx, E_INVALID, "return.width",
                     T("第 %lld 行：长度或编码与定长格式不符",
                       "row %lld: its length or encoding is not that of the layout"),
                     (long long)row),
                "%s",
                T("回盘文件整体未处理，请核对后重新上传",
                  "nothing of the file was taken; check it and upload it again"));
}

static enum err next_fixed(struct ctx *cx, struct bank_reader *r, struct sheet_row *ret,
                           bool *ret_more)
{
    size_t len, at = 0;

    *ret_more = r->at < r->bytes.len;
    if (!*ret_more)
        return OK;
    r->row++;
    len = line_length(&r->bytes, r->at);
    for (int c = 0; c < r->fixed->answered; c++) {
        size_t width = (size_t)r->fixed->columns[c].bytes, n;
        const char *text;
        if (at + width > len)
            return bad_line(cx, r->row);
        text = convert(cx->mem, "UTF-8", "GB18030", r->bytes.s + r->at + at, width, &n);
        if (!text)
            return bad_line(cx, r->row);
        r->cells[c] = (struct cell){ .kind = CELL_TEXT, .text = text, .len = n };
        at += width;
    }
    if (at != len)
        return bad_line(cx, r->row);
    while (r->at + len < r->bytes.len && strchr("\r\n", r->bytes.s[r->at + len]))
        len++;
    r->at += len;
    *ret = (struct sheet_row){ .number = r->row, .n = r->fixed->answered, .cells = r->cells };
    return OK;
}

enum err bank_reader_next(struct ctx *cx, struct bank_reader *r, struct sheet_row *ret,
                          bool *ret_more)
{
    return r->sheet ? sheet_next(r->sheet, ret, ret_more, &cx->failure)
                    : next_fixed(cx, r, ret, ret_more);
}

int bank_reader_column(const struct bank_reader *r, enum bank_column_id id)
{
    for (int c = 0; r->fixed && c < r->fixed->answered; c++)
        if (r->fixed->columns[c].id == id)
            return c;
    return -1;
}

void bank_reader_close(struct bank_reader *r)
{
    if (r)
        sheet_close(r->sheet);
}
