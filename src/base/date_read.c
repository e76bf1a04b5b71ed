/* date_read.c — dates as people write them in rosters.
 *
 * The text is first folded (half width, no blanks except between digits, which must not join),
 * then read by one small grammar. What can mean two days is refused: a wrong date costs a claim,
 * a refused one costs a look at the row. */
#include "base/lunar.h"

enum { YEAR_MIN = 1900, YEAR_MAX = 2100, FOLDED_MAX = 64 };

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

/* Half width; one kind of separator; 0 for what is dropped, ' ' for white space. */
static uint32_t fold(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c == ' ' || c == 0xA0 || c == 0x3000 || (c >= 9 && c <= 13) || (c >= 0x2000 && c <= 0x200A))
        return ' ';
    if (c < 32 || c == '\'' || c == '"' || (c >= 0x200B && c <= 0x200F) || c == 0xFEFF)
        return 0;
    if (c == 0x3002) /* 。 */
        return '.';
    if (c >= 0x2010 && c <= 0x2015)
        return '-';
    return c;
}

static bool fold_text(const char *text, char out[FOLDED_MAX])
{
    size_t n = 0;
    bool blank = false;

    for (uint32_t c; (c = utf8_next(&text));) {
        c = fold(c);
        if (c == ' ')
            blank = true;
        if (c == ' ' || c == 0)
            continue;
        if (n + 6 > FOLDED_MAX)
            return false;
        if (blank && n && is_digit((unsigned char)out[n - 1]) && is_digit(c))
            out[n++] = ' ';
        blank = false;
        n += (size_t)utf8_put(out + n, c);
    }
    out[n] = '\0';
    return n > 0;
}

static bool skip(const char **p, const char *word)
{
    if (!str_starts(*p, word))
        return false;
    *p += strlen(word);
    return true;
}

/* Index of the word that stands at *p, or -1. */
static int skip_any(const char **p, const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (skip(p, words[i]))
            return i;
    return -1;
}

/* Number of digits read, at most max; 0 for none or too many. */
static int read_arabic(const char **p, int max, int *ret)
{
    int n = 0, value = 0;

    for (; is_digit((unsigned char)(*p)[n]) && n <= max; n++)
        if (n < max)
            value = value * 10 + ((*p)[n] - '0');
    if (n == 0 || n > max)
        return 0;
    *p += n;
    *ret = value;
    return n;
}

static const char *const numerals[] = {
    "〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"
};

/* 1–9, or 0 when no numeral stands there. */
static int read_numeral(const char **p)
{
    int i = skip_any(p, numerals + 1, 9);

    return i + 1;
}

/* 一 … 九十九, 廿一, 卅; 0 for none. Says whether the form is one of the lunar calendar. */
static int read_chinese(const char **p, bool *is_lunar)
{
    int tens = skip(p, "廿") ? 2 : skip(p, "卅") ? 3 : 0;

    if (tens) {
        *is_lunar = true;
        skip(p, "十");
        return tens * 10 + read_numeral(p);
    }

    int n = read_numeral(p);

    if (!skip(p, "十"))
        return n;
    return MAX(n, 1) * 10 + read_numeral(p);
}

/* What was read of one date so far. */
struct parts {
    int year, month, day; /* 0 = not written */
    bool is_lunar, is_leap;
    bool chinese_month, chinese_day, day_word; /* how month and day were written */
};

/* "二〇一七年" */
static bool read_chinese_year(const char **p, struct parts *d)
{
    const char *q = *p;
    int year = 0;

    for (int i = 0; i < 4; i++) {
        int digit = skip(&q, "零") || skip(&q, "○") ? 0 : skip_any(&q, numerals, 10);

        if (digit < 0)
            return false;
        year = year * 10 + digit;
    }
    if (!skip(&q, "年"))
        return false;
    d->year = year;
    *p = q;
    return true;
}

/* "3月", "三月份", "元月", "闰六月", "正月": the number and its 月. */
static bool read_month(const char **p, struct parts *d)
{
    if (skip(p, "闰"))
        d->is_leap = d->is_lunar = true;
    if (!read_arabic(p, 2, &d->month)) {
        d->chinese_month = true;
        if (skip(p, "正"))
            d->month = 1;
        else if (skip(p, "冬"))
            d->month = 11;
        else if (skip(p, "腊"))
            d->month = 12;
        if (d->month)
            d->is_lunar = true;
        else
            d->month = skip(p, "元") ? 1 : read_chinese(p, &d->is_lunar);
    }
    return d->month > 0 && skip(p, "月");
}

/* "5日", "五号", "初三", "廿九", "十五"; nothing at all is a date of month precision. */
static bool read_day(const char **p, struct parts *d)
{
    const char *start = *p;

    if (skip(p, "初")) {
        d->is_lunar = true;
        d->day = read_chinese(p, &d->is_lunar);
        return d->day >= 1 && d->day <= 10;
    }
    if (!read_arabic(p, 2, &d->day)) {
        d->day = read_chinese(p, &d->is_lunar);
        d->chinese_day = d->day > 0;
    }
    if (*p == start)
        return skip(p, "份") || **p == '\0';
    d->day_word = skip(p, "日") || skip(p, "号");
    return d->day > 0;
}

/* 八月十五 without 日 is how the lunar calendar is written; 八月十五日 is a Gregorian day. */
static void settle_calendar(struct parts *d)
{
    if (d->chinese_month && d->chinese_day && !d->day_word)
        d->is_lunar = true;
}

static bool in_range(struct date d)
{
    return d.year >= YEAR_MIN && d.year <= YEAR_MAX;
}

static bool finish(const struct parts *d, int context_year, struct date_reading *ret)
{
    int year = d->year ? d->year : context_year;
    struct date_reading r = { .is_lunar = d->is_lunar };

    if (d->is_lunar) {
        struct lunar_date l = { (int16_t)year, (int8_t)d->month, (int8_t)d->day, d->is_leap };

        if (year > YEAR_MAX || !lunar_to_date(l, &r.date))
            return false;
    } else {
        r.date = date_make(year, d->month ? d->month : 1, d->day ? d->day : 1);
        r.precision = !d->month ? PRECISE_YEAR : !d->day ? PRECISE_MONTH : PRECISE_DAY;
    }
    if (!in_range(r.date))
        return false;
    *ret = r;
    return true;
}

static bool skip_calendar(const char **p, bool *ret_lunar)
{
    if (skip(p, "农历") || skip(p, "阴历") || skip(p, "旧历")) {
        *ret_lunar = true;
        return true;
    }
    return skip(p, "公历") || skip(p, "阳历");
}

/* "(二月初三)" or "(农历二月初三)" behind a Gregorian day: true when absent or right. */
static bool remark_holds(const char **p, struct date day)
{
    struct parts said = { 0 };
    struct lunar_date l;

    if (!skip(p, "("))
        return true;
    skip_calendar(p, &said.is_lunar);
    if (!read_month(p, &said) || !read_day(p, &said) || !skip(p, ")"))
        return false;
    /* Outside the table there is nothing to compare with. */
    return !lunar_from_date(day, &l) ||
           (l.month == said.month && l.day == said.day && l.is_leap == said.is_leap);
}

/* " 08:30:00", "T08:30" behind a full date: dropped. */
static bool skip_time(const char **p)
{
    int hour, minute, second;

    if (**p == '\0')
        return true;
    if (!skip(p, " "))
        skip(p, "T");
    if (!read_arabic(p, 2, &hour) || !skip(p, ":") || !read_arabic(p, 2, &minute))
        return false;
    if (skip(p, ":") && !read_arabic(p, 2, &second))
        return false;
    return **p == '\0';
}

/* 20230301, 202303, 2023, 44986: digits only, told apart by their number. */
static bool read_compact(int n, int digits, struct date_reading *ret)
{
    struct parts d = { 0 };

    switch (digits) {
    case 8:
        d = (struct parts){ .year = n / 10000, .month = n / 100 % 100, .day = n % 100 };
        return d.month && d.day && finish(&d, 0, ret);
    case 6:
        /* 200312 may be December 2003 or 12 March 2020. */
        d = (struct parts){ .year = n / 100, .month = n % 100 };
        if (n / 100 % 100 >= 1 && n / 100 % 100 <= 12)
            return false;
        return d.month && finish(&d, 0, ret);
    case 4:
        d.year = n;
        return finish(&d, 0, ret);
    default:
        return false;
    }
}

/* A serial is five digits: from 18 May 1927 to 31 Dec 2099 in the 1900 system. */
static bool read_serial(const char *text, int whole, struct date_reading *ret)
{
    struct date_reading r = { .precision = PRECISE_DAY };

    text += 5;
    if (*text == '.' && is_digit((unsigned char)text[1]))
        text += 1 + strspn(text + 1, "0123456789");
    if (*text || whole < 10000 || whole > 73050 || !date_from_excel(whole, false, &r.date))
        return false;
    *ret = r;
    return true;
}

/* 2023.3, 2023/3/1, 2023-03-01 08:00:00 — after the year. */
static bool read_separated(const char *p, int year, struct date_reading *ret)
{
    const char separator[] = { *p, '\0' };
    struct parts d = { .year = year };
    struct date_reading r;

    p++;
    if (!read_arabic(&p, 2, &d.month) || d.month == 0)
        return false;
    if (*p == '\0')
        return finish(&d, 0, ret);
    if (!skip(&p, separator) || !read_arabic(&p, 2, &d.day) || d.day == 0)
        return false;
    skip(&p, "日");
    if (!finish(&d, 0, &r) || !remark_holds(&p, r.date) || !skip_time(&p))
        return false;
    *ret = r;
    return true;
}

/* 2023年3月5日, 3月, 正月十五, 农历二〇二三年闰二月初一, 2月28日(二月初三) */
static bool read_worded(const char *p, int context_year, struct date_reading *ret)
{
    struct parts d = { 0 };
    struct date_reading r;
    const char *q = p;
    int n = 0;

    skip_calendar(&p, &d.is_lunar);
    q = p;
    if (read_arabic(&q, 4, &n) == 4 && skip(&q, "年")) {
        d.year = n;
        p = q;
    } else {
        read_chinese_year(&p, &d);
    }
    if (d.year && *p == '\0' && !d.is_lunar)
        return finish(&d, 0, ret);
    skip_calendar(&p, &d.is_lunar);
    if (!read_month(&p, &d) || !read_day(&p, &d))
        return false;
    settle_calendar(&d);
    if (d.is_lunar && !d.day) /* a lunar month is no calendar month */
        return false;
    if (!finish(&d, context_year, &r))
        return false;
    if (d.day && !d.is_lunar && (!remark_holds(&p, r.date) || !skip_time(&p)))
        return false;
    if (*p)
        return false;
    *ret = r;
    return true;
}

bool date_read(const char *text, int context_year, struct date_reading *ret)
{
    static const char *const ongoing[] = { "至今", "现在", "目前", "迄今" };
    char folded[FOLDED_MAX];
    const char *p = folded;
    int n, digits;

    if (!text || !fold_text(text, folded))
        return false;
    if (skip_any(&p, ongoing, ARRAY_LEN(ongoing)) >= 0) {
        if (*p)
            return false;
        *ret = (struct date_reading){ .precision = ONGOING };
        return true;
    }
    digits = read_arabic(&p, 8, &n);
    if (digits && *p == '\0' && digits != 5)
        return read_compact(n, digits, ret);
    if (digits == 5)
        return read_serial(folded, n, ret);
    if (digits == 4 && (*p == '.' || *p == '/' || *p == '-'))
        return read_separated(p, n, ret);
    if (digits == 8 && *p == ' ') { /* 20230301 00:00:00 */
        struct date_reading r;

        if (!skip_time(&p) || !read_compact(n, digits, &r))
            return false;
        *ret = r;
        return true;
    }
    return read_worded(folded, context_year, ret);
}

bool date_from_excel(double serial, bool is_1904, struct date *ret)
{
    if (!(serial >= 0 && serial < 3000000))
        return false;

    int64_t n = (int64_t)serial;

    if (!is_1904 && (n == 0 || n == 60))
        return false;

    /* Day 0 is 1904-01-01; or 1899-12-31, and one earlier behind the false leap day. */
    struct date d = date_from_days(is_1904 ? n - 24107 : n < 60 ? n - 25568 : n - 25569);

    if (date_is_none(d))
        return false;
    *ret = d;
    return true;
}
