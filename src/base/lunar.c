/* lunar.c — the lunar calendar from a table of its years.
 *
 * The rules are those of GB/T 33661-2017: a month begins on the day (UTC+8) of the new moon; the
 * winter solstice is in the eleventh month; when thirteen months lie between two solstices, the
 * first without a major solar term is the leap month. The table was computed from them with an
 * astronomical ephemeris; in these years no new moon falls within a minute of midnight, so the
 * days do not depend on the precision of the ephemeris. The tests compare it with published
 * Spring Festivals and leap months. */
#include "base/lunar.h"

enum { FIRST_YEAR = 1990, LAST_YEAR = 2050 };

static const struct lunar_year {
    uint16_t long_months; /* bit i: the i-th month of the year, leap one included, has 30 days */
    uint8_t leap;         /* the leap month comes after this one; 0 none */
    uint8_t new_year;     /* days from 1 January to the first day of the lunar year */
} years[] = {
    // clang-format off
    { 0x1e92, 5, 26 }, { 0x0e92, 0, 45 }, { 0x0d26, 0, 34 }, { 0x0a56, 3, 22 }, { 0x0a57, 0, 40 }, /* 1990 */
    { 0x14d6, 8, 30 }, { 0x035a, 0, 49 }, { 0x06d5, 0, 37 }, { 0x16c9, 5, 27 }, { 0x0749, 0, 46 }, /* 1995 */
    { 0x0693, 0, 35 }, { 0x152b, 4, 23 }, { 0x052b, 0, 42 }, { 0x0a5b, 0, 31 }, { 0x155a, 2, 21 }, /* 2000 */
    { 0x056a, 0, 39 }, { 0x1b55, 7, 28 }, { 0x0ba4, 0, 48 }, { 0x0b49, 0, 37 }, { 0x1a93, 5, 25 }, /* 2005 */
    { 0x0a95, 0, 44 }, { 0x052d, 0, 33 }, { 0x0aad, 4, 22 }, { 0x0ab5, 0, 40 }, { 0x15aa, 9, 30 }, /* 2010 */
    { 0x05d2, 0, 49 }, { 0x0da5, 0, 38 }, { 0x1d4a, 6, 27 }, { 0x0d4a, 0, 46 }, { 0x0c95, 0, 35 }, /* 2015 */
    { 0x152e, 4, 24 }, { 0x0556, 0, 42 }, { 0x0ab5, 0, 31 }, { 0x15b2, 2, 21 }, { 0x06d2, 0, 40 }, /* 2020 */
    { 0x0ea5, 6, 28 }, { 0x0725, 0, 47 }, { 0x064b, 0, 36 }, { 0x0c97, 5, 25 }, { 0x0cab, 0, 43 }, /* 2025 */
    { 0x055a, 0, 33 }, { 0x0ad6, 3, 22 }, { 0x0b69, 0, 41 }, { 0x1752, 11, 30 }, { 0x0b52, 0, 49 }, /* 2030 */
    { 0x0b25, 0, 38 }, { 0x1a4b, 6, 27 }, { 0x0a4b, 0, 45 }, { 0x04ab, 0, 34 }, { 0x055b, 5, 23 }, /* 2035 */
    { 0x05ad, 0, 42 }, { 0x0b6a, 0, 31 }, { 0x1b52, 2, 21 }, { 0x0d92, 0, 40 }, { 0x1d25, 7, 29 }, /* 2040 */
    { 0x0d25, 0, 47 }, { 0x0a55, 0, 36 }, { 0x14ad, 5, 25 }, { 0x04b6, 0, 44 }, { 0x05b5, 0, 32 }, /* 2045 */
    { 0x0daa, 3, 22 }, /* 2050 */
    // clang-format on
};

static const char *const month_names[] = { "正月", "二月", "三月", "四月", "五月", "六月",
                                           "七月", "八月", "九月", "十月", "冬月", "腊月" };
static const char *const day_names[] = {
    "初一", "初二", "初三", "初四", "初五", "初六", "初七", "初八", "初九", "初十",
    "十一", "十二", "十三", "十四", "十五", "十六", "十七", "十八", "十九", "二十",
    "廿一", "廿二", "廿三", "廿四", "廿五", "廿六", "廿七", "廿八", "廿九", "三十",
};

static const struct lunar_year *find_year(int year)
{
    return year < FIRST_YEAR || year > LAST_YEAR ? NULL : &years[year - FIRST_YEAR];
}

static int month_count(const struct lunar_year *y)
{
    return y->leap ? 13 : 12;
}

/* Days in the i-th month of the year, from 0. */
static int month_days(const struct lunar_year *y, int i)
{
    return 29 + (y->long_months >> i & 1);
}

struct date lunar_new_year(int year)
{
    const struct lunar_year *y = find_year(year);

    return y ? date_add_days(date_make(year, 1, 1), y->new_year) : (struct date){ 0 };
}

int lunar_leap_month(int year)
{
    const struct lunar_year *y = find_year(year);

    return y ? y->leap : 0;
}

bool lunar_from_date(struct date d, struct lunar_date *ret)
{
    if (!date_valid(d))
        return false;

    int year = d.year;

    if (find_year(year) && date_compare(d, lunar_new_year(year)) < 0)
        year--;
    else if (year == LAST_YEAR + 1)
        year = LAST_YEAR;

    const struct lunar_year *y = find_year(year);

    if (!y)
        return false;
    int rest = date_diff_days(lunar_new_year(year), d);

    for (int i = 0; i < month_count(y); i++) {
        if (rest < month_days(y, i)) {
            bool after_leap = y->leap && i >= y->leap;

            *ret = (struct lunar_date){ .year = (int16_t)year,
                                        .month = (int8_t)(after_leap ? i : i + 1),
                                        .day = (int8_t)(rest + 1),
                                        .is_leap = y->leap && i == y->leap };
            return true;
        }
        rest -= month_days(y, i);
    }
    return false;
}

bool lunar_to_date(struct lunar_date l, struct date *ret)
{
    const struct lunar_year *y = find_year(l.year);

    if (!y || l.month < 1 || l.month > 12 || (l.is_leap && l.month != y->leap))
        return false;

    int i = l.month - 1;

    if (y->leap && (l.is_leap || l.month > y->leap))
        i++;
    if (l.day < 1 || l.day > month_days(y, i))
        return false;

    int days = l.day - 1;

    while (--i >= 0)
        days += month_days(y, i);
    *ret = date_add_days(lunar_new_year(l.year), days);
    return true;
}

const char *lunar_format(struct lunar_date l, char out[24])
{
    assert(l.month >= 1 && l.month <= 12 && l.day >= 1 && l.day <= 30);
    const char *parts[] = { l.is_leap ? "闰" : "", month_names[l.month - 1], day_names[l.day - 1] };
    char *p = out;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        p = stpcpy(p, parts[i]);
    return out;
}
