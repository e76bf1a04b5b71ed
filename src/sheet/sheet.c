/* sheet.c — tells what a file is by its first bytes, and refuses what is no .xlsx or CSV with the
 * way out: people are sent files in every format that WPS and Excel have written in thirty years.
 */
#include "sheet/sheet_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct sheet {
    struct report report;
    int fd;
    struct xlsx *xlsx; /* one of the two */
    struct csv *csv;
};

enum err report_hint(struct report *r, enum err err, const char *hint)
{
    snprintf(r->failure->hint, sizeof r->failure->hint, "%s", hint);
    utf8_trim_tail(r->failure->hint);
    return err;
}

enum err report_broken(struct report *r, const char *what)
{
    failure_set(r->failure, E_INVALID, "sheet.broken",
                SAY(r, "文件已损坏:%s", "the file is damaged: %s"), what);
    return report_hint(r, E_INVALID,
                       SAY(r, "请重新传送,或用 WPS、Excel 打开后另存为新的 .xlsx 文件",
                           "send it again, or open it in WPS or Excel and save it as a new .xlsx"));
}

void *sheet_realloc(void *p, size_t size)
{
    p = realloc(p, size);
    if (!p) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return p;
}

/* --- what is not read --- */

static enum err refuse_legacy(struct report *r, const char *zh, const char *en)
{
    failure_set(r->failure, E_INVALID, "sheet.legacy",
                SAY(r, "%s,不能直接读取", "%s and cannot be read"), SAY(r, zh, en));
    return report_hint(r, E_INVALID,
                       SAY(r,
                           "请用 WPS 或 Excel 打开:文件 → 另存为 → 文件类型选“Microsoft Excel "
                           "文件(*.xlsx)”,再导入新文件",
                           "open it in WPS or Excel: File, Save As, type Excel workbook (*.xlsx), "
                           "then import the new file"));
}

static enum err refuse_other(struct report *r, const char *zh, const char *en)
{
    failure_set(r->failure, E_INVALID, "sheet.not_a_sheet",
                SAY(r, "%s,不是表格", "%s, not a spreadsheet"), SAY(r, zh, en));
    return report_hint(r, E_INVALID,
                       SAY(r, "请导入 .xlsx 或 CSV 文件", "import an .xlsx or CSV file"));
}

/* Compound files: old .xls and .et, text documents, and .xlsx with a password. The directory names
 * the streams in UTF-16; it begins in the sector given at offset 48. */
static enum err refuse_compound(int fd, const unsigned char *head, size_t len, struct report *r)
{
    static const char encrypted[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e",
                      document[] = "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t";
    unsigned char directory[8192];
    ssize_t n = 0;

    if (len >= 52) {
        int shift = head[30] == 12 ? 12 : 9;
        int64_t sector = head[48] | head[49] << 8 | head[50] << 16 | (int64_t)head[51] << 24;
        n = pread(fd, directory, sizeof directory, (sector + 1) << shift);
    }
    if (n > 0 && memmem(directory, (size_t)n, encrypted, sizeof encrypted)) {
        failure_set(r->failure, E_INVALID, "sheet.protected",
                    SAY(r, "文件有打开密码,无法读取",
                        "the file has a password and cannot be read"));
        return report_hint(r, E_INVALID,
                           SAY(r, "请用 WPS 或 Excel 打开,取消密码后另存为 .xlsx",
                               "open it in WPS or Excel, remove the password, save as .xlsx"));
    }
    if (n > 0 && memmem(directory, (size_t)n, document, sizeof document))
        return refuse_other(r, "这是文字文档(.doc/.wps)", "this is a text document (.doc/.wps)");
    return refuse_legacy(r, "这是旧版表格格式(.xls 或 WPS .et)",
                         "this is an old spreadsheet format (.xls or WPS .et)");
}

static const struct {
    const char *magic;
    size_t at, len;
    const char *zh, *en;
} pictures_and_others[] = {
    { "%PDF", 0, 4, "这是 PDF 文件", "this is a PDF file" },
    { "\x89PNG", 0, 4, "这是图片", "this is a picture" },
    { "\xff\xd8\xff", 0, 3, "这是图片", "this is a picture" },
    { "GIF8", 0, 4, "这是图片", "this is a picture" },
    { "II*\0", 0, 4, "这是图片", "this is a picture" },
    { "MM\0*", 0, 4, "这是图片", "this is a picture" },
    { "WEBP", 8, 4, "这是图片", "this is a picture" },
    { "ftyp", 4, 4, "这是图片或视频", "this is a picture or a video" },
    { "Rar!", 0, 4, "这是压缩包", "this is an archive" },
    { "7z\xbc\xaf\x27\x1c", 0, 6, "这是压缩包", "this is an archive" },
    { "\x1f\x8b", 0, 2, "这是压缩包", "this is an archive" },
    { "SQLite format 3", 0, 15, "这是数据库", "this is a database" },
    { "{\\rtf", 0, 5, "这是文字文档(.rtf)", "this is a text document (.rtf)" },
    { "\x7f"
      "ELF",
      0, 4, "这是程序", "this is a program" },
    { "MZ\x90", 0, 3, "这是程序", "this is a program" },
};

/* Mark-up under the name .xls: web pages that systems export, and the XML of Excel 2003. */
static enum err refuse_markup(const unsigned char *head, size_t len, struct report *r)
{
    size_t i = len >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    const char *p;

    while (i < len && (head[i] == ' ' || (head[i] >= 9 && head[i] <= 13)))
        i++;
    p = (const char *)head + i;
    len -= i;
    if (len >= 5 && strncasecmp(p, "<?xml", 5) == 0)
        return refuse_legacy(r, "这是 XML 表格(Excel 2003 XML)",
                             "this is an XML table (Excel 2003 XML)");
    if (len >= 2 && *p == '<' && (p[1] == '!' || ((p[1] | 32) >= 'a' && (p[1] | 32) <= 'z')))
        return refuse_legacy(r, "这是网页(常见于系统导出的“假 .xls”)",
                             "this is a web page (often exported under the name .xls)");
    if (len >= 13 && strncasecmp(p, "MIME-Version:", 13) == 0)
        return refuse_legacy(r, "这是网页存档", "this is a web archive");
    return OK;
}

static enum err open_content(struct sheet *s, int64_t size)
{
    int fd = s->fd;
    struct report *r = &s->report;
    unsigned char head[512];
    ssize_t got = pread(fd, head, sizeof head, 0);
    size_t len = got > 0 ? (size_t)got : 0;
    struct pack *pack;

    if (len >= 8 && memcmp(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0)
        return refuse_compound(fd, head, len, r);
    for (size_t i = 0; i < ARRAY_LEN(pictures_and_others); i++)
        if (len >= pictures_and_others[i].at + pictures_and_others[i].len &&
            memcmp(head + pictures_and_others[i].at, pictures_and_others[i].magic,
                   pictures_and_others[i].len) == 0)
            return refuse_other(r, pictures_and_others[i].zh, pictures_and_others[i].en);
    if (len >= 4 && memcmp(head, "\x09\x08", 2) == 0 && head[3] == 0)
        return refuse_legacy(r, "这是旧版表格格式(.xls)",
                             "this is an old spreadsheet format (.xls)");
    if (len < 4 || memcmp(head, "PK\3\4", 4) != 0) {
        TRY(refuse_markup(head, len, r));
        return csv_open(fd, r, &s->csv);
    }
    TRY(pack_open(fd, size, r, &pack));
    return xlsx_open(pack, r, &s->xlsx);
}

/* --- the public face --- */

static void set_limits(struct sheet_limits *to, const struct sheet_limits *given)
{
    static const struct sheet_limits usual = { .file_bytes = 200 << 20,
                                               .inflated_bytes = (int64_t)4 << 30,
                                               .string_bytes = 96 << 20,
                                               .rows = 1048576,
                                               .entries = 2000,
                                               .ratio = 200,
                                               .columns = 512,
                                               .cell_chars = 32767 };

    *to = usual;
    if (!given)
        return;
#define TAKE(name) to->name = given->name > 0 ? given->name : usual.name
    TAKE(file_bytes);
    TAKE(inflated_bytes);
    TAKE(string_bytes);
    TAKE(rows);
    TAKE(entries);
    TAKE(ratio);
    TAKE(columns);
    TAKE(cell_chars);
#undef TAKE
}

static enum err check_file(int fd, struct report *r, int64_t *ret_size)
{
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return failure_set(r->failure, E_NOT_FOUND, "sheet.missing",
                           SAY(r, "找不到文件或无法读取", "no such file, or it cannot be read"));
    if (st.st_size == 0)
        return failure_set(r->failure, E_INVALID, "sheet.empty",
                           SAY(r, "文件是空的", "the file is empty"));
    if (st.st_size > r->limits.file_bytes) {
        failure_set(r->failure, E_LIMIT, "sheet.too_big",
                    SAY(r, "文件超过 %d MB", "the file is larger than %d MB"),
                    (int)(r->limits.file_bytes >> 20));
        return report_hint(r, E_LIMIT,
                           SAY(r, "请拆成几个文件分别导入", "split it into several files"));
    }
    *ret_size = st.st_size;
    return OK;
}

void sheet_close(struct sheet *s)
{
    if (!s)
        return;
    xlsx_close(s->xlsx);
    csv_close(s->csv);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

enum err sheet_open(const char *path, const struct sheet_limits *limits, enum lang lang,
                    struct failure *f, struct sheet **ret)
{
    struct sheet *s = sheet_realloc(NULL, sizeof *s);
    int64_t size = 0;
    enum err err;

    *s = (struct sheet){ .report = { .lang = lang, .failure = f },
                         .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
    set_limits(&s->report.limits, limits);
    err = check_file(s->fd, &s->report, &size);
    if (err == OK)
        err = open_content(s, size);
    if (err != OK) {
        sheet_close(s);
        return err;
    }
    *ret = s;
    return OK;
}

enum sheet_format sheet_format(const struct sheet *s)
{
    return s->xlsx ? SHEET_XLSX : SHEET_CSV;
}

const char *sheet_encoding(const struct sheet *s)
{
    return s->csv ? csv_encoding(s->csv) : "";
}

int sheet_count(const struct sheet *s)
{
    return s->xlsx ? xlsx_count(s->xlsx) : 1;
}

struct sheet_info sheet_info(const struct sheet *s, int i)
{
    assert(i >= 0 && i < sheet_count(s));
    return s->xlsx ? xlsx_info(s->xlsx, i) : (struct sheet_info){ "", false };
}

enum err sheet_select(struct sheet *s, int i, struct failure *f)
{
    assert(i >= 0 && i < sheet_count(s));
    s->report.failure = f;
    return s->xlsx ? xlsx_select(s->xlsx, i) : csv_rewind(s->csv);
}

enum err sheet_next(struct sheet *s, struct sheet_row *ret, bool *ret_more, struct failure *f)
{
    s->report.failure = f;
    return s->xlsx ? xlsx_next(s->xlsx, ret, ret_more) : csv_next(s->csv, ret, ret_more);
}

bool sheet_column_is_hidden(const struct sheet *s, int column)
{
    return s->xlsx && xlsx_column_is_hidden(s->xlsx, column);
}

const struct sheet_merge *sheet_merges(const struct sheet *s, int *ret_n)
{
    *ret_n = 0;
    return s->xlsx ? xlsx_merges(s->xlsx, ret_n) : NULL;
}
