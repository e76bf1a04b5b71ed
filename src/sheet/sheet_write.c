/* sheet_write.c — .xlsx files through libxlsxwriter in its constant-memory mode (one row in
 * memory, strings inline), and CSV files by hand.
 *
 * libxlsxwriter does not notice a full disk under its temporary files, so a finished file is read
 * back and its rows are counted before it counts as written. */
#include "sheet/sheet_int.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum {
    MARKS_MAX = 10000,
    EXACT_MAX = 1000000000, /* × 10^6: whole numbers of 15 digits are exact, as in Excel */
    CHOICES_INLINE = 255,   /* Excel's limit for a list inside a validation */
    CELL_CHARS_MAX = 32767,
    FOOTER_MAX = 200,
    WIDTH_MIN = 8,
    WIDTH_MAX = 40
};

enum look { LOOK_PLAIN, LOOK_MARKED, LOOKS };

struct choices {
    const char *const *items;
    int n;
};

struct sheet_writer {
    char *path;
    enum sheet_format format;
    enum lang lang;
    struct arena *mem, *row_mem;
    int64_t row, rows_used; /* rows of the page so far; rows of all pages that are not blank */
    bool is_row_used;
    int n_pages, n_marks;
    struct sheet_column *columns;
    int n_columns;
    FILE *csv;
    bool csv_failed;
    lxw_workbook *book;
    lxw_worksheet *page;
    lxw_format *formats[SHEET_DATE + 1][LOOKS], *title, *watermark, *header;
    struct choices *lists; /* too long to stand in a validation: kept on a hidden sheet */
    size_t n_lists, cap_lists;
};

static enum err not_written(enum lang lang, struct failure *f)
{
    failure_set(f, E_INTERNAL, "sheet.not_written", "%s",
                lang == LANG_EN ? "the file could not be written (disk full or no permission)"
                                : "文件无法写入(磁盘已满或没有权限)");
    return E_INTERNAL;
}

/* --- texts --- */

/* What XML and every reader accept: well-formed, no U+FFFE and U+FFFF, at most 32,767 characters
 * (UTF-16 units, as Excel counts). */
static const char *writable(struct arena *mem, const char *text)
{
    const char *p = text;
    struct str out;
    size_t units = 0;

    if (strlen(text) <= CELL_CHARS_MAX && utf8_valid(text, strlen(text)) &&
        !strstr(text, "\xEF\xBF\xBE") && !strstr(text, "\xEF\xBF\xBF"))
        return text;
    out = str_new(mem);
    for (uint32_t c; (c = utf8_next(&p));) {
        char bytes[4];
        units += c > 0xFFFF ? 2 : 1;
        if (units >= CELL_CHARS_MAX) {
            str_add(&out, "…");
            break;
        }
        str_add_len(&out, bytes, (size_t)utf8_put(bytes, (c & 0xFFFE) == 0xFFFE ? 0xFFFD : c));
    }
    return out.s;
}

/* Whether a spreadsheet that opens a CSV file would take this text for a formula. Blanks in front
 * do not make it safe in every program. (ASVS 5.0 1.2.10, and full-width forms, which East Asian
 * editions accept.) */
static bool is_formula_like(const char *text)
{
    static const char *const starts[] = { "=",  "+",  "-",  "@",  "\t", "\r",
                                          "\n", "＝", "＋", "－", "＠" };

    text += strspn(text, " ");
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_starts(text, starts[i]))
            return true;
    return false;
}

/* Columns a text takes on the screen: Chinese characters take two. */
static int screen_width(const char *text)
{
    int n = 0;

    for (uint32_t c; (c = utf8_next(&text));)
        n += c >= 0x1100 ? 2 : 1;
    return n;
}

/* --- CSV --- */

static void csv_put(struct sheet_writer *w, const char *s, size_t len)
{
    w->csv_failed |= fwrite(s, 1, len, w->csv) != len;
}

static void csv_text(struct sheet_writer *w, const char *text)
{
    csv_put(w, "\"", 1);
    if (is_formula_like(text))
        csv_put(w, "'", 1);
    for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
        csv_put(w, text, (size_t)(quote - text) + 1);
        csv_put(w, "\"", 1);
    }
    csv_put(w, text, strlen(text));
    csv_put(w, "\"", 1);
}

static void csv_value(struct sheet_writer *w, enum sheet_kind kind, const struct sheet_value *v)
{
    char digits[32];
    int64_t n = v->number;

    if (kind == SHEET_TEXT || kind == SHEET_DATE) {
        if (v->text && v->text[0])
            csv_text(w, writable(w->row_mem, v->text));
        return;
    }
    if (n == NONE)
        return;
    if (kind == SHEET_INT)
        snprintf(digits, sizeof digits, "%lld", (long long)n);
    else
        snprintf(digits, sizeof digits, "%s%lld.%02d", n < 0 ? "-" : "", llabs(n / 100),
                 (int)llabs(n % 100));
    csv_put(w, digits, strlen(digits));
}

static void csv_line(struct sheet_writer *w, const char *text)
{
    csv_text(w, text);
    csv_put(w, "\r\n", 2);
    w->row++;
}

static void csv_head(struct sheet_writer *w, const struct sheet_page *page)
{
    if (page->title)
        csv_line(w, writable(w->row_mem, page->title));
    if (page->watermark)
        csv_line(w, writable(w->row_mem, page->watermark));
    for (int i = 0; i < page->n; i++) {
        if (i)
            csv_put(w, ",", 1);
        csv_text(w, writable(w->row_mem, page->columns[i].title));
    }
    csv_put(w, "\r\n", 2);
    w->row++;
}

/* --- xlsx --- */

static void make_formats(struct sheet_writer *w)
{
    static const char *const codes[] = { [SHEET_TEXT] = "@",
                                         [SHEET_INT] = "0",
                                         [SHEET_MONEY] = "#,##0.00",
                                         [SHEET_DATE] = "yyyy-mm-dd" };

    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        for (int look = 0; look < LOOKS; look++) {
            lxw_format *format = workbook_add_format(w->book);
            format_set_num_format(format, codes[i]);
            if (look == LOOK_MARKED) {
                format_set_bg_color(format, 0xFFC7CE);
                format_set_font_color(format, 0x9C0006);
            }
            w->formats[i][look] = format;
        }
    w->title = workbook_add_format(w->book);
    format_set_bold(w->title);
    format_set_font_size(w->title, 14);
    w->watermark = workbook_add_format(w->book);
    format_set_font_color(w->watermark, 0x808080);
    w->header = workbook_add_format(w->book);
    format_set_bold(w->header);
    format_set_bg_color(w->header, 0xDDEBF7);
    format_set_border(w->header, LXW_BORDER_THIN);
    format_set_text_wrap(w->header);
    format_set_align(w->header, LXW_ALIGN_VERTICAL_CENTER);
}

/* A name Excel accepts: at most 31 characters, none of []:*?/\. */
static const char *page_name(struct sheet_writer *w, const char *name)
{
    struct str out = str_new(w->row_mem);
    int n = 0;

    for (uint32_t c; (c = utf8_next(&name)) && n < 31; n++) {
        char bytes[4];
        bool is_bad = c < 0x20 || (c < 0x80 && strchr("[]:*?/\\'", (int)c));
        str_add_len(&out, bytes, (size_t)utf8_put(bytes, is_bad ? '_' : c));
    }
    return out.s && out.len ? out.s : "Sheet";
}

/* The list of a column: inside the validation when it fits, else on the hidden sheet. */
static void add_choices(struct sheet_writer *w, int column, const char *const *items)
{
    lxw_data_validation rule = { .ignore_blank = LXW_VALIDATION_ON,
                                 .show_input = LXW_VALIDATION_ON,
                                 .show_error = LXW_VALIDATION_ON,
                                 .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING,
                                 .dropdown = LXW_VALIDATION_ON };
    size_t chars = 0;
    int n = 0;
    bool has_comma = false;

    for (; items[n]; n++) {
        chars += utf8_len(items[n]) + 1;
        has_comma |= strchr(items[n], ',') || strchr(items[n], '"');
    }
    if (n == 0)
        return;
    if (chars <= CHOICES_INLINE && !has_comma) {
        rule.validate = LXW_VALIDATION_TYPE_LIST;
        rule.value_list = (char **)(uintptr_t)items; /* only read */
    } else {
        struct choices *list = ARENA_PUSH(w->mem, w->lists, w->n_lists, w->cap_lists);
        const char **copy = NEW_ARRAY(w->mem, const char *, n);
        char letters[8];
        for (int i = 0; i < n; i++)
            copy[i] = writable(w->mem, arena_strdup(w->mem, items[i]));
        *list = (struct choices){ copy, n };
        lxw_col_to_name(letters, (lxw_col_t)(w->n_lists - 1), 1);
        rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        rule.value_formula = arena_printf(w->row_mem, "=%s!%s$1:%s$%d", SAY(w, "选项", "choices"),
                                          letters, letters, n);
    }
    worksheet_data_validation_range(w->page, (lxw_row_t)w->row, (lxw_col_t)column, LXW_ROW_MAX - 1,
                                    (lxw_col_t)column, &rule);
}

/* A comment large enough to be read. */
static void add_comment(struct sheet_writer *w, int column, const char *text)
{
    lxw_comment_options options = { .width = 240,
                                    .height =
                                        (uint16_t)(40 + 20 * MIN(screen_width(text) / 32, 15)) };

    worksheet_write_comment_opt(w->page, (lxw_row_t)w->row, (lxw_col_t)column,
                                writable(w->row_mem, text), &options);
}

/* A literal _xHHHH_ would be read as a character code (ECMA-376 22.9.2.19), and libxlsxwriter does
 * not escape it. */
static const char *escaped(struct arena *mem, const char *text)
{
    struct str out;
    const char *at = strstr(text, "_x");

    if (!at)
        return text;
    out = str_new(mem);
    for (; at; at = strstr(text, "_x")) {
        bool is_code = strspn(at + 2, "0123456789abcdefABCDEF") >= 4 && at[6] == '_';
        str_add_len(&out, text, (size_t)(at - text));
        str_add(&out, is_code ? "_x005F_" : "_");
        text = at + 1;
    }
    str_add(&out, text);
    return out.s;
}

static void xlsx_text(struct sheet_writer *w, int column, const char *text, lxw_format *format)
{
    lxw_error rc = worksheet_write_string(w->page, (lxw_row_t)w->row, (lxw_col_t)column,
                                          escaped(w->row_mem, writable(w->row_mem, text)), format);

    assert(rc == LXW_NO_ERROR); /* place and length are in order */
    w->is_row_used |= text[0] != 0;
}

static void end_row(struct sheet_writer *w)
{
    w->row++;
    w->rows_used += w->is_row_used;
    w->is_row_used = false;
}

/* Printed on every page, so that paper too says who took it. & begins a code there. */
static void add_footer(struct sheet_writer *w, const char *watermark)
{
    struct str out = str_new(w->row_mem);
    int n = 0;

    str_add(&out, "&L");
    for (uint32_t c; (c = utf8_next(&watermark)) && n < FOOTER_MAX; n++) {
        char bytes[4];
        str_add_len(&out, c == '&' ? "&&" : bytes, c == '&' ? 2 : (size_t)utf8_put(bytes, c));
    }
    worksheet_set_footer(w->page, out.s);
}

static void set_columns(struct sheet_writer *w, const struct sheet_page *page)
{
    for (int i = 0; i < page->n; i++) {
        const struct sheet_column *c = &page->columns[i];
        int least = c->kind == SHEET_TEXT ? WIDTH_MIN : 12;
        int width = c->width ? c->width : MIN(MAX(screen_width(c->title) + 2, least), WIDTH_MAX);
        worksheet_set_column(w->page, (lxw_col_t)i, (lxw_col_t)i, width,
                             w->formats[c->kind][LOOK_PLAIN]);
    }
}

static void xlsx_head(struct sheet_writer *w, const struct sheet_page *page)
{
    const char *name = page_name(w, page->name);

    w->page = workbook_add_worksheet(w->book, name);
    if (!w->page) /* a name given twice */
        w->page = workbook_add_worksheet(w->book, NULL);
    assert(w->page);
    set_columns(w, page);
    if (page->title) {
        xlsx_text(w, 0, page->title, w->title);
        end_row(w);
    }
    if (page->watermark) {
        xlsx_text(w, 0, page->watermark, w->watermark);
        add_footer(w, page->watermark);
        end_row(w);
    }
    for (int i = 0; i < page->n; i++) {
        xlsx_text(w, i, page->columns[i].title, w->header);
        if (page->columns[i].note)
            add_comment(w, i, page->columns[i].note);
    }
    end_row(w);
    worksheet_freeze_panes(w->page, (lxw_row_t)w->row, 0);
    for (int i = 0; i < page->n; i++)
        if (page->columns[i].choices)
            add_choices(w, i, page->columns[i].choices);
}

static void xlsx_value(struct sheet_writer *w, int column, const struct sheet_value *v)
{
    enum sheet_kind kind = w->columns[column].kind;
    lxw_format *format = w->formats[kind][v->mark ? LOOK_MARKED : LOOK_PLAIN];
    lxw_row_t row = (lxw_row_t)w->row;
    bool is_exact = v->number / 1000000 > -EXACT_MAX && v->number / 1000000 < EXACT_MAX;
    struct date date;

    if (v->mark && w->n_marks++ < MARKS_MAX)
        add_comment(w, column, v->mark);
    if (kind == SHEET_DATE && v->text && date_parse_iso(v->text, &date) && date.year >= 1901) {
        worksheet_write_number(w->page, row, (lxw_col_t)column, date_to_days(date) + 25569, format);
        w->is_row_used = true;
    } else if (kind == SHEET_TEXT || kind == SHEET_DATE) {
        if (v->text && v->text[0])
            xlsx_text(w, column, v->text, w->formats[SHEET_TEXT][v->mark != NULL]);
        else if (v->mark)
            worksheet_write_blank(w->page, row, (lxw_col_t)column, format);
    } else if (v->number == NONE) {
        if (v->mark)
            worksheet_write_blank(w->page, row, (lxw_col_t)column, format);
    } else if (!is_exact) {
        xlsx_text(w, column, arena_printf(w->row_mem, "%lld", (long long)v->number), format);
    } else {
        double n = (double)v->number;
        worksheet_write_number(w->page, row, (lxw_col_t)column, kind == SHEET_MONEY ? n / 100 : n,
                               format);
        w->is_row_used = true;
    }
}

/* The hidden sheet with the long lists, row by row as constant memory demands. */
static void write_lists(struct sheet_writer *w)
{
    lxw_worksheet *sheet;

    if (w->n_lists == 0)
        return;
    sheet = workbook_add_worksheet(w->book, SAY(w, "选项", "choices"));
    if (!sheet)
        return;
    for (int row = 0, any = 1; any; row++) {
        bool used = false;
        any = 0;
        for (size_t i = 0; i < w->n_lists; i++) {
            if (row >= w->lists[i].n)
                continue;
            worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)i, w->lists[i].items[row],
                                   NULL);
            any = 1;
            used |= w->lists[i].items[row][0] != 0;
        }
        w->rows_used += used;
    }
    worksheet_hide(sheet);
}

/* --- the public face --- */

static enum err open_output(struct sheet_writer *w)
{
    static const char bom[] = "\xEF\xBB\xBF";
    const char *slash = strrchr(w->path, '/');
    lxw_workbook_options options = { .constant_memory = LXW_TRUE };

    w->csv = fopen(w->path, "wb"); /* for xlsx too: to see at once that it can be written */
    if (!w->csv)
        return E_INTERNAL;
    if (w->format == SHEET_CSV) {
        csv_put(w, bom, 3);
        return OK;
    }
    fclose(w->csv);
    w->csv = NULL;
    options.tmpdir = slash ? arena_strndup(w->mem, w->path, (size_t)MAX(slash - w->path, 1)) : ".";
    w->book = workbook_new_opt(w->path, &options);
    if (!w->book)
        return E_INTERNAL;
    make_formats(w);
    return OK;
}

enum err sheet_writer_open(const char *path, enum sheet_format format, enum lang lang,
                           struct failure *f, struct sheet_writer **ret)
{
    struct arena *mem = arena_new();
    struct sheet_writer *w = NEW(mem, struct sheet_writer);

    w->path = arena_strdup(mem, path);
    w->format = format;
    w->lang = lang;
    w->mem = mem;
    w->row_mem = arena_new();
    if (open_output(w) != OK) {
        sheet_writer_abort(w);
        return not_written(lang, f);
    }
    *ret = w;
    return OK;
}

enum err sheet_writer_page(struct sheet_writer *w, const struct sheet_page *page, struct failure *f)
{
    assert(page->n > 0 && page->n <= LXW_COL_MAX && (w->n_pages == 0 || w->book));
    w->n_pages++;
    w->row = 0;
    w->columns = NEW_ARRAY(w->mem, struct sheet_column, page->n);
    w->n_columns = page->n;
    for (int i = 0; i < page->n; i++)
        w->columns[i].kind = page->columns[i].kind;
    arena_reset(w->row_mem);
    if (w->book)
        xlsx_head(w, page);
    else
        csv_head(w, page);
    return w->csv_failed ? not_written(w->lang, f) : OK;
}

enum err sheet_writer_row(struct sheet_writer *w, const struct sheet_value *values, int n,
                          struct failure *f)
{
    assert(w->n_pages > 0 && n <= w->n_columns);
    if (w->row >= LXW_ROW_MAX) {
        failure_set(f, E_LIMIT, "sheet.too_many_rows",
                    SAY(w, "超过 %d 行,一个工作表放不下",
                        "more than %d rows do not fit a worksheet"),
                    LXW_ROW_MAX);
        return E_LIMIT;
    }
    arena_reset(w->row_mem);
    for (int i = 0; i < n; i++) {
        if (w->book) {
            xlsx_value(w, i, &values[i]);
            continue;
        }
        if (i)
            csv_put(w, ",", 1);
        csv_value(w, w->columns[i].kind, &values[i]);
    }
    if (w->csv)
        csv_put(w, "\r\n", 2);
    end_row(w);
    return w->csv_failed ? not_written(w->lang, f) : OK;
}

static void release(struct sheet_writer *w)
{
    arena_free(w->row_mem);
    arena_free(w->mem);
}

/* Whether the file holds as many rows as were written. */
static enum err read_back(const struct sheet_writer *w, struct failure *f)
{
    struct sheet_limits limits = { .file_bytes = INT64_MAX, .ratio = 2000, .columns = LXW_COL_MAX };
    struct sheet *s;
    int64_t rows = 0;
    enum err err = sheet_open(w->path, &limits, w->lang, f, &s);

    if (err != OK)
        return not_written(w->lang, f);
    for (int i = 0; i < sheet_count(s) && err == OK; i++) {
        struct sheet_row row;
        bool more = true;
        err = sheet_select(s, i, f);
        while (err == OK && (err = sheet_next(s, &row, &more, f)) == OK && more)
            rows++;
    }
    sheet_close(s);
    return err == OK && rows == w->rows_used ? OK : not_written(w->lang, f);
}

enum err sheet_writer_close(struct sheet_writer *w, struct failure *f)
{
    enum err err = OK;

    assert(w->n_pages > 0);
    if (w->csv) {
        w->csv_failed |= fclose(w->csv) != 0;
        if (w->csv_failed)
            err = not_written(w->lang, f);
    } else {
        write_lists(w);
        err = workbook_close(w->book) == LXW_NO_ERROR ? read_back(w, f) : not_written(w->lang, f);
    }
    if (err != OK)
        unlink(w->path);
    release(w);
    return err;
}

void sheet_writer_abort(struct sheet_writer *w)
{
    if (!w)
        return;
    if (w->csv)
        fclose(w->csv);
    if (w->book)
        workbook_close(w->book); /* it alone closes its temporary files */
    unlink(w->path);
    release(w);
}
