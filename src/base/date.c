/* date.c — calendar days and months. Day numbers are in the header. */
#include "base/date.h"

enum {
    DAY_SECONDS = 86400,
    CHINA_OFFSET = 8 * 3600, /* no summer time since 1991 */
};

static bool ymd_exists(int year, int month, int day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

struct date date_make(int year, int month, int day)
{
    if (!ymd_exists(year, month, day))
        return (struct date){ 0 };
    return (struct date){ (int16_t)year, (int8_t)month, (int8_t)day };
}

bool date_valid(struct date d)
{
    return ymd_exists(d.year, d.month, d.day);
}

static int32_t date_rank(struct date d)
{
    return d.year * 10000 + d.month * 100 + d.day;
}

int date_compare(struct date a, struct date b)
{
    return date_rank(a) - date_rank(b);
}

int date_weekday(struct date d)
{
    int32_t n = (date_to_days(d) + 3) % 7; /* 1970-01-01 was a Thursday */

    return (n < 0 ? n + 7 : n) + 1;
}

struct date date_add_days(struct date d, int64_t n)
{
    if (!date_valid(d) || n > 4000000 || n < -4000000)
        return (struct date){ 0 };
    return date_from_days(date_to_days(d) + n);
}

struct date date_add_months(struct date d, int n)
{
    if (!date_valid(d))
        return (struct date){ 0 };

    struct month m = month_add(month_of(d), n);

    if (month_is_none(m))
        return (struct date){ 0 };
    return date_make(m.year, m.month, MIN(d.day, days_in_month(m.year, m.month)));
}

int32_t date_diff_days(struct date from, struct date to)
{
    return date_to_days(to) - date_to_days(from);
}

int date_months_between(struct date from, struct date to)
{
    assert(date_valid(from) && date_valid(to));
    int n = month_diff(month_of(from), month_of(to));
    int anniversary = MIN(from.day, days_in_month(to.year, to.month));

    if (to.day < anniversary)
        n--;
    return MAX(n, 0);
}

struct date date_first_of_month(struct date d)
{
    return month_first_day(month_of(d));
}

struct date date_last_of_month(struct date d)
{
    return month_last_day(month_of(d));
}

int date_age(struct date birth, struct date on)
{
    if (!date_valid(birth) || !date_valid(on) || date_compare(on, birth) < 0)
        return -1;
    return date_months_between(birth, on) / 12;
}

/* --- text --- */

/* The number in exactly n digits, or -1. */
static int read_digits(const char *text, int n)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static char *put_digits(char *out, int n, int value)
{
    for (int i = n - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + n;
}

/* True when text has the length of `shape` and its punctuation; digits are checked elsewhere. */
static bool has_shape(const char *text, const char *shape)
{
    if (!text)
        return false;
    for (; *shape; shape++, text++)
        if (*shape == '0' ? (*text < '0' || *text > '9') : *text != *shape)
            return false;
    return *text == '\0';
}

bool date_parse_iso(const char *text, struct date *ret)
{
    if (!has_shape(text, "0000-00-00"))
        return false;

    struct date d =
        date_make(read_digits(text, 4), read_digits(text + 5, 2), read_digits(text + 8, 2));

    if (date_is_none(d))
        return false;
    *ret = d;
    return true;
}

const char *date_format(struct date d, char out[11])
{
    char *p = out;

    if (!date_is_none(d)) {
        p = put_digits(p, 4, d.year);
        *p++ = '-';
        p = put_digits(p, 2, d.month);
        *p++ = '-';
        p = put_digits(p, 2, d.day);
    }
    *p = '\0';
    return out;
}

const char *date_text(struct arena *a, struct date d)
{
    return date_is_none(d) ? NULL : date_format(d, arena_alloc(a, 11));
}

struct date date_of_text(const char *text)
{
    struct date d = { 0 };

    return date_parse_iso(text, &d) ? d : (struct date){ 0 };
}

/* --- months --- */

bool month_parse(const char *text, struct month *ret)
{
    if (!has_shape(text, "0000-00"))
        return false;

    struct date first = date_make(read_digits(text, 4), read_digits(text + 5, 2), 1);

    if (date_is_none(first))
        return false;
    *ret = month_of(first);
    return true;
}

const char *month_format(struct month m, char out[8])
{
    char *p = out;

    if (!month_is_none(m)) {
        p = put_digits(p, 4, m.year);
        *p++ = '-';
        p = put_digits(p, 2, m.month);
    }
    *p = '\0';
    return out;
}

bool month_is_none(struct month m)
{
    return m.year == 0 && m.month == 0;
}

struct month month_add(struct month m, int n)
{
    if (month_is_none(m))
        return m;

    int64_t i = (int64_t)m.year * 12 + m.month - 1 + n;

    if (i < 12 || i >= 12 * 10000)
        return (struct month){ 0 };
    return (struct month){ (int16_t)(i / 12), (int8_t)(i % 12 + 1) };
}

int month_diff(struct month a, struct month b)
{
    return (b.year - a.year) * 12 + b.month - a.month;
}

int month_compare(struct month a, struct month b)
{
    return month_diff(b, a);
}

struct month month_of(struct date d)
{
    return (struct month){ d.year, d.month };
}

struct date month_first_day(struct month m)
{
    return date_make(m.year, m.month, 1);
}

struct date month_last_day(struct month m)
{
    if (month_is_none(m))
        return (struct date){ 0 };
    return date_make(m.year, m.month, days_in_month(m.year, m.month));
}

/* --- instants --- */

bool instant_parse(const char *text, int64_t *ret)
{
    if (!has_shape(text, "0000-00-00T00:00:00Z"))
        return false;

    struct date d =
        date_make(read_digits(text, 4), read_digits(text + 5, 2), read_digits(text + 8, 2));
    int hour = read_digits(text + 11, 2), minute = read_digits(text + 14, 2);
    int second = read_digits(text + 17, 2);

    if (date_is_none(d) || hour > 23 || minute > 59 || second > 59)
        return false;
    *ret = (int64_t)date_to_days(d) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
    return true;
}

/* Day number and second of the day; seconds before 1970 count up from the earlier midnight. */
static int64_t split_instant(int64_t seconds, int *ret_second)
{
    int64_t days = seconds / DAY_SECONDS, rest = seconds % DAY_SECONDS;

    if (rest < 0) {
        rest += DAY_SECONDS;
        days--;
    }
    *ret_second = (int)rest;
    return days;
}

const char *instant_format(int64_t seconds, char out[21])
{
    int s;
    struct date d = date_from_days(split_instant(seconds, &s));
    char *p = out;

    if (!date_is_none(d)) {
        date_format(d, out);
        p += 10;
        *p++ = 'T';
        p = put_digits(p, 2, s / 3600);
        *p++ = ':';
        p = put_digits(p, 2, s / 60 % 60);
        *p++ = ':';
        p = put_digits(p, 2, s % 60);
        *p++ = 'Z';
    }
    *p = '\0';
    return out;
}

struct date date_of_instant(int64_t seconds)
{
    int second_of_day;

    if (seconds > INT64_MAX - CHINA_OFFSET)
        return (struct date){ 0 };
    return date_from_days(split_instant(seconds + CHINA_OFFSET, &second_of_day));
}

int64_t instant_of_date(struct date d)
{
    return (int64_t)date_to_days(d) * DAY_SECONDS - CHINA_OFFSET;
}
