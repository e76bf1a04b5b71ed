/* sheet_book.c — the small parts of an .xlsx file: which worksheets there are and where, which cell
 * styles show dates, and the shared strings.
 *
 * Parts are found through the relations (ECMA-376 part 2, 9.3), from _rels/.rels on, because
 * writers other than Excel name and place them as they like. Relations are told by the end of
 * their type, which is the same in the strict and the transitional namespace. */
#include "sheet/sheet_int.h"

#include "base/date.h"

#include <math.h>
#include <stdlib.h>

enum {
    SHEETS_MAX = 512,
    RELATIONS_MAX = 4096,
    STYLES_MAX = 100000,
    FORMATS_MAX = 10000,
    SERIAL_MAX = 2958465, /* 9999-12-31 */
    DAYS_1904 = 1462
};

struct relation {
    char *id, *type, *target;
};

struct relations {
    struct relation *items;
    size_t n, cap;
};

/* Decoded value of an attribute; NULL if absent. */
static enum err attr_text(struct xml *x, struct arena *mem, const char *name, char **ret)
{
    const struct xml_attr *a = xml_attr(x, name);
    struct text t = { 0 };
    enum err err;

    *ret = NULL;
    if (!a)
        return OK;
    err = xml_decode(x->report, a->value, a->value_len, false, false, &t);
    if (err == OK)
        *ret = arena_strndup(mem, t.s ? t.s : "", t.len);
    free(t.s);
    return err;
}

static int64_t attr_int(const struct xml *x, const char *name, int64_t otherwise)
{
    const struct xml_attr *a = xml_attr(x, name);
    int64_t n = 0;

    if (!a || a->value_len == 0 || a->value_len > 18)
        return otherwise;
    for (uint32_t i = 0; i < a->value_len; i++) {
        if (a->value[i] < '0' || a->value[i] > '9')
            return otherwise;
        n = n * 10 + (a->value[i] - '0');
    }
    return n;
}

/* --- relations --- */

/* "xl/workbook.xml" + "worksheets/a.xml" → "xl/worksheets/a.xml"; "/xl/a.xml" → "xl/a.xml". */
static char *resolve(struct arena *mem, const char *base, const char *target)
{
    const char *slash = strrchr(base, '/');
    char *path = target[0] == '/' || !slash
                     ? arena_strdup(mem, target)
                     : arena_printf(mem, "%.*s/%s", (int)(slash - base), base, target);
    char *out = NEW_ARRAY(mem, char, strlen(path) + 1), *to = out;

    for (char *p = path; *p;) {
        size_t len = strcspn(p, "/\\");
        if (len == 2 && memcmp(p, "..", 2) == 0) {
            while (to > out && *--to != '/')
                ;
        } else if (len > 0 && !(len == 1 && *p == '.')) {
            if (to > out)
                *to++ = '/';
            memcpy(to, p, len);
            to += len;
        }
        p += len + (p[len] != 0);
    }
    *to = 0;
    return out;
}

static enum err read_relations(struct book *b, struct xml *x, const char *base,
                               struct relations *ret)
{
    for (;;) {
        char *target, *mode;
        TRY(xml_next(x));
        if (x->kind == XML_END)
            return OK;
        if (x->kind != XML_OPEN || !XML_IS(x, "Relationship"))
            continue;
        if (ret->n == RELATIONS_MAX)
            return report_broken(x->report, SAY(x->report, "关系过多", "too many relations"));
        TRY(attr_text(x, b->mem, "TargetMode", &mode));
        if (str_eq(mode, "External")) /* never followed */
            continue;
        struct relation *rel = ARENA_PUSH(b->mem, ret->items, ret->n, ret->cap);
        TRY(attr_text(x, b->mem, "Id", &rel->id));
        TRY(attr_text(x, b->mem, "Type", &rel->type));
        TRY(attr_text(x, b->mem, "Target", &target));
        rel->target = target ? resolve(b->mem, base, target) : "";
    }
}

/* The relations of a part; "" means those of the whole file. None is no failure. */
static enum err load_relations(struct book *b, const char *part, struct report *r,
                               struct relations *ret)
{
    const char *slash = strrchr(part, '/');
    int dir = slash ? (int)(slash - part) + 1 : 0;
    int entry =
        pack_find(b->pack, arena_printf(b->mem, "%.*s_rels/%s.rels", dir, part, part + dir));
    struct xml x;
    enum err err;

    *ret = (struct relations){ 0 };
    if (entry < 0)
        return OK;
    err = xml_open(&x, b->pack, entry, r);
    if (err == OK)
        err = read_relations(b, &x, part, ret);
    xml_close(&x);
    return err;
}

/* Entry of the first relation whose type ends in `kind`, or -1. */
static int related(const struct book *b, const struct relations *rels, const char *kind)
{
    for (size_t i = 0; i < rels->n; i++)
        if (rels->items[i].type && str_ends(rels->items[i].type, kind))
            return pack_find(b->pack, rels->items[i].target);
    return -1;
}

/* --- workbook.xml --- */

static enum err add_sheet(struct book *b, struct xml *x, const struct relations *rels)
{
    char *name, *state, *id;

    TRY(attr_text(x, b->mem, "name", &name));
    TRY(attr_text(x, b->mem, "state", &state));
    TRY(attr_text(x, b->mem, "id", &id));
    if (b->n_sheets == SHEETS_MAX)
        return report_broken(x->report, SAY(x->report, "工作表过多", "too many worksheets"));
    for (size_t i = 0; i < rels->n; i++) {
        const struct relation *rel = &rels->items[i];
        int entry;
        if (!id || !str_eq(rel->id, id))
            continue;
        if (rel->type && !str_ends(rel->type, "/worksheet"))
            return OK; /* a chart, a dialog, a macro sheet */
        entry = pack_find(b->pack, rel->target);
        if (entry < 0)
            break;
        *ARENA_PUSH(b->mem, b->sheets, b->n_sheets, b->cap_sheets) =
            (struct book_sheet){ name ? name : "", state && !str_eq(state, "visible"), entry };
        return OK;
    }
    return report_broken(x->report, SAY(x->report, "缺少工作表", "a worksheet is missing"));
}

static enum err read_workbook(struct book *b, struct xml *x, const struct relations *rels)
{
    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_END)
            return OK;
        if (x->kind != XML_OPEN)
            continue;
        if (x->depth == 1 && !XML_IS(x, "workbook"))
            return report_broken(x->report, SAY(x->report, "不是工作簿", "not a workbook"));
        if (XML_IS(x, "workbookPr"))
            b->is_1904 = xml_attr_true(x, "date1904");
        else if (XML_IS(x, "sheet") && x->depth == 3)
            TRY(add_sheet(b, x, rels));
    }
}

/* --- styles.xml --- */

/* A bracket of a format: elapsed time such as [h] makes it a duration, everything else is colour,
 * language or condition. Returns its length. */
static size_t bracket(const char *p, bool *ret_elapsed)
{
    size_t n = strcspn(p, "]");

    if (n > 1 && strspn(p + 1, "hHmMsS") == n - 1)
        *ret_elapsed = true;
    return p[n] ? n + 1 : n;
}

bool book_format_is_date(const char *code)
{
    bool day = false, clock = false, month = false, digits = false, elapsed = false;
    char before = 0;

    if (strcasestr(code, "general"))
        return false;
    for (const char *p = code; *p && *p != ';';) {
        switch (*p) {
        case '"':
            p++;
            p += strcspn(p, "\"");
            p += *p != 0;
            continue;
        case '\\':
        case '_':
        case '*':
            p += p[1] ? 2 : 1;
            continue;
        case '[':
            p += bracket(p, &elapsed);
            continue;
        case 'y':
        case 'Y':
        case 'd':
        case 'D':
            day = true;
            break;
        case 'e':
        case 'g': /* East Asian years; E+00 is an exponent */
            day |= p[1] != '+' && p[1] != '-';
            break;
        case 'm':
        case 'M':
            month = true;
            break;
        case 'h':
        case 'H':
        case 's':
        case 'S':
            clock = true;
            break;
        case '0':
        case '#':
        case '?':
            digits |= before != '.' || !clock; /* ss.000 */
            p += strspn(p, "0#?");
            before = '0';
            continue;
        }
        before = *p++;
    }
    return (day || clock || month) && !digits && !elapsed;
}

static bool builtin_is_date(int64_t id)
{
    /* ECMA-376 part 1, 18.8.30; 27–36 and 50–58 are the East Asian ones. 46 is elapsed time. */
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 ||
           (id >= 50 && id <= 58);
}

struct formats {
    struct format {
        int64_t id;
        bool is_date;
    } * items;
    size_t n, cap;
};

static enum err add_format(struct book *b, struct xml *x, struct formats *formats)
{
    char *code;

    TRY(attr_text(x, b->mem, "formatCode", &code));
    if (formats->n < FORMATS_MAX && code)
        *ARENA_PUSH(b->mem, formats->items, formats->n, formats->cap) =
            (struct format){ attr_int(x, "numFmtId", -1), book_format_is_date(code) };
    return OK;
}

static void add_style(struct book *b, const struct xml *x, const struct formats *formats)
{
    int64_t id = attr_int(x, "numFmtId", 0);
    bool is_date = builtin_is_date(id);

    for (size_t i = 0; i < formats->n; i++)
        if (formats->items[i].id == id)
            is_date = formats->items[i].is_date;
    if (b->n_shapes < STYLES_MAX)
        *ARENA_PUSH(b->mem, b->shapes, b->n_shapes, b->cap_shapes) =
            is_date ? SHAPE_DATE : SHAPE_NUMBER;
}

static enum err read_styles(struct book *b, struct xml *x)
{
    struct formats formats = { 0 };
    bool in_cells = false;

    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_END)
            return OK;
        if (XML_IS(x, "cellXfs") && x->kind != XML_TEXT)
            in_cells = x->kind == XML_OPEN;
        if (x->kind != XML_OPEN)
            continue;
        if (XML_IS(x, "numFmt"))
            TRY(add_format(b, x, &formats));
        else if (XML_IS(x, "xf") && in_cells)
            add_style(b, x, &formats);
    }
}

/* --- shared strings --- */

/* Text of a <t> up to its CLOSE. Without xml:space="preserve" white space around it is no content.
 */
static enum err read_t(struct xml *x, struct text *to)
{
    const struct xml_attr *space = xml_attr(x, "xml:space");
    bool keep = space && space->value_len == 8 && memcmp(space->value, "preserve", 8) == 0;
    size_t start = to->len, end;
    int depth = x->depth;

    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_TEXT)
            TRY(xml_decode(x->report, x->name, x->len, x->is_cdata, true, to));
        else if (x->kind == XML_OPEN)
            TRY(xml_skip(x));
        else if (x->depth < depth)
            break;
    }
    if (keep || to->len == start)
        return OK;
    for (end = to->len; end > start && strchr(" \t\n\r", to->s[end - 1]); end--)
        ;
    to->s[to->len = end] = 0;
    for (end = start; end < to->len && strchr(" \t\n\r", to->s[end]); end++)
        ;
    memmove(to->s + start, to->s + end, to->len - end + 1);
    to->len -= end - start;
    return OK;
}

enum err book_read_rich(struct xml *x, struct text *to)
{
    int depth = x->depth;

    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_CLOSE && x->depth < depth)
            return OK;
        if (x->kind != XML_OPEN)
            continue;
        if (XML_IS(x, "t"))
            TRY(read_t(x, to));
        else if (!XML_IS(x, "r")) /* rPh, rPr, phoneticPr */
            TRY(xml_skip(x));
    }
}

static enum err add_string(struct book *b, struct report *r, const struct text *t)
{
    if (text_chars(t->s ? t->s : "", t->len) > (size_t)r->limits.cell_chars) {
        failure_set(r->failure, E_LIMIT, "sheet.cell_too_long",
                    SAY(r, "有单元格内容超过 %d 个字符", "a cell has more than %d characters"),
                    r->limits.cell_chars);
        return E_LIMIT;
    }
    if ((int64_t)(b->strings_len + t->len + 1 + 4 * b->n_strings) > r->limits.string_bytes) {
        failure_set(r->failure, E_LIMIT, "sheet.too_big",
                    SAY(r, "文件中不同的文字过多(超过 %d MB)",
                        "the file has too much distinct text (over %d MB)"),
                    (int)(r->limits.string_bytes >> 20));
        return report_hint(r, E_LIMIT,
                           SAY(r, "请拆成几个文件分别导入", "split it into several files"));
    }
    if (b->strings_cap - b->strings_len < t->len + 1) {
        b->strings_cap = MAX(b->strings_cap + b->strings_cap / 2, b->strings_len + t->len + 65536);
        b->strings = sheet_realloc(b->strings, b->strings_cap);
    }
    if (b->n_strings + 1 >= b->cap_strings) {
        b->cap_strings = b->cap_strings + b->cap_strings / 2 + 1024;
        b->string_at = sheet_realloc(b->string_at, b->cap_strings * sizeof *b->string_at);
    }
    memcpy(b->strings + b->strings_len, t->s ? t->s : "", t->len);
    b->string_at[b->n_strings++] = (uint32_t)b->strings_len;
    b->strings_len += t->len;
    b->strings[b->strings_len++] = 0;
    b->string_at[b->n_strings] = (uint32_t)b->strings_len;
    return OK;
}

static enum err read_strings(struct book *b, struct xml *x, struct text *t)
{
    for (;;) {
        TRY(xml_next(x));
        if (x->kind == XML_END)
            return OK;
        if (x->kind != XML_OPEN)
            continue;
        if (x->depth == 1 && !XML_IS(x, "sst"))
            return report_broken(x->report, SAY(x->report, "共享文字表有误", "bad shared strings"));
        if (x->depth == 1)
            continue;
        if (!XML_IS(x, "si")) {
            TRY(xml_skip(x));
            continue;
        }
        t->len = 0;
        TRY(book_read_rich(x, t));
        TRY(add_string(b, x->report, t));
    }
}

enum err book_load_strings(struct book *b, struct report *r)
{
    struct text t = { 0 };
    struct xml x;
    enum err err;

    if (b->has_strings || b->strings_entry < 0)
        return OK;
    b->n_strings = b->strings_len = 0;
    err = xml_open(&x, b->pack, b->strings_entry, r);
    if (err == OK)
        err = read_strings(b, &x, &t);
    xml_close(&x);
    free(t.s);
    b->has_strings = err == OK;
    return err;
}

/* --- the whole --- */

static enum err not_xlsx(struct book *b, struct report *r)
{
    static const struct {
        const char *part, *zh, *en;
    } others[] = {
        { "content.xml", "这是 OpenDocument 文件(.ods 等)",
          "this is an OpenDocument file (.ods …)" },
        { "xl/workbook.bin", "这是二进制工作簿(.xlsb)", "this is a binary workbook (.xlsb)" },
        { "word/document.xml", "这是文字文档(.docx)", "this is a text document (.docx)" },
        { "ppt/presentation.xml", "这是演示文稿(.pptx)", "this is a presentation (.pptx)" },
    };

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (pack_find(b->pack, others[i].part) < 0)
            continue;
        failure_set(r->failure, E_INVALID, i < 2 ? "sheet.legacy" : "sheet.not_a_sheet",
                    SAY(r, "%s,不能直接读取", "%s and cannot be read"),
                    SAY(r, others[i].zh, others[i].en));
        return report_hint(r, E_INVALID,
                           SAY(r, "请在 WPS 或 Excel 中打开表格,选“另存为”,文件类型选 .xlsx",
                               "open the table in WPS or Excel, choose Save As, type .xlsx"));
    }
    failure_set(r->failure, E_INVALID, "sheet.not_a_sheet",
                SAY(r, "这是压缩包,不是表格", "this is an archive, not a spreadsheet"));
    return report_hint(r, E_INVALID,
                       SAY(r, "请先解压,再导入其中的 .xlsx 文件",
                           "unpack it and import the .xlsx file inside"));
}

static enum err find_workbook(struct book *b, struct report *r, const char **ret)
{
    struct relations rels;

    TRY(load_relations(b, "", r, &rels));
    for (size_t i = 0; i < rels.n; i++)
        if (rels.items[i].type && str_ends(rels.items[i].type, "/officeDocument") &&
            str_ends(rels.items[i].target, ".xml") &&
            strstr(rels.items[i].target, "word/") == NULL &&
            strstr(rels.items[i].target, "ppt/") == NULL &&
            pack_find(b->pack, rels.items[i].target) >= 0) {
            *ret = rels.items[i].target;
            return OK;
        }
    *ret = "xl/workbook.xml";
    return pack_find(b->pack, *ret) >= 0 ? OK : not_xlsx(b, r);
}

static enum err load_part(struct book *b, int entry, struct report *r, const struct relations *rels)
{
    struct xml x;
    enum err err = xml_open(&x, b->pack, entry, r);

    if (err == OK)
        err = rels ? read_workbook(b, &x, rels) : read_styles(b, &x);
    xml_close(&x);
    return err;
}

enum err book_open(struct book *b, struct pack *p, struct report *r)
{
    struct relations rels;
    const char *workbook;

    *b = (struct book){ .pack = p, .mem = arena_new() };
    TRY(find_workbook(b, r, &workbook));
    TRY(load_relations(b, workbook, r, &rels));
    b->strings_entry = related(b, &rels, "/sharedStrings");
    b->styles_entry = related(b, &rels, "/styles");
    TRY(load_part(b, pack_find(p, workbook), r, &rels));
    if (b->styles_entry >= 0)
        TRY(load_part(b, b->styles_entry, r, NULL));
    if (b->n_sheets == 0)
        return report_broken(r, SAY(r, "没有工作表", "it has no worksheet"));
    return OK;
}

void book_close(struct book *b)
{
    free(b->strings);
    free(b->string_at);
    if (b->mem)
        arena_free(b->mem);
}

/* --- days --- */

/* n in so many digits, and `behind` after it: rosters are full of dates, and printf is slow. */
static void put_digits(char *out, int n, int digits, char behind)
{
    out[digits] = behind;
    for (; digits > 0; n /= 10)
        out[--digits] = (char)('0' + n % 10);
}

static void put_clock(char *out, int second)
{
    put_digits(out, second / 3600, 2, ':');
    put_digits(out + 3, second / 60 % 60, 2, ':');
    put_digits(out + 6, second % 60, 2, 0);
}

/* Day 60 of the 1900 system is a 29 February that never was; days before it are one off. */
bool book_serial_text(double serial, bool is_1904, char out[32])
{
    int64_t day, second;
    struct date date;

    if (!(serial >= 0) || serial >= SERIAL_MAX + 1)
        return false;
    day = (int64_t)floor(serial);
    second = (int64_t)llround((serial - (double)day) * 86400);
    if (second == 86400) {
        day++;
        second = 0;
    }
    if (day == 0 && !is_1904) {
        put_clock(out, (int)second);
        return true;
    }
    if (day == 60 && !is_1904)
        return false;
    if (is_1904)
        day += DAYS_1904;
    else if (day < 60)
        day++;
    date = date_from_days(day - 25569); /* the serial of 1970-01-01 */
    if (date_is_none(date))
        return false;
    put_digits(out, date.year, 4, '-');
    put_digits(out + 5, date.month, 2, '-');
    put_digits(out + 8, date.day, 2, second ? 'T' : 0);
    if (second)
        put_clock(out + 11, (int)second);
    return true;
}

/* Browser writers give a local midnight as the instant it is in UTC ("2023-02-28T16:00:00.000Z"),
 * which Excel would show as the day before; the day in China is what was meant. */
bool book_iso_text(const char *s, size_t len, char out[32])
{
    char day[11] = "";
    struct date date;
    int second = 0;

    memcpy(day, s, MIN(len, 10));
    if (!date_parse_iso(day, &date))
        return false;
    if (len >= 19 && s[10] == 'T') {
        static const int at[] = { 11, 12, 14, 15, 17, 18 },
                         worth[] = { 36000, 3600, 600, 60, 10, 1 };
        for (size_t i = 0; i < ARRAY_LEN(at); i++) {
            if (s[at[i]] < '0' || s[at[i]] > '9')
                return false;
            second += (s[at[i]] - '0') * worth[i];
        }
        if (s[len - 1] == 'Z')
            second += 8 * 3600;
    } else if (len != 10) {
        return false;
    }
    return second < 2 * 86400 &&
           book_serial_text(date_to_days(date) + 25569 - DAYS_1904 + second / 86400.0, true, out);
}
