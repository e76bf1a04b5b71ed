/* simulate_book.c — workbooks as offices leave them. */
#include "app/simulate_book.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

enum { SHEETS_MAX = 8, MERGES_MAX = 200, DOS_DATE = 0x4E34 /* 2019-01-20, for every entry */ };

struct page {
    const char *name;
    bool is_hidden;
    struct str xml, csv, merges;
    int64_t rows;
    int merge_count;
};
struct book {
    struct arena *mem;
    struct page pages[SHEETS_MAX];
    int n;
};

struct book *book_new(struct arena *mem)
{
    struct book *b = NEW(mem, struct book);

    b->mem = mem;
    return b;
}

void book_sheet(struct book *b, const char *name, bool is_hidden)
{
    assert(b->n < SHEETS_MAX);
    b->pages[b->n++] = (struct page){ .name = name,
                                      .is_hidden = is_hidden,
                                      .xml = str_new(b->mem),
                                      .csv = str_new(b->mem),
                                      .merges = str_new(b->mem) };
}

static void add_escaped(struct str *s, const char *text)
{
    for (const char *p = text; p && *p; p++)
        switch (*p) {
        case '<':
            str_add(s, "&lt;");
            break;
        case '>':
            str_add(s, "&gt;");
            break;
        case '&':
            str_add(s, "&amp;");
            break;
        case '"':
            str_add(s, "&quot;");
            break;
        default:
            str_add_char(s, *p);
        }
}

/* "A1": columns from 0. */
static void add_name(struct str *s, int column, int64_t row)
{
    if (column >= 26)
        str_add_char(s, (char)('A' + column / 26 - 1));
    str_addf(s, "%c%lld", 'A' + column % 26, (long long)row);
}

static void add_cell(struct str *s, const struct book_cell *c, int column, int64_t row)
{
    static const char *const types[] = { "", "str", "n", "n", "e" };

    str_add(s, "<c r=\"");
    add_name(s, column, row);
    str_addf(s, "\" s=\"%d\"", c->kind == BOOK_DATE ? 2 : 1);
    if (c->kind == BOOK_EMPTY) {
        str_add(s, "/>");
        return;
    }
    if (c->kind == BOOK_TEXT && !c->formula) {
        str_add(s, " t=\"inlineStr\"><is><t xml:space=\"preserve\">");
        add_escaped(s, c->text);
        str_add(s, "</t></is></c>");
        return;
    }
    str_addf(s, " t=\"%s\">", types[c->kind]);
    if (c->formula) {
        str_add(s, "<f>");
        add_escaped(s, c->formula);
        str_add(s, "</f>");
    }
    str_add(s, "<v>");
    add_escaped(s, c->text);
    str_add(s, "</v></c>");
}

static void add_csv(struct str *s, const char *text)
{
    if (!text || !strpbrk(text, ",\"\r\n")) {
        str_add(s, text);
        return;
    }
    str_add_char(s, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            str_add_char(s, '"');
        str_add_char(s, *p);
    }
    str_add_char(s, '"');
}

int64_t book_next_row(const struct book *b)
{
    return b->pages[b->n - 1].rows + 1;
}

int64_t book_row(struct book *b, const struct book_cell *cells, int n, bool is_hidden)
{
    struct page *p = &b->pages[b->n - 1];
    int64_t row = ++p->rows;

    str_addf(&p->xml, "<row r=\"%lld\"%s>", (long long)row, is_hidden ? " hidden=\"1\"" : "");
    for (int i = 0; i < n; i++) {
        add_cell(&p->xml, &cells[i], i, row);
        add_csv(&p->csv, cells[i].text);
        str_add(&p->csv, i + 1 < n ? "," : "");
    }
    str_add(&p->xml, "</row>");
    str_add(&p->csv, "\r\n");
    return row;
}

void book_merge(struct book *b, int64_t row_first, int64_t row_last, int first, int last)
{
    struct page *p = &b->pages[b->n - 1];

    str_add(&p->merges, "<mergeCell ref=\"");
    add_name(&p->merges, first, row_first);
    str_add_char(&p->merges, ':');
    add_name(&p->merges, last, row_last);
    str_add(&p->merges, "\"/>");
    p->merge_count++;
}

/* --- files --- */
static enum err not_written(struct failure *f, const char *path)
{
    failure_set(f, E_INTERNAL, "sheet.not_written", "%s: 无法写入 cannot be written", path);
    return E_INTERNAL;
}

static bool put(zip_t *z, const char *name, const char *data, size_t len)
{
    zip_source_t *source = zip_source_buffer(z, data, len, 0);
    zip_int64_t i = source ? zip_file_add(z, name, source, ZIP_FL_ENC_UTF_8) : -1;

    if (i < 0)
        zip_source_free(source);
    return i >= 0 && zip_file_set_dostime(z, (zip_uint64_t)i, 0, DOS_DATE, 0) == 0;
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"

static const char root_rels[] =
    XML "<Relationships xmlns=\"" PACKAGE "relationships\">"
        "<Relationship Id=\"rId1\" Type=\"" REL
        "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
/* Format 1: bordered cell; 2: a date. */
static const char styles[] = XML
    "<styleSheet xmlns=\"" MAIN
    "\"><fonts count=\"1\"><font><sz val=\"11\"/><name val=\"宋体\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"2\"><border/><border><left style=\"thin\"/><right style=\"thin\"/><top style=\"thin\"/><bottom style=\"thin\"/></border></borders>"
    "<cellStyleXfs count=\"1\"><xf/></cellStyleXfs>"
    "<cellXfs count=\"3\"><xf/><xf borderId=\"1\" applyBorder=\"1\"/><xf numFmtId=\"14\" borderId=\"1\" applyNumberFormat=\"1\" applyBorder=\"1\"/></cellXfs>"
    "</styleSheet>";

static bool put_parts(struct book *b, zip_t *z)
{
    struct str types = str_new(b->mem), book = str_new(b->mem), rels = str_new(b->mem);
    bool ok = true;

    str_add(
        &types, XML
        "<Types xmlns=\"" PACKAGE
        "content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
        "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
        "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
        "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>");
    str_add(&book, XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" REL "\"><sheets>");
    str_add(&rels, XML "<Relationships xmlns=\"" PACKAGE "relationships\">");
    for (int i = 0; i < b->n; i++) {
        struct page *p = &b->pages[i];
        struct str s = str_new(b->mem);
        str_addf(
            &types,
            "<Override PartName=\"/xl/worksheets/sheet%d.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>",
            i + 1);
        str_add(&book, "<sheet name=\"");
        add_escaped(&book, p->name);
        str_addf(&book, "\" sheetId=\"%d\"%s r:id=\"rId%d\"/>", i + 1,
                 p->is_hidden ? " state=\"hidden\"" : "", i + 1);
        str_addf(&rels,
                 "<Relationship Id=\"rId%d\" Type=\"" REL
                 "/worksheet\" Target=\"worksheets/sheet%d.xml\"/>",
                 i + 1, i + 1);
        str_add(&s, XML "<worksheet xmlns=\"" MAIN "\"><sheetData>");
        str_add_len(&s, p->xml.s, p->xml.len);
        str_add(&s, "</sheetData>");
        if (p->merge_count)
            str_addf(&s, "<mergeCells count=\"%d\">%s</mergeCells>", p->merge_count, p->merges.s);
        str_add(&s, "</worksheet>");
        ok = ok && put(z, arena_printf(b->mem, "xl/worksheets/sheet%d.xml", i + 1), s.s, s.len);
    }
    str_add(&types, "</Types>");
    str_add(&book, "</sheets></workbook>");
    str_addf(&rels,
             "<Relationship Id=\"rId%d\" Type=\"" REL
             "/styles\" Target=\"styles.xml\"/></Relationships>",
             b->n + 1);
    return ok && put(z, "[Content_Types].xml", types.s, types.len) &&
           put(z, "_rels/.rels", root_rels, sizeof root_rels - 1) &&
           put(z, "xl/workbook.xml", book.s, book.len) &&
           put(z, "xl/_rels/workbook.xml.rels", rels.s, rels.len) &&
           put(z, "xl/styles.xml", styles, sizeof styles - 1);
}

enum err book_write_xlsx(struct book *b, const char *path, struct failure *f)
{
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

    if (!z)
        return not_written(f, path);
    if (!put_parts(b, z) || zip_close(z) != 0) {
        zip_discard(z);
        return not_written(f, path);
    }
    return OK;
}

enum err book_write_text(const char *path, const char *data, size_t len, struct failure *f)
{
    FILE *out = fopen(path, "wb");
    bool ok = out && fwrite(data, 1, len, out) == len;

    if (out)
        ok = fclose(out) == 0 && ok;
    return ok ? OK : not_written(f, path);
}

enum err book_write_csv(struct book *b, const char *path, struct failure *f)
{
    struct str *csv = &b->pages[0].csv;
    char *in = csv->s, *start = arena_alloc(b->mem, csv->len * 2 + 1), *out = start;
    size_t in_left = csv->len, out_left = csv->len * 2;
    iconv_t to = iconv_open("GB18030", "UTF-8");
    bool ok = to != (iconv_t)-1 && iconv(to, &in, &in_left, &out, &out_left) != (size_t)-1;

    if (to != (iconv_t)-1)
        iconv_close(to);
    return ok ? book_write_text(path, start, (size_t)(out - start), f) : not_written(f, path);
}
