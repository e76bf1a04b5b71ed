/* amount.c — money as people write it: folded to half width, then read by a small grammar. */
#include "base/amount.h"

enum { FOLDED_MAX = 64, FRACTION_MAX = 17 };

#define LIMIT_FEN INT64_C(1000000000000000)

/* Half width, without blanks; the several dashes and commas become one of each. */
static bool fold_text(const char *text, char out[FOLDED_MAX])
{
    size_t n = 0;

    for (uint32_t c; text && (c = utf8_next(&text));) {
        if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (c <= ' ' || c == 0xA0 || c == 0x3000 || c == 0xFEFF || c == '\'' ||
            (c >= 0x2000 && c <= 0x200F))
            continue;
        if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == '~' || c == 0x301C)
            c = '-';
        if (n + 5 > FOLDED_MAX)
            return false;
        n += (size_t)utf8_put(out + n, c);
    }
    out[n] = '\0';
    return true;
}

static bool skip(const char **p, const char *word)
{
    if (!str_starts(*p, word))
        return false;
    *p += strlen(word);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A decimal number without sign: value = mantissa / 10^fraction. */
struct decimal {
    int64_t mantissa;
    int fraction;
};

/* "3,500" in groups of three, or plain digits. At most 15 digits. */
static bool read_whole(const char **p, int64_t *ret)
{
    int64_t value = 0;
    int digits = 0, group = 0;
    bool grouped = false;

    for (; is_digit(**p) || **p == ','; (*p)++) {
        if (**p == ',') {
            if (digits == 0 || (grouped ? group != 3 : digits > 3))
                return false;
            grouped = true;
            group = 0;
            continue;
        }
        if (digits == 15)
            return false;
        value = value * 10 + (**p - '0');
        digits++;
        group++;
    }
    *ret = value;
    return digits > 0 && (!grouped || group == 3);
}

static bool read_decimal(const char **p, struct decimal *ret)
{
    struct decimal d = { 0 };

    if (!read_whole(p, &d.mantissa))
        return false;
    if (skip(p, ".")) {
        if (!is_digit(**p))
            return false;
        for (; is_digit(**p); (*p)++)
            if (d.fraction < FRACTION_MAX && d.mantissa < INT64_MAX / 10 - 1) {
                d.mantissa = d.mantissa * 10 + (**p - '0');
                d.fraction++;
            }
    }
    *ret = d;
    return true;
}

/* Fen per unit written: 万, 千 (k), or yuan; 0 when none is written. */
static int64_t read_unit(const char **p)
{
    int64_t unit = 0;

    if (skip(p, "万") || skip(p, "w") || skip(p, "W"))
        unit = 1000000;
    else if (skip(p, "千") || skip(p, "k") || skip(p, "K"))
        unit = 100000;
    if (skip(p, "元") || skip(p, "块"))
        unit = unit ? unit : 100;
    return unit;
}

static enum amount_reason to_fen(struct decimal d, int64_t unit, int64_t *ret)
{
    __int128 scale = 1;

    for (int i = 0; i < d.fraction; i++)
        scale *= 10;
    __int128 scaled = (__int128)d.mantissa * unit;
    __int128 fen = scaled / scale, rest = scaled % scale;

    /* A double is right to some 15 digits: nearer than a ten-thousandth of a fen is the fen. */
    if (rest * 10000 > scale && (scale - rest) * 10000 > scale)
        return AMOUNT_PARTS;
    if (rest * 2 > scale)
        fen++;
    if (fen > LIMIT_FEN)
        return AMOUNT_LARGE;
    *ret = (int64_t)fen;
    return AMOUNT_OK;
}

static void skip_suffix(const char **p)
{
    static const char *const suffixes[] = { "整", "人民币", "/月", "每月", "左右", "上下" };

    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        skip(p, suffixes[i]);
}

/* One amount or two. *ret_is_range tells which was written. */
static enum amount_reason read_span(const char *text, int64_t ret[2], bool *ret_is_range)
{
    static const char *const prefixes[] = { "人民币", "RMB", "约", "大约", "¥", "￥" };
    char folded[FOLDED_MAX];
    const char *p = folded;
    struct decimal number[2];
    int64_t unit[2], fen[2];

    if (!fold_text(text, folded))
        return AMOUNT_FORM;
    if (!*p)
        return AMOUNT_EMPTY;
    bool in_brackets = skip(&p, "("), negative = in_brackets;

    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        skip(&p, prefixes[i]);
    if (skip(&p, "-")) {
        if (negative)
            return AMOUNT_FORM;
        negative = true;
    }
    for (size_t i = ARRAY_LEN(prefixes) - 2; i < ARRAY_LEN(prefixes); i++)
        skip(&p, prefixes[i]); /* -￥200 */
    if (!read_decimal(&p, &number[0]))
        return AMOUNT_FORM;
    unit[0] = read_unit(&p);
    bool is_range = !negative && (skip(&p, "-") || skip(&p, "至") || skip(&p, "到"));

    if (is_range) {
        if (!read_decimal(&p, &number[1]))
            return AMOUNT_FORM;
        unit[1] = read_unit(&p);
        if (!unit[0]) /* 0.3-0.4万 */
            unit[0] = unit[1];
    }
    skip_suffix(&p);
    if ((in_brackets && !skip(&p, ")")) || *p)
        return AMOUNT_FORM;
    for (int i = 0; i <= is_range; i++) {
        enum amount_reason reason = to_fen(number[i], unit[i] ? unit[i] : 100, &fen[i]);

        if (reason != AMOUNT_OK)
            return reason;
    }
    ret[0] = negative ? -fen[0] : fen[0];
    ret[1] = is_range ? fen[1] : ret[0];
    *ret_is_range = is_range;
    return AMOUNT_OK;
}

enum amount_reason amount_read(const char *text, int64_t *ret)
{
    int64_t span[2];
    bool is_range;
    enum amount_reason reason = read_span(text, span, &is_range);

    if (reason == AMOUNT_OK && is_range)
        return AMOUNT_RANGE;
    if (reason == AMOUNT_OK)
        *ret = span[0];
    return reason;
}

enum amount_reason amount_read_range(const char *text, int64_t *ret_low, int64_t *ret_high)
{
    int64_t span[2];
    bool is_range;
    enum amount_reason reason = read_span(text, span, &is_range);

    if (reason != AMOUNT_OK)
        return reason;
    if (span[0] > span[1])
        return AMOUNT_FORM;
    *ret_low = span[0];
    *ret_high = span[1];
    return AMOUNT_OK;
}

static const char *format(int64_t fen, bool grouped, char out[32])
{
    char backwards[32];
    int n = 0, digits = 0;
    uint64_t rest = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;

    if (fen == NONE) {
        out[0] = '\0';
        return out;
    }
    for (; digits < 3 || rest; digits++) {
        if (digits == 2)
            backwards[n++] = '.';
        if (grouped && digits > 2 && digits % 3 == 2)
            backwards[n++] = ',';
        backwards[n++] = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (fen < 0)
        backwards[n++] = '-';
    for (int i = 0; i < n; i++)
        out[i] = backwards[n - 1 - i];
    out[n] = '\0';
    return out;
}

const char *amount_format(int64_t fen, char out[32])
{
    return format(fen, true, out);
}

const char *amount_format_plain(int64_t fen, char out[32])
{
    return format(fen, false, out);
}
