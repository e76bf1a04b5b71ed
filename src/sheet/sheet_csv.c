/* sheet_csv.c — rows of a text file: RFC 4180 with what people's programs do to it.
 *
 * The encoding is decided before the first row, from the whole file: a byte order mark, else
 * validity as UTF-8, else as GB18030 (which contains GBK and GB 2312), else zeros that betray
 * UTF-16. A file that is none of these is refused rather than guessed at, because a wrong guess
 * turns names into other names. The delimiter (comma, semicolon or tab) is the one met most often
 * outside quotes in the first records; Excel's "sep=" line is obeyed. */
#include "sheet/sheet_int.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, PROBE_RECORDS = 20, RECORD_MAX = 8 << 20 };

enum encoding { ENC_UTF8, ENC_UTF16LE, ENC_UTF16BE, ENC_GB18030 };
static const char *const encoding_names[] = { "UTF-8", "UTF-16LE", "UTF-16BE", "GB18030" };

struct csv {
    struct report *report;
    int fd;
    enum encoding encoding;
    int64_t start, at; /* first byte behind the mark; next byte to read */
    iconv_t converter; /* (iconv_t)-1 for UTF-8 */
    char raw[CHUNK];
    size_t raw_len;
    char buf[CHUNK * 2]; /* decoded; GB18030 and UTF-16 grow by half at most */
    size_t pos, end;
    bool at_end;
    char delimiter;
    int64_t record;
    struct cell *cells;
    size_t *text_at;
    struct text text;
};

/* --- which encoding --- */

/* What the bytes so far can still be. */
struct sniff {
    bool utf8, gb18030;
    int utf8_left, gb_state; /* continuation bytes due; bytes of the GB sequence seen */
    unsigned char low, high; /* bounds of the next continuation byte */
    int64_t zeros[2];        /* at even and odd places */
    int64_t lines, bad_line; /* line ends; line where the last candidate fell */
};

static void sniff_utf8(struct sniff *s, unsigned char c)
{
    if (s->utf8_left > 0) {
        s->utf8 = c >= s->low && c <= s->high;
        s->low = 0x80;
        s->high = 0xBF;
        s->utf8_left--;
        return;
    }
    if (c < 0x80)
        return;
    s->utf8 = c >= 0xC2 && c <= 0xF4;
    s->utf8_left = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    s->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    s->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
}

/* GB 18030: one byte, two (81–FE, 40–FE but 7F), or four (81–FE 30–39 81–FE 30–39). */
static void sniff_gb18030(struct sniff *s, unsigned char c)
{
    switch (s->gb_state) {
    case 0:
        s->gb_state = c >= 0x80;
        s->gb18030 = c < 0x80 || (c > 0x80 && c < 0xFF);
        break;
    case 1:
        s->gb_state = c >= 0x30 && c <= 0x39 ? 2 : 0;
        s->gb18030 = s->gb_state == 2 || (c >= 0x40 && c != 0x7F && c != 0xFF);
        break;
    case 2:
        s->gb_state = 3;
        s->gb18030 = c > 0x80 && c < 0xFF;
        break;
    default:
        s->gb_state = 0;
        s->gb18030 = c >= 0x30 && c <= 0x39;
    }
}

static void sniff_bytes(struct sniff *s, const unsigned char *p, size_t len, int64_t at)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = p[i];
        s->lines += c == '\n';
        if (c == 0)
            s->zeros[(at + (int64_t)i) & 1]++;
        if (s->utf8)
            sniff_utf8(s, c);
        if (s->gb18030)
            sniff_gb18030(s, c);
        if (s->bad_line == 0 && !s->utf8 && !s->gb18030)
            s->bad_line = s->lines + 1;
    }
}

static enum err unknown_encoding(struct report *r, int64_t line)
{
    failure_set(r->failure, E_INVALID, "sheet.encoding",
                SAY(r, "第 %lld 行附近的文字不是 UTF-8、GB18030 或 UTF-16 编码",
                    "the text near line %lld is not UTF-8, GB18030 or UTF-16"),
                (long long)line);
    return report_hint(r, E_INVALID,
                       SAY(r, "请用 WPS 或 Excel 打开后另存为 .xlsx,再导入新文件",
                           "open it in WPS or Excel, save it as .xlsx and import that"));
}

static enum err find_encoding(struct csv *c)
{
    struct sniff s = { .utf8 = true, .gb18030 = true };
    const unsigned char *p = (const unsigned char *)c->raw;
    ssize_t n;

    n = pread(c->fd, c->raw, 3, 0);
    if (n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) {
        c->encoding = p[0] == 0xFF ? ENC_UTF16LE : ENC_UTF16BE;
        c->start = 2;
        return OK;
    }
    if (n == 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        c->start = 3;
        s.gb18030 = false;
    }
    for (int64_t at = c->start; (n = pread(c->fd, c->raw, CHUNK, at)) > 0; at += n)
        sniff_bytes(&s, p, (size_t)n, at);
    if (s.zeros[0] + s.zeros[1] > 0) {
        int less = s.zeros[1] > s.zeros[0] ? 0 : 1;
        if (c->start || s.zeros[1 - less] / 4 < s.zeros[less])
            return unknown_encoding(c->report, MAX(s.bad_line, 1));
        c->encoding = less == 0 ? ENC_UTF16LE : ENC_UTF16BE;
    } else if (s.utf8 && s.utf8_left == 0) {
        c->encoding = ENC_UTF8;
    } else if (s.gb18030 && s.gb_state == 0) {
        c->encoding = ENC_GB18030;
    } else {
        return unknown_encoding(c->report, s.bad_line ? s.bad_line : s.lines + 1);
    }
    return OK;
}

/* --- decoded bytes --- */

static enum err convert(struct csv *c)
{
    char *in = c->raw, *out = c->buf;
    size_t in_left = c->raw_len, out_left = sizeof c->buf;

    if (iconv(c->converter, &in, &in_left, &out, &out_left) == (size_t)-1 && errno != EINVAL)
        return unknown_encoding(c->report, c->record);
    memmove(c->raw, in, in_left);
    c->raw_len = in_left;
    c->end = sizeof c->buf - out_left;
    if (memchr(c->buf, 0, c->end))
        return unknown_encoding(c->report, c->record);
    return OK;
}

/* Replaces the buffer, all of which has been read; at_end when there is no more. */
static enum err fill(struct csv *c)
{
    c->pos = c->end = 0;
    while (c->end == 0 && !c->at_end) {
        bool is_plain = c->encoding == ENC_UTF8;
        ssize_t n = is_plain ? pread(c->fd, c->buf, CHUNK, c->at)
                             : pread(c->fd, c->raw + c->raw_len, CHUNK - c->raw_len, c->at);
        if (n < 0)
            return report_broken(c->report, SAY(c->report, "读取失败", "reading failed"));
        c->at += n;
        c->at_end = n == 0;
        if (is_plain) {
            c->end = (size_t)n;
            continue;
        }
        c->raw_len += (size_t)n;
        if (c->at_end && c->raw_len > 0)
            return unknown_encoding(c->report, c->record); /* half a character at the end */
        TRY(convert(c));
    }
    return OK;
}

/* The next byte without taking it; -1 at the end. */
static enum err peek(struct csv *c, int *ret)
{
    if (c->pos == c->end)
        TRY(fill(c));
    *ret = c->pos < c->end ? (unsigned char)c->buf[c->pos] : -1;
    return OK;
}

/* --- records --- */

/* Bytes up to a delimiter or line end are the field, quotes among them included. */
static enum err read_plain(struct csv *c)
{
    for (int byte;;) {
        size_t from;
        TRY(peek(c, &byte));
        from = c->pos;
        while (c->pos < c->end && c->buf[c->pos] != c->delimiter && c->buf[c->pos] != '\n' &&
               c->buf[c->pos] != '\r')
            c->pos++;
        text_add(&c->text, c->buf + from, c->pos - from);
        if (c->pos < c->end || byte < 0 || c->text.len > RECORD_MAX)
            return OK;
    }
}

/* Behind an opening quote, up to and with the closing one. Line ends inside become LF. */
static enum err read_quoted(struct csv *c)
{
    for (int byte;;) {
        size_t from;
        TRY(peek(c, &byte));
        if (byte < 0) {
            failure_set(c->report->failure, E_INVALID, "sheet.broken",
                        SAY(c->report, "第 %lld 行的引号没有结束",
                            "a quote in row %lld is not closed"),
                        (long long)c->record);
            return E_INVALID;
        }
        for (from = c->pos; c->pos < c->end && c->buf[c->pos] != '"' && c->buf[c->pos] != '\r';)
            c->pos++;
        text_add(&c->text, c->buf + from, c->pos - from);
        if (c->text.len > RECORD_MAX)
            return OK;
        if (c->pos == c->end)
            continue;
        if (c->buf[c->pos++] == '\r') {
            TRY(peek(c, &byte));
            if (byte != '\n')
                text_add(&c->text, "\n", 1);
            continue;
        }
        TRY(peek(c, &byte));
        if (byte != '"')
            return OK;
        text_add(&c->text, "\"", 1);
        c->pos++;
    }
}

/* ="621125…" is how exports keep Excel from rounding a number: the text inside is meant. */
static bool unwrap(struct csv *c, size_t start)
{
    char *s = c->text.s + start;
    size_t len = c->text.len - start;

    if (len < 3 || s[0] != '=' || s[1] != '"' || s[len - 1] != '"' ||
        memchr(s + 2, '"', len - 3) != NULL)
        return false;
    memmove(s, s + 2, len - 3);
    c->text.len = start + len - 3;
    s[len - 3] = 0;
    return true;
}

static enum err too_much(struct csv *c, const char *code, const char *zh, const char *en, int limit)
{
    struct report *r = c->report;

    failure_set(r->failure, E_LIMIT, code,
                SAY(r, "第 %lld 行%s(上限 %d)", "row %lld %s (limit %d)"), (long long)c->record,
                SAY(r, zh, en), limit);
    return E_LIMIT;
}

static enum err read_field(struct csv *c, int column)
{
    struct sheet_limits *limits = &c->report->limits;
    size_t start = c->text.len, len;
    bool is_quoted, is_formula;
    int byte;

    TRY(peek(c, &byte));
    is_quoted = byte == '"';
    if (is_quoted) {
        c->pos++;
        text_add(&c->text, "", 0);
        TRY(read_quoted(c));
    }
    TRY(read_plain(c));
    is_formula = !is_quoted && unwrap(c, start);
    len = c->text.len - start;
    if (len > (size_t)limits->cell_chars &&
        text_chars(c->text.s + start, len) > (size_t)limits->cell_chars)
        return too_much(c, "sheet.cell_too_long", "有内容过长的单元格",
                        "has a cell that is too long", limits->cell_chars);
    if (c->text.len > RECORD_MAX)
        return too_much(c, "sheet.too_big", "内容过多", "has too much text", RECORD_MAX);
    if (column >= limits->columns) {
        c->text.len = start;
        return len == 0 ? OK
                        : too_much(c, "sheet.too_many_columns", "列数过多", "has too many columns",
                                   limits->columns);
    }
    c->cells[column] =
        (struct cell){ .kind = len ? CELL_TEXT : CELL_EMPTY, .is_formula = is_formula, .len = len };
    c->text_at[column] = start;
    text_add(&c->text, "", 1);
    return OK;
}

/* One record; *ret_n is the number of cells up to the last that is not empty. */
static enum err read_record(struct csv *c, int *ret_n)
{
    int n = 0, byte;

    c->text.len = 0;
    for (int column = 0;; column++) {
        TRY(read_field(c, column));
        if (column < c->report->limits.columns && c->cells[column].kind != CELL_EMPTY)
            n = column + 1;
        TRY(peek(c, &byte));
        if (byte != c->delimiter)
            break;
        c->pos++;
    }
    if (byte == '\r') {
        c->pos++;
        TRY(peek(c, &byte));
    }
    if (byte == '\n')
        c->pos++;
    for (int i = 0; i < n; i++)
        c->cells[i].text = c->text.s + c->text_at[i];
    *ret_n = n;
    return OK;
}

enum err csv_next(struct csv *c, struct sheet_row *ret, bool *ret_more)
{
    for (int byte, n;;) {
        c->record++;
        TRY(peek(c, &byte));
        if (byte < 0) {
            *ret_more = false;
            return OK;
        }
        if (c->record > c->report->limits.rows)
            return too_much(c, "sheet.too_many_rows", "超过行数上限",
                            "is beyond the last row allowed", (int)c->report->limits.rows);
        TRY(read_record(c, &n));
        if (n == 0)
            continue;
        *ret = (struct sheet_row){ .number = c->record, .n = n, .cells = c->cells };
        *ret_more = true;
        return OK;
    }
}

/* --- the file --- */

static char most_frequent(const char *p, size_t len)
{
    static const char candidates[] = ",;\t";
    int64_t counts[3] = { 0 };
    int records = 0, best = 0;
    bool in_quotes = false;

    for (size_t i = 0; i < len && records < PROBE_RECORDS; i++) {
        const char *at;
        if (p[i] == '"')
            in_quotes = !in_quotes;
        else if (in_quotes)
            continue;
        else if (p[i] == '\n')
            records++;
        else if ((at = memchr(candidates, p[i], 3)))
            counts[at - candidates]++;
    }
    for (int i = 1; i < 3; i++)
        if (counts[i] > counts[best])
            best = i;
    return candidates[best];
}

enum err csv_rewind(struct csv *c)
{
    c->at = c->start;
    c->raw_len = 0;
    c->at_end = false;
    c->record = 0;
    if (c->converter != (iconv_t)-1)
        iconv(c->converter, NULL, NULL, NULL, NULL);
    TRY(fill(c));
    if (c->end >= 5 && strncasecmp(c->buf, "sep=", 4) == 0 &&
        (c->end == 5 || c->buf[5] == '\n' || c->buf[5] == '\r')) {
        c->delimiter = c->buf[4];
        c->record = 1;
        for (c->pos = 5; c->pos < c->end && (c->buf[c->pos] == '\r' || c->buf[c->pos] == '\n');)
            if (c->buf[c->pos++] == '\n')
                break;
    } else {
        c->delimiter = most_frequent(c->buf, c->end);
    }
    return OK;
}

enum err csv_open(int fd, struct report *r, struct csv **ret)
{
    struct csv *c = sheet_realloc(NULL, sizeof *c);
    size_t columns = (size_t)r->limits.columns;
    enum err err;

    memset(c, 0, sizeof *c);
    c->report = r;
    c->fd = fd;
    c->converter = (iconv_t)-1;
    c->cells = sheet_realloc(NULL, columns * sizeof *c->cells);
    c->text_at = sheet_realloc(NULL, columns * sizeof *c->text_at);
    err = find_encoding(c);
    if (err == OK && c->encoding != ENC_UTF8) {
        c->converter = iconv_open("UTF-8", encoding_names[c->encoding]);
        if (c->converter == (iconv_t)-1)
            err = failure_set(r->failure, E_INTERNAL, "sheet.encoding",
                              SAY(r, "系统缺少 %s 转换", "this system cannot convert %s"),
                              encoding_names[c->encoding]);
    }
    if (err == OK)
        err = csv_rewind(c);
    if (err != OK) {
        csv_close(c);
        return err;
    }
    *ret = c;
    return OK;
}

void csv_close(struct csv *c)
{
    if (!c)
        return;
    if (c->converter != (iconv_t)-1)
        iconv_close(c->converter);
    free(c->cells);
    free(c->text_at);
    free(c->text.s);
    free(c);
}

const char *csv_encoding(const struct csv *c)
{
    return encoding_names[c->encoding];
}
