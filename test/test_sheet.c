/* Spreadsheets: what writers of all kinds mean, and what is refused. */
#include "harness.h"
#include "sheet/sheet.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

/* --- files for the tests --- */

struct part {
    const char *name, *content;
};

static const char *write_bytes(const char *bytes, size_t len)
{
    const char *path = test_file(".bin");
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
        abort();
    return path;
}

/* A zip file of these parts. */
static const char *write_zip(const struct part *parts, size_t n)
{
    const char *path = test_file(".xlsx");
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

    for (size_t i = 0; i < n; i++)
        if (zip_file_add(zip, parts[i].name,
                         zip_source_buffer(zip, parts[i].content, strlen(parts[i].content), 0),
                         ZIP_FL_ENC_UTF_8) < 0)
            abort();
    if (zip_close(zip) != 0)
        abort();
    return path;
}

#define NS "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PKG "http://schemas.openxmlformats.org/package/2006/relationships"

static const struct part usual_rels = {
    "_rels/.rels", "<Relationships xmlns=\"" PKG "\"><Relationship Id=\"rId1\" Type=\"" REL
                   "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
};
static const struct part usual_book = {
    "xl/workbook.xml",
    "<workbook xmlns=\"" NS "\" xmlns:r=\"" REL
    "\"><sheets><sheet name=\"名单\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
};
static const struct part usual_book_rels = {
    "xl/_rels/workbook.xml.rels",
    "<Relationships xmlns=\"" PKG "\"><Relationship Id=\"rId1\" Type=\"" REL
    "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"" REL
    "/styles\" Target=\"styles.xml\"/><Relationship Id=\"rId3\" Type=\"" REL
    "/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
};

/* A workbook of one sheet; NULL parts are left out. */
static const char *write_book(const char *sheet, const char *strings, const char *styles)
{
    struct part parts[6] = {
        usual_rels, usual_book, usual_book_rels, { "xl/worksheets/sheet1.xml", sheet }
    };
    size_t n = 4;

    if (strings)
        parts[n++] = (struct part){ "xl/sharedStrings.xml", strings };
    if (styles)
        parts[n++] = (struct part){ "xl/styles.xml", styles };
    return write_zip(parts, n);
}

#define SHEET(body) "<worksheet xmlns=\"" NS "\"><sheetData>" body "</sheetData></worksheet>"

/* --- what was read, as text --- */

/* Rows of sheet i: "3 T:张三 N:17 D:2023-03-01 ~ F:T:…" — ~ is an empty cell, F: a formula,
 * "(h)" behind the number a hidden row. A failure ends it with its code. */
static const char *dump_sheet(struct sheet *s, int i)
{
    struct str out = str_new(test_arena());
    struct failure f = { 0 };
    struct sheet_row row;
    bool more = true;

    if (sheet_select(s, i, &f) != OK)
        str_addf(&out, "!%s", f.code);
    while (!f.err && sheet_next(s, &row, &more, &f) == OK && more) {
        str_addf(&out, "%s%lld%s", out.len ? "\n" : "", (long long)row.number,
                 row.is_hidden ? "(h)" : "");
        for (int k = 0; k < row.n; k++) {
            const struct cell *c = &row.cells[k];
            str_addf(&out, " %s", c->is_formula ? "F:" : "");
            if (c->kind == CELL_EMPTY)
                str_add(&out, "~");
            else
                str_addf(&out, "%c:%s", "~TNDBE"[c->kind], c -> text);
            EXPECT(strlen(c->text) == c->len && utf8_valid(c->text, c->len));
        }
    }
    if (f.err && out.len && out.s[0] != '!')
        str_addf(&out, "\n!%s", f.code);
    else if (f.err && !out.len)
        str_addf(&out, "!%s", f.code);
    return out.s;
}

static const char *dump(const char *path)
{
    struct failure f = { 0 };
    struct sheet *s = NULL;
    const char *out;

    if (sheet_open(path, NULL, LANG_ZH, &f, &s) != OK) {
        EXPECT(f.message[0] && utf8_valid(f.message, strlen(f.message)));
        out = arena_printf(test_arena(), "!%s", f.code);
    } else {
        out = dump_sheet(s, 0);
    }
    sheet_close(s);
    return out;
}

static const char *dump_csv(const char *bytes)
{
    return dump(write_bytes(bytes, strlen(bytes)));
}

/* --- writers of other programs --- */

static const char same_cells[] = "1 T:姓名 T:身份证号 T:日期 T:工资\n"
                                 "3 T:张三 N:621125199003070013 D:2023-03-01 N:3500.5";
#define DATE_STYLES                                                                              \
    "<styleSheet xmlns=\"" NS "\"><cellStyleXfs count=\"1\"><xf numFmtId=\"0\"/></cellStyleXfs>" \
    "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"

TEST("shared strings, prefixes, missing references and inline strings give the same cells")
{
    EXPECT_STR(
        dump(write_book(
            SHEET(
                "<row r=\"1\" spans=\"1:4\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
                "<c r=\"C1\" t=\"s\"><v>2</v></c><c r=\"D1\" t=\"s\"><v>3</v></c></row>"
                "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>4</v></c><c r=\"B3\"><v>621125199003070013</v></c>"
                "<c r=\"C3\" s=\"1\"><v>44986</v></c><c r=\"D3\"><v>3500.5</v></c></row>"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n"
            "<sst xmlns=\"" NS "\"><si><t>姓名</t></si><si><t>身份证号</t></si><si><t>日期</t></si>"
            "<si><t>工资</t></si><si><r><rPr><b/></rPr><t>张</t></r><r><t>三</t></r>"
            "<rPh sb=\"0\" eb=\"1\"><t>ZHANG</t></rPh><phoneticPr fontId=\"1\"/></si></sst>",
            DATE_STYLES)),
        same_cells);
    /* as WPS and the Open XML SDK write: a prefix on every element */
    EXPECT_STR(
        dump(write_book(
            "\xEF\xBB\xBF<?xml version=\"1.0\"?><x:worksheet xmlns:x=\"" NS "\"><x:sheetData>\n"
            "<x:row r=\"1\"><x:c r=\"A1\" t=\"str\"><x:v>姓名</x:v></x:c><x:c r=\"B1\" t=\"str\"><x:v>身份证号"
            "</x:v></x:c><x:c r=\"C1\" t=\"str\"><x:v>日期</x:v></x:c><x:c r=\"D1\" t=\"str\"><x:v>工资</x:v>"
            "</x:c></x:row><x:row r=\"3\"><x:c r=\"A3\" t=\"inlineStr\"><x:is><x:t>张三</x:t></x:is></x:c>"
            "<x:c r=\"B3\"><x:v> 621125199003070013 </x:v></x:c><x:c r=\"C3\" s=\"1\"><x:v>44986</x:v></x:c>"
            "<x:c r=\"D3\"><x:v>3500.5</x:v></x:c></x:row></x:sheetData></x:worksheet>",
            NULL, DATE_STYLES)),
        same_cells);
    /* as JavaScript writers do: no r= at all, blank rows written out */
    EXPECT_STR(
        dump(write_book(
            SHEET(
                "<row><c t=\"inlineStr\"><is><t>姓名</t></is></c><c t=\"inlineStr\"><is><t>身份证号</t></is></c>"
                "<c t=\"inlineStr\"><is><t>日期</t></is></c><c t=\"inlineStr\"><is><t>工资</t></is></c></row>"
                "<row/><row><c t=\"inlineStr\"><is><r><t>张</t></r><r><t>三</t></r></is></c>"
                "<c><v>621125199003070013</v></c><c t=\"d\"><v>2023-03-01</v></c><c t='n'><v>3500.5</v></c>"
                "<c s='1'/></row>"),
            NULL, NULL)),
        same_cells);
}

TEST("rows without numbers take them from their cells, else follow on")
{
    EXPECT_STR(dump(write_book(SHEET("<row><c r=\"B5\"><v>1</v></c></row><row><c><v>2</v></c></row>"
                                     "<row r=\"9\"><c><v>3</v></c><c r=\"D9\"><v>4</v></c></row>"),
                               NULL, NULL)),
               "5 ~ N:1\n6 N:2\n9 N:3 ~ ~ N:4");
}

TEST("parts are found wherever the relations put them, strict or transitional")
{
    static const char strict[] =
        "<Relationships xmlns=\"" PKG "\"><Relationship Id=\"a\" "
        "Type=\"http://purl.oclc.org/ooxml/officeDocument/relationships/%s\" Target=\"%s\"/>"
        "</Relationships>";
    struct part parts[] = {
        { "_rels/.rels", arena_printf(test_arena(), strict, "officeDocument", "/office/book.xml") },
        { "office/book.xml",
          "<s:workbook xmlns:s=\"http://purl.oclc.org/ooxml/spreadsheetml/main\" xmlns:q=\"u\">"
          "<s:workbookPr date1904=\"true\"/><s:sheets><s:sheet name=\"甲&amp;乙\" sheetId=\"4\" "
          "state=\"veryHidden\" q:id=\"a\"/></s:sheets></s:workbook>" },
        { "office/_rels/book.xml.rels",
          arena_printf(test_arena(), strict, "worksheet", "../data\\one.xml") },
        { "Data/One.xml", SHEET("<row r=\"2\"><c r=\"C2\"><v>1</v></c></row>") },
    };
    const char *path = write_zip(parts, ARRAY_LEN(parts));
    struct failure f = { 0 };
    struct sheet *s = NULL;

    EXPECT_INT(sheet_open(path, NULL, LANG_EN, &f, &s), OK);
    EXPECT_STR(f.message, "");
    if (s) {
        EXPECT_INT(sheet_count(s), 1);
        EXPECT_STR(sheet_info(s, 0).name, "甲&乙");
        EXPECT(sheet_info(s, 0).is_hidden);
        EXPECT_STR(dump_sheet(s, 0), "2 ~ ~ N:1");
        EXPECT_STR(dump_sheet(s, 0), "2 ~ ~ N:1"); /* selected again */
    }
    sheet_close(s);
    unlink(path);
}

TEST("formulas, truth values, errors, hidden rows and columns are told, blank rows are not")
{
    const char *path = write_book(
        "<worksheet xmlns=\"" NS
        "\"><cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols><sheetData>"
        "<row r=\"1\"><c r=\"A1\" t=\"str\"><f>B1&amp;\"x\"</f><v>值</v></c><c r=\"B1\"><f>1+1</f><v>2</v></c>"
        "<c r=\"C1\" t=\"e\"><f>VLOOKUP(1,2,3)</f><v>#N/A</v></c><c r=\"D1\" t=\"b\"><v>1</v></c>"
        "<c r=\"E1\"><f>NOW()</f></c></row>"
        "<row r=\"2\" hidden=\"1\"><c r=\"A2\"><v>7</v></c></row>"
        "<row r=\"3\"><c r=\"A3\" s=\"1\"/><c r=\"XFD3\" s=\"1\"/></row>"
        "<row r=\"1048576\"><c r=\"B1048576\" t=\"str\"><v>a_x000D_b_x005F_&#20013;<![CDATA[<&>]]></v></c></row>"
        "</sheetData><mergeCells><mergeCell ref=\"A1:C2\"/><mergeCell ref=\"A30:B30\"/></mergeCells></worksheet>",
        NULL, NULL);
    struct failure f = { 0 };
    struct sheet *s = NULL;
    const struct sheet_merge *m;
    int n;

    EXPECT_INT(sheet_open(path, NULL, LANG_EN, &f, &s), OK);
    EXPECT_STR(dump_sheet(s, 0), "1 F:T:值 F:N:2 F:E:#N/A B:TRUE F:~\n2(h) N:7\n"
                                 "1048576 ~ T:a\rb_中<&>");
    EXPECT(!sheet_column_is_hidden(s, 0) && sheet_column_is_hidden(s, 1));
    EXPECT(sheet_column_is_hidden(s, 2) && !sheet_column_is_hidden(s, 3));
    m = sheet_merges(s, &n);
    EXPECT_INT(n, 1);
    EXPECT(m[0].row_first == 1 && m[0].row_last == 2 && m[0].column_last == 2);
    sheet_close(s);
    unlink(path);
}

/* --- CSV --- */

static const struct {
    const char *bytes, *want;
} csv_files[] = {
    { "姓名,电话\n张三,\"1,2\"\n", "1 T:姓名 T:电话\n2 T:张三 T:1,2" },
    { "\xEF\xBB\xBF姓名;电话\r\n张三;\r\n\r\n;;\r\n;李四",
      "1 T:姓名 T:电话\n2 T:张三\n5 ~ T:李四" },
    { "a\tb,c\nd\te", "1 T:a T:b,c\n2 T:d T:e" },
    { "\"x\r\ny\",1\nz,\"a\"\"b\"\"\"\n", "1 T:x\ny T:1\n2 T:z T:a\"b\"" },
    { "sep=;\na;b,c,d\n", "2 T:a T:b,c,d" },
    { "号,=\"621125199003070013\"\n5\" x,\"y\"z\n",
      "1 T:号 F:T:621125199003070013\n2 T:5\" x T:yz" },
    { "\xD0\xD5\xC3\xFB,\x82\x30\x84\x36\n", "1 T:姓名 T:\u34c7" }, /* GB18030 of four bytes */
    { "a\rb\r", "1 T:a\n2 T:b" },
    { "a,\"b\nc", "!sheet.broken" },
    { "\xEF\xBB\xBF"
      "a\n\xC0\xAF\n",
      "!sheet.encoding" }, /* overlong, and marked as UTF-8 */
    { "caf\xE9 bar,1\n", "!sheet.encoding" },
};

TEST("CSV of any delimiter and encoding gives its records")
{
    for (size_t i = 0; i < ARRAY_LEN(csv_files); i++)
        EXPECT_STR(dump_csv(csv_files[i].bytes), csv_files[i].want);
}

TEST("UTF-16 CSV is read with and without a byte order mark")
{
    static const char le[] = "\xFF\xFE\xD3\x59,\0a\0\n\0\x3D\xD8\x00\xDE",
                      be[] = "\xFE\xFF\x59\xD3\0,\0a\0\n",
                      bare[] = "a\0,\0b\0\r\0\n\0\xD3\x59,\0\x31\0",
                      half[] = "\xFF\xFE"
                               "a\0b";

    EXPECT_STR(dump(write_bytes(le, sizeof le - 1)), "1 T:姓 T:a\n2 T:😀");
    EXPECT_STR(dump(write_bytes(be, sizeof be - 1)), "1 T:姓 T:a");
    EXPECT_STR(dump(write_bytes(bare, sizeof bare - 1)), "1 T:a T:b\n2 T:姓 T:1");
    EXPECT_STR(dump(write_bytes(half, sizeof half - 1)), "!sheet.encoding");
}

/* --- refusals --- */

/* A compound file of 1024 bytes whose directory names one stream. */
static const char *compound(const char *stream)
{
    char *file = arena_alloc(test_arena(), 1024);

    memcpy(file, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    file[30] = 9; /* sectors of 512 bytes; the directory is the first */
    for (size_t i = 0; stream[i]; i++)
        file[640 + 2 * i] = stream[i];
    return file;
}

TEST("what is no .xlsx or CSV is refused by its nature, with the way out")
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *code;
    } files[] = {
        { "", 0, "!sheet.empty" },
        { "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old", 12, "!sheet.legacy" },
        { "%PDF-1.7", 8, "!sheet.not_a_sheet" },
        { "\x89PNG\r\n\x1a\n", 8, "!sheet.not_a_sheet" },
        { "\xff\xd8\xff\xe0 JFIF", 8, "!sheet.not_a_sheet" },
        { "Rar!\x1a\x07", 6, "!sheet.not_a_sheet" },
        { " \n<HTML><table>", 15, "!sheet.legacy" },
        { "<?xml version=\"1.0\"?><Workbook>", 31, "!sheet.legacy" },
        { "PK\3\4 cut off", 12, "!sheet.broken" },
    };
    static const struct part ods[] = { { "mimetype", "application/vnd.oasis" },
                                       { "content.xml", "<x/>" } },
                             docx[] = { { "word/document.xml", "<x/>" } },
                             archive[] = { { "a.txt", "hello" } };

    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        EXPECT_STR(dump(write_bytes(files[i].bytes, files[i].len)), files[i].code);
    EXPECT_STR(dump(write_bytes(compound("EncryptedPackage"), 1024)), "!sheet.protected");
    EXPECT_STR(dump(write_bytes(compound("Workbook"), 1024)), "!sheet.legacy");
    EXPECT_STR(dump(write_bytes(compound("WordDocument"), 1024)), "!sheet.not_a_sheet");
    EXPECT_STR(dump(write_zip(ods, 2)), "!sheet.legacy");
    EXPECT_STR(dump(write_zip(docx, 1)), "!sheet.not_a_sheet");
    EXPECT_STR(dump(write_zip(archive, 1)), "!sheet.not_a_sheet");
    EXPECT_STR(dump("/nonexistent.xlsx"), "!sheet.missing");
    EXPECT_STR(dump("/tmp"), "!sheet.missing");
}

TEST("hostile or damaged XML is refused with its reason")
{
    struct str deep = str_new(test_arena()), longest = str_new(test_arena());
    static const struct {
        const char *sheet, *want;
    } files[] = {
        { "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><worksheet/>", "!sheet.unsafe" },
        { SHEET("<row r=\"1\"><c r=\"A1\"><v>&lol;</v></c></row>"), "!sheet.broken" },
        { SHEET("<row r=\"1\"><c r=\"A1\"><v>1</c></row>"), "!sheet.broken" },
        { SHEET("<row r=\"2\"/><row r=\"2\"/>"), "!sheet.broken" },
        { SHEET("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>"),
          "!sheet.broken" },
        { SHEET("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>"), "!sheet.broken" },
        { SHEET("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>\xff</v></c></row>"), "!sheet.broken" },
        { SHEET("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>&#0;</v></c></row>"), "!sheet.broken" },
        { SHEET("<row r=\"1\"><c r=\"ABC1\"><v>1</v></c></row>"), "!sheet.too_many_columns" },
        { SHEET("<row r=\"1048577\"><c><v>1</v></c></row>"), "!sheet.too_many_rows" },
        { "<worksheet xmlns=\"" NS "\"><sheetData>", "!sheet.broken" },
        { "<worksheet/><worksheet/>", "!sheet.broken" },
        { "<?xml version=\"1.0\" encoding=\"GBK\"?><worksheet/>", "!sheet.broken" },
        { "", "!sheet.broken" },
    };

    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        EXPECT_STR(dump(write_book(files[i].sheet, NULL, NULL)), files[i].want);
    for (int i = 0; i < 100; i++)
        str_add(&deep, "<a>");
    EXPECT_STR(dump(write_book(deep.s, NULL, NULL)), "!sheet.broken"); /* not a worksheet */
    deep = str_new(test_arena());
    str_add(&deep, "<worksheet><sheetData>");
    for (int i = 0; i < 100; i++)
        str_add(&deep, "<row>");
    EXPECT_STR(dump(write_book(deep.s, NULL, NULL)), "!sheet.too_deep");
    str_add(&longest, "<worksheet><sheetData><row><c t=\"str\"><v>");
    for (int i = 0; i < 32768; i++)
        str_add(&longest, "鹊");
    str_add(&longest, "</v></c></row></sheetData></worksheet>");
    EXPECT_STR(dump(write_book(longest.s, NULL, NULL)), "!sheet.cell_too_long");
}

/* libxlsxwriter 1.1.4 loses one copy of a validation's formula (a few bytes a long list). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:lxw_strdup";
}
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

/* --- writing --- */

static const char *const sexes[] = { "男", "女", NULL };
static const char *const many[] = {
    "甲,乙", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十",
    "丙", NULL
};
static const struct sheet_column columns[] = {
    { "姓名", SHEET_TEXT, 0, "身份证上的姓名", NULL },
    { "人数", SHEET_INT, 0, NULL, NULL },
    { "金额(元)", SHEET_MONEY, 0, NULL, NULL },
    { "到岗日期", SHEET_DATE, 0, NULL, NULL },
    { "性别", SHEET_TEXT, 6, NULL, sexes },
    { "岗位", SHEET_TEXT, 0, NULL, many },
};
static const struct sheet_page page = { "补贴[1]", "稳岗补贴", "导出人:王某 2026-11-22", columns,
                                        6 };
static const struct sheet_value written[][6] = {
    { { .text = "张三" },
      { .number = 3 },
      { .number = 123456 },
      { .text = "2023-03-01" },
      { .text = "男" },
      { .text = "焊工" } },
    { { .text = "=HYPERLINK(\"x\")", .mark = "姓名不是姓名" },
      { .number = NONE },
      { .number = -5 },
      { .text = "2023年3月", .mark = "没有日" },
      { .text = NULL, .mark = "缺性别" },
      { .text = "@SUM(1)" } },
    { { .text = " +1" },
      { .number = 1234567890123456789 },
      { .number = 0 },
      { .text = NULL },
      { .text = "-" },
      { .text = "\t-1" } },
    { { .text = "a_x000D_b\x01<&>\"" },
      { .number = 0 },
      { .number = NONE },
      { .text = NULL },
      { .text = "＝1" },
      { .text = "a\nb" } },
};

static const char *write_file(enum sheet_format format)
{
    const char *path = test_file(format == SHEET_CSV ? ".csv" : ".xlsx");
    struct failure f = { 0 };
    struct sheet_writer *w;

    EXPECT_INT(sheet_writer_open(path, format, LANG_ZH, &f, &w), OK);
    EXPECT_INT(sheet_writer_page(w, &page, &f), OK);
    for (size_t i = 0; i < ARRAY_LEN(written); i++)
        EXPECT_INT(sheet_writer_row(w, written[i], 6, &f), OK);
    EXPECT_INT(sheet_writer_row(w, NULL, 0, &f), OK);
    EXPECT_INT(sheet_writer_close(w, &f), OK);
    return path;
}

TEST("what the xlsx writer is given comes back cell by cell, and nothing as a formula")
{
    EXPECT_STR(dump(write_file(SHEET_XLSX)),
               "1 T:稳岗补贴\n2 T:导出人:王某 2026-11-22\n"
               "3 T:姓名 T:人数 T:金额(元) T:到岗日期 T:性别 T:岗位\n"
               "4 T:张三 N:3 N:1234.56 D:2023-03-01 T:男 T:焊工\n"
               "5 T:=HYPERLINK(\"x\") ~ N:-0.05 T:2023年3月 ~ T:@SUM(1)\n"
               "6 T: +1 T:1234567890123456789 N:0 ~ T:- T:\t-1\n"
               "7 T:a_x000D_b\x01<&>\" N:0 ~ ~ T:＝1 T:a\nb");
}

TEST("the CSV writer disarms what a spreadsheet would compute")
{
    EXPECT_STR(dump(write_file(SHEET_CSV)),
               "1 T:稳岗补贴\n2 T:导出人:王某 2026-11-22\n"
               "3 T:姓名 T:人数 T:金额(元) T:到岗日期 T:性别 T:岗位\n"
               "4 T:张三 T:3 T:1234.56 T:2023-03-01 T:男 T:焊工\n"
               "5 T:'=HYPERLINK(\"x\") ~ T:-0.05 T:2023年3月 ~ T:'@SUM(1)\n"
               "6 T:' +1 T:1234567890123456789 T:0.00 ~ T:'- T:'\t-1\n"
               "7 T:a_x000D_b\x01<&>\" T:0 ~ ~ T:'＝1 T:a\nb");
}

/* --- LibreOffice --- */

TEST("a workbook that LibreOffice made is read: merged title, dates, formulas, what is hidden")
{
    struct failure f = { 0 };
    struct sheet *s = NULL;
    const struct sheet_merge *m;
    int n;

    EXPECT_INT(sheet_open("test/data/sheets/roster.xlsx", NULL, LANG_ZH, &f, &s), OK);
    if (!s)
        return;
    EXPECT_STR(dump_sheet(s, 0), "1 T:某县务工人员花名册\n"
                                 "2 T:姓名 T:身份证号 T:到岗日期 T:月薪 T:年薪\n"
                                 "3 T:张三 T:11010519491231002X D:2023-03-01 N:3500.5 F:N:42006\n"
                                 "4(h) T:李四 ~ ~ B:TRUE F:E:#N/A\n"
                                 "6 T:合计");
    m = sheet_merges(s, &n);
    EXPECT(n == 1 && m[0].row_first == 1 && m[0].column_last == 4);
    EXPECT(sheet_column_is_hidden(s, 1) && !sheet_column_is_hidden(s, 2));
    EXPECT_INT(sheet_count(s), 2);
    EXPECT_STR(sheet_info(s, 1).name, "代码");
    EXPECT(sheet_info(s, 1).is_hidden && !sheet_info(s, 0).is_hidden);
    sheet_close(s);
}

/* The whole text of a file. */
static const char *slurp(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct str out = str_new(test_arena());
    char buf[4096];

    for (size_t n; file && (n = fread(buf, 1, sizeof buf, file)) > 0;)
        str_add_len(&out, buf, n);
    if (file)
        fclose(file);
    return out.len ? out.s : "";
}

/* Runs a program without its output; -1 when it is not there. */
static int run(const char *const *argv)
{
    posix_spawn_file_actions_t quiet;
    int status = -1;
    pid_t pid;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, argv[0], &quiet, NULL, (char **)(uintptr_t)argv, environ) == 0)
        waitpid(pid, &status, 0);
    posix_spawn_file_actions_destroy(&quiet);
    return status;
}
#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

TEST("LibreOffice finds no formula in what is written, and finds comments, red cells and lists")
{
    const char *dir = test_folder();
    const char *xlsx, *name, *text;

    if (RUN("soffice", "--version") != 0) {
        puts("    (LibreOffice is not installed: written files were not opened with it)");
        return;
    }
    xlsx = write_file(SHEET_XLSX);
    name = strrchr(xlsx, '/') + 1;
    EXPECT_INT(RUN("timeout", "100", "soffice",
                   arena_printf(test_arena(), "-env:UserInstallation=file://%s/profile", dir),
                   "--headless", "--convert-to", "fods", "--outdir", dir, xlsx),
               0);
    text = slurp(arena_printf(test_arena(), "%s/%.*s.fods", dir, (int)strlen(name) - 5, name));
    EXPECT(strstr(text, "<text:p>=HYPERLINK(&quot;x&quot;)</text:p>") != NULL);
    EXPECT(strstr(text, "table:formula") == NULL);
    EXPECT(strstr(text, "office:annotation") && strstr(text, "姓名不是姓名"));
    EXPECT(strstr(text, "fo:background-color=\"#ffc7ce\"") != NULL);
    EXPECT(strstr(text, "table:content-validation ") && strstr(text, "选项"));
    EXPECT(strstr(text, "office:date-value=\"2023-03-01\"") != NULL);
}

/* --- failures --- */

TEST("a file that cannot be written fails and leaves nothing behind")
{
    struct failure f = { 0 };
    struct sheet_writer *w;

    EXPECT_INT(sheet_writer_open("/nonexistent/a.xlsx", SHEET_XLSX, LANG_EN, &f, &w), E_INTERNAL);
    EXPECT_STR(f.code, "sheet.not_written");
    EXPECT_INT(sheet_writer_open("/nonexistent/a.csv", SHEET_CSV, LANG_EN, &f, &w), E_INTERNAL);
}
