/* str.c — UTF-8 text. */
#include "base/base.h"

#include <stdio.h>

bool str_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0xA0 || c == 0x3000 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F;
}

static bool is_invisible(uint32_t c)
{
    return (c < 32 && !is_space(c)) || c == 0x7F || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || c == 0xAD;
}

bool str_blank(const char *text)
{
    if (!text)
        return true;
    for (uint32_t c; (c = utf8_next(&text));)
        if (!is_space(c) && !is_invisible(c))
            return false;
    return true;
}

bool str_int(const char *text, int64_t *ret)
{
    bool negative = false;
    uint64_t n = 0, limit = INT64_MAX;

    if (!text)
        return false;
    if (*text == '-' || *text == '+')
        negative = *text++ == '-';
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        if (n > (limit - (uint64_t)(*text - '0')) / 10)
            return false;
        n = n * 10 + (uint64_t)(*text - '0');
    }
    *ret = negative ? -(int64_t)n : (int64_t)n;
    return true;
}

uint32_t utf8_next(const char **p)
{
    const unsigned char *s = (const unsigned char *)*p;
    uint32_t c = s[0];
    int n;

    if (!c)
        return 0;
    n = c < 0x80                ? 1
        : c >= 0xC2 && c < 0xE0 ? 2
        : c >= 0xE0 && c < 0xF0 ? 3
        : c >= 0xF0 && c < 0xF5 ? 4
                                : 0;
    if (n == 1) {
        *p += 1;
        return c;
    }
    if (n == 0)
        goto bad;
    c &= 0x7Fu >> n;
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            goto bad;
        c = c << 6 | (s[i] & 0x3F);
    }
    if ((n == 3 && (c < 0x800 || (c >= 0xD800 && c < 0xE000))) ||
        (n == 4 && (c < 0x10000 || c > 0x10FFFF)))
        goto bad;
    *p += n;
    return c;
bad:
    *p += 1;
    return 0xFFFD;
}

int utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

bool utf8_valid(const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *at = text;
        uint32_t c;
        if (*text == 0)
            return false;
        c = utf8_next(&text);
        if (text > end || (c == 0xFFFD && text - at != 3))
            return false;
    }
    return true;
}

size_t utf8_len(const char *text)
{
    size_t n = 0;

    while (utf8_next(&text))
        n++;
    return n;
}

void utf8_trim_tail(char *text)
{
    size_t len = strlen(text), at = len;

    while (at > 0 && len - at < 4 && ((unsigned char)text[at - 1] & 0xC0) == 0x80)
        at--;
    if (at > 0 && (unsigned char)text[at - 1] >= 0xC0 && !utf8_valid(text + at - 1, len - at + 1))
        text[at - 1] = 0;
}

static bool is_han(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

static bool is_middle_dot(uint32_t c)
{
    return c == 0xB7 || c == '.' || c == 0x2022 || c == 0x2219 || c == 0x2027 || c == 0x30FB ||
           c == 0xFF0E || c == 0x25CF;
}

/* Most texts are clean as they are: printed ASCII, and Chinese characters of the first plane
 * (U+4000…U+9FFF: E4…E9 and two more bytes). The length of such a text, or SIZE_MAX. */
static size_t clean_length(const char *text, bool is_name)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        if (*p >= 0xE4 && *p <= 0xE9 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80)
            p += 3;
        else if (*p > ' ' && *p < 0x7F && !(is_name && *p == '.'))
            p++;
        else
            return SIZE_MAX;
    }
    return (size_t)(p - (const unsigned char *)text);
}

char *str_clean(struct arena *a, const char *text, bool is_name)
{
    char *out, *to;
    uint32_t last = 0;
    size_t clean;
    bool gap = false;

    if (!text)
        return NULL;
    clean = clean_length(text, is_name);
    if (clean != SIZE_MAX)
        return arena_strndup(a, text, clean);
    out = to = arena_alloc(a, 3 * strlen(text) + 1); /* an ill-formed byte becomes U+FFFD */
    for (uint32_t c; (c = utf8_next(&text));) {
        if (is_space(c)) {
            gap = true;
            continue;
        }
        if (is_invisible(c))
            continue;
        if (is_name && is_middle_dot(c) && last)
            c = 0xB7;
        else if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (gap && last && !(is_name && is_han(last) && is_han(c)))
            *to++ = ' ';
        gap = false;
        to += utf8_put(to, c);
        last = c;
    }
    *to = 0;
    return out;
}

struct str str_new(struct arena *a)
{
    struct str b = { .s = arena_alloc(a, 128), .cap = 128, .mem = a };

    return b;
}

static void reserve(struct str *b, size_t more)
{
    size_t cap = b->cap;
    char *fresh;

    if (b->len + more + 1 <= cap)
        return;
    while (cap < b->len + more + 1)
        cap *= 2;
    fresh = arena_alloc(b->mem, cap);
    memcpy(fresh, b->s, b->len + 1);
    b->s = fresh;
    b->cap = cap;
}

void str_add_len(struct str *b, const char *text, size_t len)
{
    reserve(b, len);
    memcpy(b->s + b->len, text, len);
    b->len += len;
    b->s[b->len] = 0;
}

void str_add(struct str *b, const char *text)
{
    if (text)
        str_add_len(b, text, strlen(text));
}

void str_add_char(struct str *b, char c)
{
    str_add_len(b, &c, 1);
}

void str_addf(struct str *b, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(b->s + b->len, b->cap - b->len, format, args); /* most often it fits */
    va_end(args);
    assert(len >= 0);
    if ((size_t)len >= b->cap - b->len) {
        reserve(b, (size_t)len);
        vsnprintf(b->s + b->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    b->len += (size_t)len;
}
