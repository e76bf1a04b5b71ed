/* sheet_xlsx.c — rows of one worksheet, cell by cell, from the scanner.
 *
 * Texts of a row are gathered in one buffer; cells keep offsets into it until the row is whole,
 * because the buffer may move. Shared strings are pointed at where they lie. */
#include "sheet/sheet_int.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ROW_TEXT_MAX = 8 << 20,
    MERGES_MAX = 500,
    MERGE_ROWS = 20,
    COLUMNS_EVER = 16384 /* XFD, the end of any sheet */
};

struct xlsx {
    struct report *report;
    struct pack *pack;
    struct book book;
    struct xml x;
    bool is_selected, in_rows, is_done;
    bool is_numbered; /* the row in hand says its number */
    int64_t row;      /* number of the row in hand */
    struct cell *cells;
    size_t *text_at; /* where the text of a cell lies in row_text; SIZE_MAX: cell.text is set */
    int n, n_used;   /* cells in the row; cells to wipe before the next */
    struct text row_text;
    unsigned char *hidden;
    struct sheet_merge merges[MERGES_MAX];
    int n_merges;
};

/* One <c> in hand. */
struct reading {
    int column;
    char type; /* n s f(str) i(nlineStr) b e d */
    size_t style;
    struct cell *cell;
};

/* --- attributes --- */

/* "BC23" → column 54, row 23; a missing row gives 0. Length used, 0 if it is no reference. */
static size_t parse_ref(const char *s, size_t len, int *ret_column, int64_t *ret_row)
{
    size_t i = 0;
    int column = 0;
    int64_t row = 0;

    for (; i < len && i < 3 && ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z'); i++)
        column = column * 26 + ((s[i] | 32) - 'a' + 1);
    if (column == 0 || column > COLUMNS_EVER)
        return 0;
    for (; i < len && s[i] >= '0' && s[i] <= '9' && row < 10000000; i++)
        row = row * 10 + (s[i] - '0');
    *ret_column = column - 1;
    *ret_row = row;
    return i;
}

static bool parse_count(const char *s, size_t len, int64_t *ret)
{
    int64_t n = 0;

    if (len == 0 || len > 10)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        n = n * 10 + (s[i] - '0');
    }
    *ret = n;
    return true;
}

/* "A7" for messages. */
static const char *cell_name(const struct xlsx *w, int column, char out[24])
{
    char letters[4];
    int n = 0;

    for (int c = column + 1; c > 0; c = (c - 1) / 26)
        letters[n++] = (char)('A' + (c - 1) % 26);
    for (int i = 0; i < n; i++)
        out[i] = letters[n - 1 - i];
    snprintf(out + n, 24 - (size_t)n, "%lld", (long long)w->row);
    return out;
}

/* --- values --- */

/* The usual numbers have at most 15 digits and few decimals: then digits and power of ten are
 * exact doubles, and one division rounds correctly. The rest goes to strtod. */
static bool parse_number(const char *s, size_t len, double *ret)
{
    static const double powers[] = { 1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    size_t i = len > 0 && s[0] == '-', digits = 0, decimals = 0;
    bool seen_point = false;
    int64_t n = 0;
    char *end;

    for (; i < len && digits <= 15; i++) {
        if (s[i] == '.' && !seen_point) {
            seen_point = true;
            continue;
        }
        if (s[i] < '0' || s[i] > '9')
            break;
        n = n * 10 + (s[i] - '0');
        digits++;
        decimals += seen_point;
    }
    if (i == len && digits > 0 && digits <= 15) {
        *ret = (double)n / powers[decimals];
        if (s[0] == '-')
            *ret = -*ret;
        return true;
    }
    if (strspn(s, "0123456789+-.eE") != len || len == 0)
        return false;
    *ret = strtod(s, &end);
    return end == s + len && isfinite(*ret);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* White space around a number or an index is layout of the XML. */
static void trim(const char **s, size_t *len)
{
    while (*len > 0 && is_space(**s)) {
        (*s)++;
        (*len)--;
    }
    while (*len > 0 && is_space((*s)[*len - 1]))
        (*len)--;
}

static enum err set_shared(struct xlsx *w, struct reading *c, const char *s, size_t len)
{
    struct book *b = &w->book;
    int64_t i;

    trim(&s, &len);
    if (!parse_count(s, len, &i) || i >= (int64_t)b->n_strings)
        return report_broken(w->report, SAY(w->report, "共享文字的序号有误", "bad shared string"));
    c->cell->text = b->strings + b->string_at[i];
    c->cell->len = b->string_at[i + 1] - b->string_at[i] - 1;
    c->cell->kind = c->cell->len ? CELL_TEXT : CELL_EMPTY;
    w->text_at[c->column] = SIZE_MAX;
    return OK;
}

/* The text of the cell was gathered from `start` on; say what it is. */
static void set_number(struct xlsx *w, struct reading *c, size_t start)
{
    const char *s = w->row_text.s + start;
    size_t len = w->row_text.len - start;
    char iso[32];

    trim(&s, &len);
    w->text_at[c->column] = (size_t)(s - w->row_text.s);
    c->cell->len = len;
    w->row_text.len = w->text_at[c->column] + len;
    w->row_text.s[w->row_text.len] = 0;
    if (!parse_number(s, len, &c->cell->number)) {
        c->cell->kind = len ? CELL_TEXT : CELL_EMPTY;
        return;
    }
    c->cell->kind = CELL_NUMBER;
    if (c->style < w->book.n_shapes && w->book.shapes[c->style] == SHAPE_DATE &&
        book_serial_text(c->cell->number, w->book.is_1904, iso)) {
        c->cell->kind = CELL_DATE;
        w->row_text.len = start;
        w->text_at[c->column] = start;
        c->cell->len = strlen(iso);
        text_add(&w->row_text, iso, c->cell->len);
    }
}

static void set_date(struct xlsx *w, struct reading *c, size_t start)
{
    char iso[32];

    c->cell->kind = c->cell->len ? CELL_TEXT : CELL_EMPTY;
    if (!book_iso_text(w->row_text.s + start, c->cell->len, iso))
        return;
    c->cell->kind = CELL_DATE;
    c->cell->len = strlen(iso);
    w->row_text.len = start;
    text_add(&w->row_text, iso, c->cell->len);
}

static enum err set_value(struct xlsx *w, struct reading *c, size_t start)
{
    struct cell *cell = c->cell;
    const char *s = w->row_text.s + start;
    size_t len = w->row_text.len - start;

    if (len > (size_t)w->report->limits.cell_chars &&
        text_chars(s, len) > (size_t)w->report->limits.cell_chars) {
        char name[24];
        failure_set(w->report->failure, E_LIMIT, "sheet.cell_too_long",
                    SAY(w->report, "单元格 %s 超过 %d 个字符",
                        "cell %s has more than %d characters"),
                    cell_name(w, c->column, name), w->report->limits.cell_chars);
        return E_LIMIT;
    }
    w->text_at[c->column] = start;
    cell->len = len;
    switch (c->type) {
    case 'n':
        set_number(w, c, start);
        break;
    case 'b':
        trim(&s, &len);
        cell->kind = CELL_BOOL;
        cell->number = len == 1 ? s[0] == '1' : len == 4; /* 1, true */
        cell->text = cell->number != 0 ? "TRUE" : "FALSE";
        cell->len = strlen(cell->text);
        w->text_at[c->column] = SIZE_MAX;
        break;
    case 'e':
        cell->kind = CELL_ERROR;
        break;
    case 'd':
        set_date(w, c, start);
        break;
    default:
        cell->kind = len ? CELL_TEXT : CELL_EMPTY;
    }
    return OK;
}

/* --- cells --- */

/* The text of a <v>, up to its CLOSE, into the row's buffer. */
static enum err read_v(struct xlsx *w, struct reading *c)
{
    struct xml *x = &w->x;
    int depth = x->depth;
    size_t start = w->row_text.len;
    bool has_text = false;

    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_CLOSE && x->depth < depth)
            break;
        if (x->kind == XML_OPEN) {
            TRY(xml_skip(x));
        } else if (x->kind == XML_TEXT && c->type == 's' && !has_text) {
            TRY(set_shared(w, c, x->name, x->len));
            has_text = true;
        } else if (x->kind == XML_TEXT) {
            TRY(xml_decode(w->report, x->name, x->len, x->is_cdata, c->type == 'f', &w->row_text));
            has_text = true;
        }
    }
    if (c->type == 's')
        return OK;
    text_add(&w->row_text, "", 0);
    if (has_text)
        TRY(set_value(w, c, start));
    text_add(&w->row_text, "", 1); /* the NUL behind */
    return OK;
}

static enum err read_is(struct xlsx *w, struct reading *c)
{
    size_t start = w->row_text.len;

    text_add(&w->row_text, "", 0);
    TRY(book_read_rich(&w->x, &w->row_text));
    c->type = 'i';
    TRY(set_value(w, c, start));
    text_add(&w->row_text, "", 1);
    return OK;
}

static enum err too_many_columns(struct xlsx *w, int column)
{
    char name[24];

    failure_set(w->report->failure, E_LIMIT, "sheet.too_many_columns",
                SAY(w->report, "单元格 %s 超出了 %d 列的上限", "cell %s lies beyond %d columns"),
                cell_name(w, column, name), w->report->limits.columns);
    return report_hint(w->report, E_LIMIT,
                       SAY(w->report, "请删去右边无关的内容", "delete what is far to the right"));
}

/* Which column, which type, which style. */
static enum err start_cell(struct xlsx *w, struct reading *c, int64_t *ret_row)
{
    struct xml *x = &w->x;

    for (int i = 0; i < x->n_attrs; i++) {
        const struct xml_attr *a = &x->attrs[i];
        int64_t style;
        if (a->name_len != 1)
            continue;
        if (a->name[0] == 'r') {
            if (parse_ref(a->value, a->value_len, &c->column, ret_row) != a->value_len)
                return report_broken(w->report, SAY(w->report, "单元格位置有误", "bad cell place"));
        } else if (a->name[0] == 's' && parse_count(a->value, a->value_len, &style)) {
            c->style = (size_t)style;
        } else if (a->name[0] == 't' && a->value_len > 0) {
            c->type = a->value_len == 3 ? 'f' : a->value[0]; /* str, or n s i b e d */
        }
    }
    return OK;
}

/* Reads one <c>. Its column follows the one before when it names none. */
static enum err read_cell(struct xlsx *w)
{
    struct cell beyond = { .text = "" };
    struct reading c = { .column = w->n, .type = 'n' };
    struct xml *x = &w->x;
    int depth = x->depth, columns = w->report->limits.columns, place;
    int64_t row = 0;
    size_t end = w->row_text.len;

    TRY(start_cell(w, &c, &row));
    if (!w->is_numbered && row > w->row) /* rows without r=, cells with it */
        w->row = row;
    place = c.column;
    c.column = MIN(place, columns); /* text_at has room for one more */
    c.cell = place < columns ? &w->cells[place] : &beyond;
    if (c.cell->kind != CELL_EMPTY)
        return report_broken(w->report, SAY(w->report, "单元格重复", "a cell is given twice"));
    w->n = MAX(w->n, c.column + (c.cell != &beyond));
    w->n_used = MAX(w->n_used, w->n);
    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_CLOSE && x->depth < depth)
            break;
        if (x->kind != XML_OPEN)
            continue;
        if (XML_IS(x, "v")) {
            TRY(read_v(w, &c));
        } else if (XML_IS(x, "is")) {
            TRY(read_is(w, &c));
        } else {
            c.cell->is_formula |= XML_IS(x, "f");
            TRY(xml_skip(x));
        }
    }
    if (w->row_text.len > ROW_TEXT_MAX) {
        failure_set(w->report->failure, E_LIMIT, "sheet.too_big",
                    SAY(w->report, "第 %lld 行内容过多", "row %lld has too much text"),
                    (long long)w->row);
        return E_LIMIT;
    }
    if (c.cell != &beyond)
        return OK;
    w->row_text.len = MIN(w->row_text.len, end);
    return beyond.kind == CELL_EMPTY ? OK : too_many_columns(w, place);
}

/* --- rows --- */

static enum err start_row(struct xlsx *w, bool *ret_hidden)
{
    const struct xml_attr *r = NULL;
    int64_t number = w->row + 1;

    *ret_hidden = false;
    for (int i = 0; i < w->x.n_attrs; i++) {
        const struct xml_attr *a = &w->x.attrs[i];
        if (a->name_len == 1 && a->name[0] == 'r')
            r = a;
        else if (a->name_len == 6 && memcmp(a->name, "hidden", 6) == 0)
            *ret_hidden = xml_attr_true(&w->x, "hidden");
    }
    if (r && (!parse_count(r->value, r->value_len, &number) || number <= w->row))
        return report_broken(w->report, SAY(w->report, "行号次序有误", "row numbers out of order"));
    if (number > w->report->limits.rows) {
        failure_set(w->report->failure, E_LIMIT, "sheet.too_many_rows",
                    SAY(w->report, "超过 %lld 行", "more than %lld rows"),
                    (long long)w->report->limits.rows);
        return E_LIMIT;
    }
    w->row = number;
    w->is_numbered = r != NULL;
    for (int i = 0; i < w->n_used; i++)
        w->cells[i] = (struct cell){ .text = "" };
    w->n = w->n_used = 0;
    w->row_text.len = 0;
    return OK;
}

/* Reads one <row>; w->n is then the number of cells up to the last that says something. */
static enum err read_row(struct xlsx *w, bool *ret_hidden)
{
    struct xml *x = &w->x;
    int depth = x->depth;

    TRY(start_row(w, ret_hidden));
    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_CLOSE && x->depth < depth)
            break;
        if (x->kind != XML_OPEN)
            continue;
        if (XML_IS(x, "c"))
            TRY(read_cell(w));
        else
            TRY(xml_skip(x));
    }
    while (w->n > 0 && w->cells[w->n - 1].kind == CELL_EMPTY && !w->cells[w->n - 1].is_formula)
        w->n--;
    for (int i = 0; i < w->n; i++)
        if (w->cells[i].kind != CELL_EMPTY && w->text_at[i] != SIZE_MAX)
            w->cells[i].text = w->row_text.s + w->text_at[i];
        else if (w->cells[i].kind == CELL_EMPTY)
            w->cells[i].len = 0;
    return OK;
}

static void add_hidden_columns(struct xlsx *w)
{
    const struct xml_attr *min = xml_attr(&w->x, "min"), *max = xml_attr(&w->x, "max");
    int64_t from, to;

    if (!min || !max || !xml_attr_true(&w->x, "hidden") ||
        !parse_count(min->value, min->value_len, &from) ||
        !parse_count(max->value, max->value_len, &to))
        return;
    for (int64_t i = MAX(from, 1); i <= MIN(to, w->report->limits.columns); i++)
        w->hidden[i - 1] = 1;
}

static void add_merge(struct xlsx *w)
{
    const struct xml_attr *ref = xml_attr(&w->x, "ref");
    struct sheet_merge m;
    size_t used;

    if (!ref || w->n_merges == MERGES_MAX)
        return;
    used = parse_ref(ref->value, ref->value_len, &m.column_first, &m.row_first);
    if (used == 0 || used + 1 >= ref->value_len || ref->value[used] != ':' ||
        m.row_first > MERGE_ROWS)
        return;
    used++;
    if (parse_ref(ref->value + used, ref->value_len - used, &m.column_last, &m.row_last) > 0)
        w->merges[w->n_merges++] = m;
}

/* What stands before and behind the rows. */
static enum err read_around(struct xlsx *w)
{
    struct xml *x = &w->x;

    if (x->depth == 1) {
        if (!XML_IS(x, "worksheet"))
            return report_broken(w->report, SAY(w->report, "不是工作表", "not a worksheet"));
    } else if (XML_IS(x, "sheetData")) {
        w->in_rows = true;
    } else if (XML_IS(x, "col")) {
        add_hidden_columns(w);
    } else if (XML_IS(x, "mergeCell")) {
        add_merge(w);
    } else if (!XML_IS(x, "cols") && !XML_IS(x, "mergeCells")) {
        TRY(xml_skip(x));
    }
    return OK;
}

enum err xlsx_next(struct xlsx *w, struct sheet_row *ret, bool *ret_more)
{
    struct xml *x = &w->x;

    assert(w->is_selected);
    while (!w->is_done) {
        bool hidden;
        TRY(xml_next(x));
        if (x->kind == XML_END) {
            w->is_done = true;
        } else if (x->kind == XML_CLOSE && x->depth == 1) {
            w->in_rows = false;
        } else if (x->kind == XML_OPEN && !w->in_rows) {
            TRY(read_around(w));
        } else if (x->kind == XML_OPEN && !XML_IS(x, "row")) {
            TRY(xml_skip(x));
        } else if (x->kind == XML_OPEN) {
            TRY(read_row(w, &hidden));
            if (w->n == 0)
                continue;
            *ret = (struct sheet_row){ w->row, hidden, w->n, w->cells };
            *ret_more = true;
            return OK;
        }
    }
    *ret_more = false;
    return OK;
}

/* --- the file --- */

enum err xlsx_open(struct pack *p, struct report *r, struct xlsx **ret)
{
    struct xlsx *w = sheet_realloc(NULL, sizeof *w);
    size_t columns = (size_t)r->limits.columns;
    enum err err;

    memset(w, 0, sizeof *w);
    w->report = r;
    w->pack = p;
    w->cells = sheet_realloc(NULL, columns * sizeof *w->cells);
    w->text_at = sheet_realloc(NULL, (columns + 1) * sizeof *w->text_at);
    w->hidden = sheet_realloc(NULL, columns);
    w->n_used = (int)columns;
    err = book_open(&w->book, p, r);
    if (err != OK) {
        xlsx_close(w);
        return err;
    }
    *ret = w;
    return OK;
}

void xlsx_close(struct xlsx *w)
{
    if (!w)
        return;
    if (w->is_selected)
        xml_close(&w->x);
    book_close(&w->book);
    pack_close(w->pack);
    free(w->cells);
    free(w->text_at);
    free(w->hidden);
    free(w->row_text.s);
    free(w);
}

int xlsx_count(const struct xlsx *w)
{
    return (int)w->book.n_sheets;
}

struct sheet_info xlsx_info(const struct xlsx *w, int i)
{
    const struct book_sheet *s = &w->book.sheets[i];

    return (struct sheet_info){ s->name, s->is_hidden };
}

enum err xlsx_select(struct xlsx *w, int i)
{
    TRY(book_load_strings(&w->book, w->report));
    if (w->is_selected)
        xml_close(&w->x);
    w->is_selected = w->in_rows = w->is_done = false;
    w->row = 0;
    w->n_merges = 0;
    w->n_used = w->report->limits.columns;
    memset(w->hidden, 0, (size_t)w->report->limits.columns);
    w->is_selected = true; /* also after a failure there is something to close */
    return xml_open(&w->x, w->pack, w->book.sheets[i].entry, w->report);
}

bool xlsx_column_is_hidden(const struct xlsx *w, int column)
{
    return column >= 0 && column < w->report->limits.columns && w->hidden[column];
}

const struct sheet_merge *xlsx_merges(const struct xlsx *w, int *ret_n)
{
    *ret_n = w->n_merges;
    return w->merges;
}
