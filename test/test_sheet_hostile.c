/* Spreadsheets made to harm: bombs, overlaps, lies about sizes, cut files; and what the fuzzer has
 * found so far. */
#include "harness.h"
#include "sheet/sheet_int.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define LLVMFuzzerTestOneInput fuzz_sheet
#include "fuzz/fuzz_sheet.c"

/* --- zip files by hand --- */

/* One entry, and what its headers claim. Claims of -1 are the truth. */
struct entry {
    const char *name;
    const char *data;
    size_t len, zeros; /* zeros: so many zero bytes instead of data */
    int64_t claimed_size, claimed_packed, at;
    uint32_t crc_flaw;
    int flags, method;
    const char *local_name;
};

static struct entry entry_of(const char *name, const char *data)
{
    return (struct entry){ .name = name,
                           .data = data,
                           .len = strlen(data),
                           .claimed_size = -1,
                           .claimed_packed = -1,
                           .at = -1,
                           .method = 8 };
}

static void le(struct str *out, uint64_t n, int bytes)
{
    for (; bytes > 0; bytes--, n >>= 8)
        str_add_char(out, (char)(n & 0xFF));
}

/* Raw deflate of the entry's bytes. */
static struct str packed(const struct entry *e, uint32_t *ret_crc)
{
    struct str out = str_new(test_arena());
    static unsigned char zeros[65536], buf[65536];
    size_t left = e->zeros ? e->zeros : e->len;
    z_stream z = { 0 };

    if (deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    *ret_crc = 0;
    z.next_in = e->zeros ? zeros : (unsigned char *)(uintptr_t)e->data;
    do {
        if (z.avail_in == 0) {
            z.avail_in = (uInt)(e->zeros ? MIN(left, sizeof zeros) : left);
            z.next_in = e->zeros ? zeros : z.next_in;
            *ret_crc = (uint32_t)crc32(*ret_crc, z.next_in, z.avail_in);
            left -= z.avail_in;
        }
        z.next_out = buf;
        z.avail_out = sizeof buf;
        if (deflate(&z, left ? Z_NO_FLUSH : Z_FINISH) == Z_STREAM_ERROR)
            abort();
        str_add_len(&out, (char *)buf, sizeof buf - z.avail_out);
    } while (z.avail_out == 0 || z.avail_in > 0 || left > 0);
    deflateEnd(&z);
    return out;
}

static void header(struct str *out, const struct entry *e, uint32_t crc, size_t packed_len,
                   const char *name)
{
    int64_t size = (int64_t)(e->zeros ? e->zeros : e->len);

    le(out, 20, 2);
    le(out, (uint64_t)e->flags, 2);
    le(out, (uint64_t)e->method, 2);
    le(out, 0, 4);
    le(out, crc ^ e->crc_flaw, 4);
    le(out, (uint64_t)(e->claimed_packed >= 0 ? e->claimed_packed : (int64_t)packed_len), 4);
    le(out, (uint64_t)(e->claimed_size >= 0 ? e->claimed_size : size), 4);
    le(out, strlen(name), 2);
    le(out, 0, 2);
}

static struct str build(const struct entry *entries, size_t n)
{
    struct str out = str_new(test_arena()), directory = str_new(test_arena());
    size_t at;

    for (size_t i = 0; i < n; i++) {
        const struct entry *e = &entries[i];
        const char *local = e->local_name ? e->local_name : e->name;
        uint32_t crc;
        struct str bytes = packed(e, &crc);
        le(&directory, 0x02014b50, 4);
        le(&directory, 20, 2);
        header(&directory, e, crc, bytes.len, e->name);
        le(&directory, 0, 10);
        le(&directory, e->at >= 0 ? (uint64_t)e->at : out.len, 4);
        str_add(&directory, e->name);
        le(&out, 0x04034b50, 4);
        header(&out, e, crc, bytes.len, local);
        str_add(&out, local);
        str_add_len(&out, bytes.s, bytes.len);
    }
    at = out.len;
    str_add_len(&out, directory.s, directory.len);
    le(&out, 0x06054b50, 4);
    le(&out, 0, 4);
    le(&out, n, 2);
    le(&out, n, 2);
    le(&out, directory.len, 4);
    le(&out, at, 4);
    le(&out, 0, 2);
    return out;
}

/* The code with which a file of these bytes is refused, "" when all its rows can be read. */
static const char *verdict_within(const struct sheet_limits *limits, const char *bytes, size_t len)
{
    const char *path = test_file(".bin");
    struct failure f = { 0 };
    struct sheet *s = NULL;
    struct sheet_row row;
    bool more = true;
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
        abort();
    if (sheet_open(path, limits, LANG_ZH, &f, &s) == OK && sheet_select(s, 0, &f) == OK)
        while (sheet_next(s, &row, &more, &f) == OK && more)
            ;
    sheet_close(s);
    unlink(path);
    return arena_strdup(test_arena(), f.code);
}

static const char *verdict(const char *bytes, size_t len)
{
    return verdict_within(NULL, bytes, len);
}

enum { RELS, BOOK, BOOK_RELS, SHEET, USUAL };

static void usual_entries(struct entry to[USUAL])
{
    to[RELS] = entry_of(parts[0].name, parts[0].content);
    to[BOOK] = entry_of(parts[4].name, parts[4].content);
    to[BOOK_RELS] =
        entry_of("xl/_rels/workbook.xml.rels", "<R><Relationship Id='a' Type='" FUZZ_REL
                                               "worksheet' Target='worksheets/sheet1.xml'/></R>");
    to[SHEET] =
        entry_of("xl/worksheets/sheet1.xml",
                 "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>");
}

static const char *verdict_of(const struct entry *entries, size_t n)
{
    struct str file = build(entries, n);

    return verdict(file.s, file.len);
}

/* --- the container --- */

TEST("a zip file whose headers lie, hide, repeat or overlap is refused")
{
    struct entry e[USUAL + 1];

    usual_entries(e);
    EXPECT_STR(verdict_of(e, USUAL), "");
    e[SHEET].claimed_size = 10; /* more comes out than was declared */
    EXPECT_STR(verdict_of(e, USUAL), "sheet.unsafe");
    e[SHEET].claimed_size = 1000; /* less comes out */
    EXPECT_STR(verdict_of(e, USUAL), "sheet.unsafe");
    usual_entries(e);
    e[SHEET].claimed_packed = 1 << 20;
    EXPECT_STR(verdict_of(e, USUAL), "sheet.broken");
    usual_entries(e);
    e[SHEET].crc_flaw = 1;
    EXPECT_STR(verdict_of(e, USUAL), "sheet.broken");
    usual_entries(e);
    e[SHEET].flags = 1;
    EXPECT_STR(verdict_of(e, USUAL), "sheet.protected");
    usual_entries(e);
    e[SHEET].method = 12;
    EXPECT_STR(verdict_of(e, USUAL), "sheet.broken");
    usual_entries(e);
    e[SHEET].local_name = "xl/worksheets/sheet2.xml";
    EXPECT_STR(verdict_of(e, USUAL), "sheet.unsafe");
    usual_entries(e);
    e[USUAL] = e[SHEET]; /* the same name again, in other letters */
    e[USUAL].name = "XL/Worksheets/Sheet1.xml";
    EXPECT_STR(verdict_of(e, USUAL + 1), "sheet.unsafe");
    usual_entries(e);
    e[RELS].claimed_packed = 200; /* reaches over the next entry */
    EXPECT_STR(verdict_of(e, USUAL), "sheet.unsafe");
}

TEST("a zip bomb is refused at once and without memory")
{
    struct entry e[USUAL];
    struct rusage before, after;
    struct str file;
    clock_t start;

    usual_entries(e);
    e[SHEET].zeros = 64 << 20;
    file = build(e, USUAL);
    getrusage(RUSAGE_SELF, &before);
    start = clock();
    EXPECT_STR(verdict(file.s, file.len), "sheet.too_big"); /* ratio */
    EXPECT((double)(clock() - start) / CLOCKS_PER_SEC < 1.0);
    getrusage(RUSAGE_SELF, &after);
    EXPECT(after.ru_maxrss - before.ru_maxrss < 64 << 10);
    e[SHEET].claimed_size = 1000; /* the same, denying its size */
    EXPECT_STR(verdict_of(e, USUAL), "sheet.unsafe");
}

TEST("too many entries are refused")
{
    struct entry *e = NEW_ARRAY(test_arena(), struct entry, 2001);

    for (int i = 0; i < 2001; i++)
        e[i] = entry_of(arena_printf(test_arena(), "x%d", i), "x");
    EXPECT_STR(verdict_of(e, 2001), "sheet.too_big");
}

TEST("a file cut off anywhere, or with any bit flipped, is refused or read, never worse")
{
    struct entry e[USUAL];
    struct str file;
    int read = 0;

    usual_entries(e);
    file = build(e, USUAL);
    for (size_t len = 4; len < file.len; len += 3) /* shorter, it is text */
        EXPECT(verdict(file.s, len)[0] != 0);
    for (size_t i = 0; i < file.len; i += 2) {
        file.s[i] ^= 0x10;
        read += verdict(file.s, file.len)[0] == 0;
        file.s[i] ^= 0x10;
    }
    EXPECT(read < (int)file.len / 4); /* times, versions, attributes */
}

TEST("what is beyond a limit is refused: strings, inflated size, file, rows, columns, a cell")
{
    static const struct {
        struct sheet_limits limits;
        const char *code;
    } cases[] = {
        { { .string_bytes = 10 }, "sheet.too_big" },
        { { .inflated_bytes = 600 }, "sheet.too_big" },
        { { .file_bytes = 600 }, "sheet.too_big" },
        { { .entries = 4 }, "sheet.too_big" },
        { { .rows = 1 }, "sheet.too_many_rows" },
        { { .columns = 1 }, "sheet.too_many_columns" },
        { { .cell_chars = 9 }, "sheet.cell_too_long" },
        { { .rows = 2 }, "" },
    };
    struct entry e[USUAL + 1];
    struct str file;

    usual_entries(e);
    e[BOOK_RELS] = entry_of(parts[5].name, parts[5].content);
    e[SHEET].data = "<worksheet><sheetData><row r='2'><c t='s'><v>0</v></c><c><v>1</v></c></row>"
                    "</sheetData></worksheet>";
    e[SHEET].len = strlen(e[SHEET].data);
    e[USUAL] = entry_of(parts[2].name, "<sst><si><t>0123456789</t></si></sst>");
    file = build(e, USUAL + 1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        EXPECT_STR(verdict_within(&cases[i].limits, file.s, file.len), cases[i].code);
}

/* --- number formats and days --- */

TEST("number formats that show dates are told from those that show numbers")
{
    static const struct {
        const char *code;
        bool is_date;
    } formats[] = {
        { "yyyy\"年\"m\"月\"", true },
        { "yyyy年m月d日", true },
        { "[$-804]yyyy/m/d;@", true },
        { "m/d/yy h:mm", true },
        { "[DBNum1]m\"月\"d\"日\"", true },
        { "h:mm:ss.000", true },
        { "上午/下午h\"时\"", true },
        { "mmm-yy", true },
        { "General", false },
        { "G/通用格式", false },
        { "0.00E+00", false },
        { "0.00", false },
        { "#,##0\"d\"", false },
        { "[h]:mm", false },
        { "[Red]0.00", false },
        { "\\d0", false },
        { "@", false },
        { "0_m", false },
        { "\"yyyy", false },
        { "[$USD] 0", false },
        { "0;yyyy", false },
        { "", false },
        { "\\", false },
        { "[", false },
    };

    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (book_format_is_date(formats[i].code) != formats[i].is_date)
            test_fail(__FILE__, __LINE__, "format %s", formats[i].code);
}

TEST("day serials of both epochs become ISO days and times")
{
    static const struct {
        double serial;
        bool is_1904;
        const char *want;
    } days[] = {
        { 1, false, "1900-01-01" },
        { 59, false, "1900-02-28" },
        { 60, false, NULL },
        { 61, false, "1900-03-01" },
        { 44986, false, "2023-03-01" },
        { 44986.333333333336, false, "2023-03-01T08:00:00" },
        { 0.5, false, "12:00:00" },
        { 0, true, "1904-01-01" },
        { 43524, true, "2023-03-01" },
        { 44985.999999999, false, "2023-03-01" },
        { 2958465, false, "9999-12-31" },
        { 2958466, false, NULL },
        { -1, false, NULL },
        { 20230301, false, NULL },
    };

    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        char iso[32];
        bool ok = book_serial_text(days[i].serial, days[i].is_1904, iso);
        EXPECT_STR(ok ? iso : NULL, days[i].want);
    }
}

TEST("dates stored as text become the day in China that was meant")
{
    static const struct {
        const char *text, *want;
    } dates[] = {
        { "2023-03-01", "2023-03-01" },
        { "2023-03-01T00:00:00", "2023-03-01" },
        { "2023-02-28T16:00:00.000Z", "2023-03-01" },
        { "2023-03-01T08:30:00", "2023-03-01T08:30:00" },
        { "1904-01-01", "1904-01-01" },
        { "2023-02-30", NULL },
        { "2023-03-01T8:30", NULL },
        { "", NULL },
    };

    for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
        char iso[32];
        bool ok = book_iso_text(dates[i].text, strlen(dates[i].text), iso);
        EXPECT_STR(ok ? iso : NULL, dates[i].want);
    }
}

/* --- the corpus --- */

TEST("the fuzzer's corpus is read or refused")
{
    static const char folder[] = "test/fuzz/corpus/sheet";
    DIR *dir = opendir(folder);
    int n = 0;

    EXPECT(dir != NULL);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        static uint8_t bytes[FILE_MAX];
        FILE *file;
        if (d->d_name[0] == '.')
            continue;
        file = fopen(arena_printf(test_arena(), "%s/%s", folder, d->d_name), "rb");
        EXPECT(file != NULL);
        if (!file)
            continue;
        fuzz_sheet(bytes, fread(bytes, 1, sizeof bytes, file));
        fclose(file);
        n++;
    }
    if (dir)
        closedir(dir);
    EXPECT(n >= 10);
}
