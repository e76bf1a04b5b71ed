/* sheet_xml.c — a strict pull scanner for the XML inside an .xlsx file.
 *
 * It accepts the XML that spreadsheet programs write and refuses the rest: no DOCTYPE (so no
 * entities but the five and character references), UTF-8 or UTF-16, nesting to 32, tokens to 1 MiB,
 * tags that match. Text is handed out raw and decoded by xml_decode when it is wanted.
 *
 * The buffer ends in a NUL, which XML forbids in content: inner loops need not count, they stop at
 * the NUL and look whether it is the guard (then more is read and the token scanned again) or an
 * illegal byte.
 *
 * Why not expat: on a roster of 100,000 rows by 25 columns libzip and expat alone, without looking
 * at a cell, take 1.4 s (inline strings) or 1.0 s (shared); this reader, all included, takes 0.65
 * and 0.55 s. One parser for all parts is less than two, so the small parts use it as well. */
#include "sheet/sheet_int.h"

#include <stdlib.h>

enum { BUF_SIZE = 256 << 10, TOKEN_MAX = 1 << 20 };

/* What a scan of one token came to. */
enum scan { SCAN_OK, SCAN_MORE, SCAN_SKIP, SCAN_BAD, SCAN_DEEP, SCAN_DOCTYPE };

void text_add(struct text *t, const char *s, size_t len)
{
    if (t->cap - t->len < len + 1) {
        t->cap = MAX(t->cap * 2, t->len + len + 256);
        t->s = sheet_realloc(t->s, t->cap);
    }
    memcpy(t->s + t->len, s, len);
    t->len += len;
    t->s[t->len] = 0;
}

size_t text_chars(const char *s, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xC0) != 0x80;
    return n;
}

/* --- decoding text --- */

static bool is_xml_char(uint32_t c)
{
    return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c < 0xD800) ||
           (c >= 0xE000 && c <= 0x10FFFF && c != 0xFFFE && c != 0xFFFF);
}

/* The entity at p ("&…;"), its length in *ret_len; 0 when it is none we know. */
static uint32_t entity(const char *p, size_t left, size_t *ret_len)
{
    static const struct {
        const char *name;
        size_t len;
        uint32_t c;
    } names[] = { { "&lt;", 4, '<' },
                  { "&gt;", 4, '>' },
                  { "&amp;", 5, '&' },
                  { "&quot;", 6, '"' },
                  { "&apos;", 6, '\'' } };
    uint32_t c = 0;
    size_t i = 2;
    bool is_hex;

    for (size_t k = 0; k < ARRAY_LEN(names); k++)
        if (left >= names[k].len && memcmp(p, names[k].name, names[k].len) == 0) {
            *ret_len = names[k].len;
            return names[k].c;
        }
    if (left < 4 || p[1] != '#')
        return 0;
    is_hex = p[2] == 'x';
    i += is_hex;
    for (; i < left && i < 12 && p[i] != ';'; i++) {
        uint32_t digit = p[i] >= '0' && p[i] <= '9'             ? (uint32_t)(p[i] - '0')
                         : is_hex && p[i] >= 'a' && p[i] <= 'f' ? (uint32_t)(p[i] - 'a' + 10)
                         : is_hex && p[i] >= 'A' && p[i] <= 'F' ? (uint32_t)(p[i] - 'A' + 10)
                                                                : 99;
        if (digit == 99 || c > 0x10FFFF)
            return 0;
        c = c * (is_hex ? 16 : 10) + digit;
    }
    if (i >= left || p[i] != ';' || !is_xml_char(c))
        return 0;
    *ret_len = i + 1;
    return c;
}

/* Length of the well-formed UTF-8 sequence at p, 0 if it is not one. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    if (p[0] >= 0xC2 && p[0] < 0xE0)
        return left >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if ((p[0] & 0xF0) == 0xE0) {
        if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
            return 0;
        return (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] >= 0xA0) ? 0 : 3;
    }
    if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        if (left < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
            return 0;
        return (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] >= 0x90) ? 0 : 4;
    }
    return 0;
}

static int hex4(const char *p)
{
    int c = 0;

    for (int i = 0; i < 4; i++) {
        int d = p[i] >= '0' && p[i] <= '9'   ? p[i] - '0'
                : p[i] >= 'a' && p[i] <= 'f' ? p[i] - 'a' + 10
                : p[i] >= 'A' && p[i] <= 'F' ? p[i] - 'A' + 10
                                             : -1;
        if (d < 0)
            return -1;
        c = c * 16 + d;
    }
    return c;
}

/* _x000D_ at p: the code unit, or -1. Surrogates stay as they are written. */
static int escaped_unit(const char *p, size_t left)
{
    int c;

    if (left < 7 || p[1] != 'x' || p[6] != '_')
        return -1;
    c = hex4(p + 2);
    return c >= 0xD800 && c < 0xE000 ? -1 : c;
}

enum err xml_decode(struct report *r, const char *raw, size_t len, bool is_cdata, bool is_escaped,
                    struct text *to)
{
    const char *p = raw, *end = raw + len;

    while (p < end) {
        const char *start = p;
        unsigned char c = 0;
        size_t n;
        while (p < end && (c = (unsigned char)*p) >= 0x20 && c < 0x80 && c != '&' && c != '_')
            p++;
        if (p > start)
            text_add(to, start, (size_t)(p - start));
        if (p == end)
            break;
        if (c >= 0x80) {
            for (start = p; p < end && (unsigned char)*p >= 0x80; p += n)
                if ((n = utf8_sequence((const unsigned char *)p, (size_t)(end - p))) == 0)
                    return report_broken(r,
                                         SAY(r, "文字不是有效的 UTF-8", "text is not valid UTF-8"));
            text_add(to, start, (size_t)(p - start));
        } else if (c == '&' && !is_cdata) {
            char utf8[4];
            uint32_t code = entity(p, (size_t)(end - p), &n);
            if (code == 0)
                return report_broken(r, SAY(r, "有不认识的 XML 实体", "unknown XML entity"));
            text_add(to, utf8, (size_t)utf8_put(utf8, code));
            p += n;
        } else if (c == '_' && is_escaped && escaped_unit(p, (size_t)(end - p)) >= 0) {
            char utf8[4];
            int unit = escaped_unit(p, (size_t)(end - p));
            if (unit > 0) /* a NUL would end the text */
                text_add(to, utf8, (size_t)utf8_put(utf8, (uint32_t)unit));
            p += 7;
        } else if (c == '\r') { /* XML 1.0, 2.11: line ends become LF */
            text_add(to, "\n", 1);
            p += p + 1 < end && p[1] == '\n' ? 2 : 1;
        } else if (c >= 0x20 || c == '\t' || c == '\n') {
            text_add(to, p, 1);
            p++;
        } else {
            return report_broken(r, SAY(r, "有不允许的控制字符", "forbidden control character"));
        }
    }
    return OK;
}

/* --- filling the buffer --- */

/* Pairs of bytes in x->raw become UTF-8 at the end of the buffer; an odd rest stays. */
static enum err from_utf16(struct xml *x)
{
    size_t i = 0;

    while (x->raw_len - i >= 2) {
        const unsigned char *p = (const unsigned char *)x->raw + i;
        uint32_t c = x->utf16 == 1 ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[1] | p[0] << 8);
        i += 2;
        if (c >= 0xD800 && c < 0xDC00) {
            uint32_t low;
            if (x->raw_len - i < 2) {
                i -= 2;
                break;
            }
            low = x->utf16 == 1 ? (uint32_t)(p[2] | p[3] << 8) : (uint32_t)(p[3] | p[2] << 8);
            i += 2;
            if (low < 0xDC00 || low >= 0xE000)
                return report_broken(x->report, SAY(x->report, "UTF-16 损坏", "damaged UTF-16"));
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        } else if (c >= 0xDC00 && c < 0xE000) {
            return report_broken(x->report, SAY(x->report, "UTF-16 损坏", "damaged UTF-16"));
        }
        if (c != 0xFEFF)
            x->end += (size_t)utf8_put(x->buf + x->end, c);
        if (c == 0) /* the guard would take it for the end */
            return report_broken(x->report, SAY(x->report, "有不允许的控制字符",
                                                "forbidden control character"));
    }
    memmove(x->raw, x->raw + i, x->raw_len - i);
    x->raw_len -= i;
    return OK;
}

static enum err fill_utf16(struct xml *x)
{
    while (!x->at_end && x->cap - x->end > 2 * sizeof x->raw) {
        size_t n;
        TRY(part_read(x->in, x->raw + x->raw_len, sizeof x->raw - x->raw_len, &n));
        x->raw_len += n;
        x->at_end = n == 0;
        TRY(from_utf16(x));
    }
    if (x->at_end && x->raw_len > 0)
        return report_broken(x->report, SAY(x->report, "UTF-16 损坏", "damaged UTF-16"));
    return OK;
}

/* Move what is left to the front and read on; the buffer grows for a long token, to TOKEN_MAX. */
static enum err fill(struct xml *x)
{
    size_t n;

    memmove(x->buf, x->buf + x->pos, x->end - x->pos);
    x->end -= x->pos;
    x->pos = 0;
    if (x->end > x->cap / 2) {
        if (x->cap > TOKEN_MAX) {
            failure_set(x->report->failure, E_LIMIT, "sheet.cell_too_long",
                        SAY(x->report, "有单元格内容超过 %d 个字符",
                            "a cell has more than %d characters"),
                        x->report->limits.cell_chars);
            return E_LIMIT;
        }
        x->cap *= 2;
        x->buf = sheet_realloc(x->buf, x->cap + 1);
    }
    if (x->utf16) {
        TRY(fill_utf16(x));
    } else {
        TRY(part_read(x->in, x->buf + x->end, x->cap - x->end, &n));
        x->end += n;
        x->at_end = n == 0;
    }
    x->buf[x->end] = 0;
    return OK;
}

/* Byte order mark, or the zero beside the first '<'. */
static enum err detect_encoding(struct xml *x)
{
    const unsigned char *b = (const unsigned char *)x->buf;

    if (x->end >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF) {
        x->pos = 3;
    } else if (x->end >= 2 && ((b[0] == 0xFF && b[1] == 0xFE) || (b[0] == '<' && b[1] == 0))) {
        x->utf16 = 1;
    } else if (x->end >= 2 && ((b[0] == 0xFE && b[1] == 0xFF) || (b[0] == 0 && b[1] == '<'))) {
        x->utf16 = 2;
    }
    if (x->utf16) {
        memcpy(x->raw, x->buf, x->end); /* the first piece was kept small for this */
        x->raw_len = x->end;
        x->end = 0;
        TRY(from_utf16(x));
        x->buf[x->end] = 0;
    }
    return OK;
}

enum err xml_open(struct xml *x, struct pack *p, int entry, struct report *r)
{
    memset(x, 0, sizeof *x);
    x->report = r;
    TRY(part_open(p, entry, &x->in));
    x->cap = BUF_SIZE;
    x->buf = sheet_realloc(NULL, x->cap + 1);
    TRY(part_read(x->in, x->buf, sizeof x->raw, &x->end));
    x->at_end = x->end == 0;
    x->buf[x->end] = 0;
    return detect_encoding(x);
}

void xml_close(struct xml *x)
{
    part_close(x->in);
    free(x->buf);
    x->in = NULL;
    x->buf = NULL;
}

/* --- tokens --- */

enum { IS_SPACE = 1, ENDS_NAME = 2, ENDS_TEXT = 4 };
static const unsigned char class_of[256] = {
    [0] = ENDS_NAME | ENDS_TEXT,
    ['\t'] = IS_SPACE | ENDS_NAME,
    ['\n'] = IS_SPACE | ENDS_NAME,
    ['\r'] = IS_SPACE | ENDS_NAME,
    [' '] = IS_SPACE | ENDS_NAME,
    ['/'] = ENDS_NAME,
    ['>'] = ENDS_NAME,
    ['='] = ENDS_NAME,
    ['<'] = ENDS_NAME | ENDS_TEXT,
    ['"'] = ENDS_NAME,
    ['\''] = ENDS_NAME,
    ['&'] = ENDS_NAME,
};
#define CLASS(p) (class_of[(unsigned char)*(p)])

/* A NUL was met at p: the guard, or a byte that may not be there. */
static enum scan at_nul(const struct xml *x, const char *p)
{
    return p == x->buf + x->end ? SCAN_MORE : SCAN_BAD;
}

static void set_name(struct xml *x, const char *name, size_t len)
{
    size_t prefix = 0, local = 0; /* names are short: a loop beats memchr and memcmp here */

    for (size_t i = 0; i < len; i++)
        if (name[i] == ':') {
            prefix = i;
            local = i + 1;
            break;
        }

    if (!x->has_root) {
        x->has_root = true;
        x->prefix_len = MIN(prefix, sizeof x->prefix);
        memcpy(x->prefix, name, x->prefix_len);
    }
    x->is_main = prefix == x->prefix_len && (prefix == 0 || memcmp(name, x->prefix, prefix) == 0);
    x->name = name + local;
    x->len = len - local;
}

static bool push_name(struct xml *x, const char *name, size_t len)
{
    size_t at = x->name_at[x->depth];

    if (x->depth >= XML_DEPTH_MAX || len > sizeof x->names - at)
        return false;
    memcpy(x->names + at, name, len);
    x->name_at[++x->depth] = at + len;
    return true;
}

/* Attributes from *at to the '>' or '/>'; leaves *at behind it. */
static enum scan scan_attrs(struct xml *x, const char **at, bool *ret_empty)
{
    const char *p = *at;

    for (x->n_attrs = 0;; x->n_attrs++) {
        struct xml_attr *a = &x->attrs[x->n_attrs];
        bool spaced = false;
        char quote;
        for (; CLASS(p) & IS_SPACE; p++)
            spaced = true;
        if (*p == '>' || (*p == '/' && p[1] == '>')) {
            *ret_empty = *p == '/';
            *at = p + 1 + *ret_empty;
            return SCAN_OK;
        }
        if (*p == '/' && p[1] == 0)
            return at_nul(x, p + 1);
        if (*p == 0)
            return at_nul(x, p);
        if (!spaced || x->n_attrs == XML_ATTRS_MAX)
            return SCAN_BAD;
        a->name = p;
        while (!(CLASS(p) & ENDS_NAME))
            p++;
        a->name_len = (uint32_t)(p - a->name);
        while (CLASS(p) & IS_SPACE)
            p++;
        if (*p == 0)
            return at_nul(x, p);
        if (*p++ != '=' || a->name_len == 0)
            return SCAN_BAD;
        while (CLASS(p) & IS_SPACE)
            p++;
        if (*p == 0)
            return at_nul(x, p);
        quote = *p++;
        if (quote != '"' && quote != '\'')
            return SCAN_BAD;
        a->value = p;
        while (*p != quote && !(CLASS(p) & ENDS_TEXT))
            p++;
        if (*p == 0)
            return at_nul(x, p);
        if (*p != quote)
            return SCAN_BAD;
        a->value_len = (uint32_t)(p++ - a->value);
    }
}

static enum scan scan_open(struct xml *x, const char **at)
{
    const char *name = *at + 1, *p = name;
    bool empty = false;
    size_t len;
    enum scan scan;

    while (!(CLASS(p) & ENDS_NAME))
        p++;
    if (*p == 0)
        return at_nul(x, p);
    len = (size_t)(p - name);
    if (len == 0 || (x->depth == 0 && x->has_root))
        return SCAN_BAD;
    scan = scan_attrs(x, &p, &empty);
    if (scan != SCAN_OK)
        return scan;
    if (!push_name(x, name, len))
        return SCAN_DEEP;
    set_name(x, name, len);
    x->kind = XML_OPEN;
    x->close_pending = empty;
    *at = p;
    return SCAN_OK;
}

static enum scan scan_close(struct xml *x, const char **at)
{
    const char *name = *at + 2, *p = name, *open, *open_end;
    size_t len;

    if (x->depth == 0)
        return SCAN_BAD;
    open = x->names + x->name_at[x->depth - 1];
    open_end = x->names + x->name_at[x->depth];
    while (open < open_end && *p == *open) {
        p++;
        open++;
    }
    len = (size_t)(p - name);
    while (CLASS(p) & IS_SPACE)
        p++;
    if (*p == 0)
        return at_nul(x, p);
    if (*p != '>' || open < open_end)
        return SCAN_BAD;
    x->depth--;
    set_name(x, name, len);
    x->kind = XML_CLOSE;
    *at = p + 1;
    return SCAN_OK;
}

/* Passes over everything up to and with `mark`. */
static enum scan scan_to(struct xml *x, const char **at, const char *mark)
{
    const char *found = memmem(*at, x->end - (size_t)(*at - x->buf), mark, strlen(mark));

    if (!found)
        return SCAN_MORE;
    *at = found + strlen(mark);
    return SCAN_SKIP;
}

/* Declarations name the encoding; ours are UTF-8 and UTF-16 (told by their bytes). */
static bool is_known_encoding(const char *p, const char *end)
{
    const char *e = memmem(p, (size_t)(end - p), "encoding", 8);

    if (!e)
        return true;
    for (e += 8; e < end && (*e == '=' || *e == ' ' || *e == '"' || *e == '\''); e++)
        ;
    return end - e > 5 && (strncasecmp(e, "UTF-8", 5) == 0 || strncasecmp(e, "UTF-16", 6) == 0 ||
                           strncasecmp(e, "US-ASCII", 8) == 0);
}

static enum scan scan_markup(struct xml *x, const char **at)
{
    const char *p = *at;
    size_t left = x->end - (size_t)(p - x->buf);

    if (p[1] == '?') {
        enum scan scan = scan_to(x, at, "?>");
        if (scan == SCAN_SKIP && left > 5 && memcmp(p, "<?xml", 5) == 0 &&
            !is_known_encoding(p, *at))
            return SCAN_BAD;
        return scan;
    }
    if (left < 9 && !x->at_end)
        return SCAN_MORE;
    if (left >= 4 && memcmp(p, "<!--", 4) == 0) {
        *at = p + 4;
        return scan_to(x, at, "-->");
    }
    if (left >= 9 && memcmp(p, "<![CDATA[", 9) == 0) {
        enum scan scan;
        *at = p + 9;
        scan = x->depth ? scan_to(x, at, "]]>") : SCAN_BAD;
        if (scan != SCAN_SKIP)
            return scan;
        x->kind = XML_TEXT;
        x->is_cdata = true;
        x->name = p + 9;
        x->len = (size_t)(*at - 3 - x->name);
        return SCAN_OK;
    }
    return left >= 9 && memcmp(p, "<!DOCTYPE", 9) == 0 ? SCAN_DOCTYPE : SCAN_BAD;
}

static enum scan scan_text(struct xml *x, const char **at)
{
    const char *p = *at;
    bool is_blank = true;

    for (; !(CLASS(p) & ENDS_TEXT); p++)
        is_blank &= (CLASS(p) & IS_SPACE) != 0;
    if (*p == 0 && at_nul(x, p) == SCAN_BAD)
        return SCAN_BAD;
    if (*p == 0 && !(x->at_end && is_blank))
        return SCAN_MORE;
    x->kind = XML_TEXT;
    x->is_cdata = false;
    x->name = *at;
    x->len = (size_t)(p - *at);
    *at = p;
    if (x->depth == 0)
        return is_blank ? SCAN_SKIP : SCAN_BAD;
    return SCAN_OK;
}

static enum scan scan_token(struct xml *x, const char **at)
{
    const char *p = *at;

    if (*p == 0)
        return at_nul(x, p);
    if (*p != '<')
        return scan_text(x, at);
    switch (p[1]) {
    case 0:
        return at_nul(x, p + 1);
    case '/':
        return scan_close(x, at);
    case '!':
    case '?':
        return scan_markup(x, at);
    default:
        return scan_open(x, at);
    }
}

static enum err refuse(struct xml *x, enum scan scan)
{
    struct report *r = x->report;

    if (scan == SCAN_DEEP) {
        failure_set(r->failure, E_LIMIT, "sheet.too_deep",
                    SAY(r, "文件内部嵌套过深,不予读取",
                        "the file is nested too deep; it is not read"));
        return E_LIMIT;
    }
    if (scan == SCAN_DOCTYPE) {
        failure_set(r->failure, E_INVALID, "sheet.unsafe",
                    SAY(r, "文件内含实体定义(DOCTYPE),不予读取",
                        "the file defines entities (DOCTYPE); it is not read"));
        return E_INVALID;
    }
    return report_broken(r, SAY(r, "内部 XML 有错误", "its XML has errors"));
}

enum err xml_next(struct xml *x)
{
    if (x->close_pending) {
        x->close_pending = false;
        x->depth--;
        x->kind = XML_CLOSE;
        return OK;
    }
    for (;;) {
        const char *p = x->buf + x->pos;
        enum scan scan = scan_token(x, &p);
        if (scan == SCAN_OK || scan == SCAN_SKIP) {
            x->pos = (size_t)(p - x->buf);
            if (scan == SCAN_OK)
                return OK;
        } else if (scan == SCAN_MORE && !x->at_end) {
            TRY(fill(x));
        } else if (scan == SCAN_MORE && x->pos == x->end && x->depth == 0 && x->has_root) {
            x->kind = XML_END;
            return OK;
        } else {
            return refuse(x, scan);
        }
    }
}

enum err xml_skip(struct xml *x)
{
    int depth = x->depth - 1;

    do
        TRY(xml_next(x));
    while (x->kind != XML_CLOSE || x->depth > depth);
    return OK;
}

const struct xml_attr *xml_attr(const struct xml *x, const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; i < x->n_attrs; i++) {
        const struct xml_attr *a = &x->attrs[i];
        if (a->name_len == len && memcmp(a->name, name, len) == 0)
            return a;
    }
    for (int i = 0; i < x->n_attrs; i++) {
        const struct xml_attr *a = &x->attrs[i];
        if (a->name_len > len && a->name[a->name_len - len - 1] == ':' &&
            memcmp(a->name + a->name_len - len, name, len) == 0)
            return a;
    }
    return NULL;
}

bool xml_attr_true(const struct xml *x, const char *name)
{
    const struct xml_attr *a = xml_attr(x, name);

    return a && ((a->value_len == 1 && a->value[0] == '1') ||
                 (a->value_len == 4 && memcmp(a->value, "true", 4) == 0) ||
                 (a->value_len == 2 && memcmp(a->value, "on", 2) == 0));
}
