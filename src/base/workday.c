/* workday.c — holidays by the notice of the year, or by statute where there is none. */
#include "base/workday.h"

#include "base/lunar.h"

/* A day of a year as month * 100 + day. */
struct run {
    int16_t first, last;
};

/* A holiday that crosses the year end stands in both years. Zeros end a list. */
static const struct holiday_year {
    int16_t year;
    struct run off[10];
    int16_t work[8]; /* weekend days that are worked */
} notices[] = {
    // clang-format off
    { 2015, /* with 3–5 September, seventy years after the victory */
      { { 101, 103 }, { 218, 224 }, { 405, 406 }, { 501, 501 }, { 620, 620 }, { 622, 622 },
        { 903, 905 }, { 927, 927 }, { 1001, 1007 } },
      { 104, 215, 228, 906, 1010 } },
    { 2016,
      { { 101, 101 }, { 207, 213 }, { 404, 404 }, { 501, 502 }, { 609, 611 }, { 915, 917 },
        { 1001, 1007 } },
      { 206, 214, 612, 918, 1008, 1009 } },
    { 2017,
      { { 101, 102 }, { 127, 202 }, { 402, 404 }, { 501, 501 }, { 528, 530 }, { 1001, 1008 } },
      { 122, 204, 401, 527, 930 } },
    { 2018,
      { { 101, 101 }, { 215, 221 }, { 405, 407 }, { 429, 501 }, { 618, 618 }, { 924, 924 },
        { 1001, 1007 }, { 1230, 1231 } },
      { 211, 224, 408, 428, 929, 930, 1229 } },
    { 2019, /* with the longer Labour Day of the notice of March */
      { { 101, 101 }, { 204, 210 }, { 405, 405 }, { 501, 504 }, { 607, 607 }, { 913, 913 },
        { 1001, 1007 } },
      { 202, 203, 428, 505, 929, 1012 } },
    { 2020, /* with the Spring Festival extended to 2 February */
      { { 101, 101 }, { 124, 202 }, { 404, 406 }, { 501, 505 }, { 625, 627 }, { 1001, 1008 } },
      { 119, 426, 509, 628, 927, 1010 } },
    { 2021,
      { { 101, 103 }, { 211, 217 }, { 403, 405 }, { 501, 505 }, { 612, 614 }, { 919, 921 },
        { 1001, 1007 } },
      { 207, 220, 425, 508, 918, 926, 1009 } },
    { 2022,
      { { 101, 103 }, { 131, 206 }, { 403, 405 }, { 430, 504 }, { 603, 605 }, { 910, 912 },
        { 1001, 1007 }, { 1231, 1231 } },
      { 129, 130, 402, 424, 507, 1008, 1009 } },
    { 2023,
      { { 101, 102 }, { 121, 127 }, { 405, 405 }, { 429, 503 }, { 622, 624 }, { 929, 1006 } },
      { 128, 129, 423, 506, 625, 1007, 1008 } },
    { 2024,
      { { 101, 101 }, { 210, 217 }, { 404, 406 }, { 501, 505 }, { 610, 610 }, { 915, 917 },
        { 1001, 1007 } },
      { 204, 218, 407, 428, 511, 914, 929, 1012 } },
    { 2025,
      { { 101, 101 }, { 128, 204 }, { 404, 406 }, { 501, 505 }, { 531, 602 }, { 1001, 1008 } },
      { 126, 208, 427, 928, 1011 } },
    { 2026,
      { { 101, 103 }, { 215, 223 }, { 404, 406 }, { 501, 505 }, { 619, 621 }, { 925, 927 },
        { 1001, 1007 } },
      { 104, 214, 228, 509, 920, 1010 } },
    // clang-format on
};

static const struct holiday_year *find_notice(int year)
{
    int i = year - notices[0].year;

    return i >= 0 && i < (int)ARRAY_LEN(notices) ? &notices[i] : NULL;
}

bool workday_table_known(int year)
{
    return find_notice(year) != NULL;
}

static bool is_off(const struct holiday_year *y, int month_day)
{
    for (size_t i = 0; i < ARRAY_LEN(y->off) && y->off[i].first; i++)
        if (month_day >= y->off[i].first && month_day <= y->off[i].last)
            return true;
    return false;
}

static bool is_made_up(const struct holiday_year *y, int month_day)
{
    for (size_t i = 0; i < ARRAY_LEN(y->work) && y->work[i]; i++)
        if (y->work[i] == month_day)
            return true;
    return false;
}

/* 清明, when the sun stands at 15 degrees: the customary rule with a constant for each century,
 * compared with an ephemeris for 1990 to 2099. */
static int qingming_day(int year)
{
    int y = year % 100;

    return (y * 2422 + (year < 2000 ? 55900 : 48100)) / 10000 - y / 4;
}

static bool is_statutory_holiday(struct date d)
{
    bool since_2025 = d.year >= 2025;
    int month_day = d.month * 100 + d.day;
    struct lunar_date l, next;

    if (month_day == 101 || month_day == 501 || (since_2025 && month_day == 502) ||
        (month_day >= 1001 && month_day <= 1003))
        return true;
    if (!lunar_from_date(d, &l))
        return false;
    if (d.month == 4 && d.day == qingming_day(d.year))
        return true;
    if (l.is_leap)
        return false;
    if ((l.month == 1 && l.day <= 3) || (l.month == 5 && l.day == 5) ||
        (l.month == 8 && l.day == 15))
        return true;
    return since_2025 && l.month == 12 && lunar_from_date(date_add_days(d, 1), &next) &&
           next.month == 1;
}

bool is_workday(struct date d)
{
    bool weekend = date_weekday(d) >= 6;
    const struct holiday_year *y = find_notice(d.year);
    int month_day = d.month * 100 + d.day;

    if (!y)
        return !weekend && !is_statutory_holiday(d);
    return weekend ? is_made_up(y, month_day) : !is_off(y, month_day);
}

struct date add_workdays(struct date d, int n)
{
    int step = n < 0 ? -1 : 1;

    while (n != 0 && !date_is_none(d)) {
        d = date_add_days(d, step);
        if (!date_is_none(d) && is_workday(d))
            n -= step;
    }
    return d;
}

int workdays_between(struct date from, struct date to)
{
    int count = 0;

    for (struct date d = date_add_days(from, 1); !date_is_none(d) && date_compare(d, to) <= 0;
         d = date_add_days(d, 1))
        count += is_workday(d);
    return count;
}
