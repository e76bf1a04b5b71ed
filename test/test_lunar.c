/* The lunar calendar against published days. */
#include "base/lunar.h"
#include "harness.h"

#include <math.h>
#include <stdlib.h>

static const char *iso(struct date d)
{
    return date_format(d, arena_alloc(test_arena(), 11));
}

static const char *lunar_of(const char *text)
{
    struct lunar_date l;

    if (!lunar_from_date(date_of_text(text), &l))
        return NULL;
    return lunar_format(l, arena_alloc(test_arena(), 24));
}

TEST("the fair of 28 February 2017 was on the third of the second month")
{
    EXPECT_STR(lunar_of("2017-02-28"), "二月初三");
}

TEST("the lunar years 2015 to 2035 begin on the published Spring Festivals")
{
    static const char *const published[] = {
        "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25",
        "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
        "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23", "2032-02-11",
        "2033-01-31", "2034-02-19", "2035-02-08",
    };

    for (size_t i = 0; i < ARRAY_LEN(published); i++) {
        EXPECT_STR(iso(lunar_new_year(2015 + (int)i)), published[i]);
        EXPECT_STR(lunar_of(published[i]), "正月初一");
    }
}

TEST("leap months stand where the almanac has them")
{
    static const struct {
        int year, month;
    } leaps[] = { { 2017, 6 }, { 2020, 4 }, { 2023, 2 }, { 2025, 6 },
                  { 2028, 5 }, { 2031, 3 }, { 2033, 11 } };

    for (int year = 2015, i = 0; year <= 2035; year++) {
        bool has = i < (int)ARRAY_LEN(leaps) && leaps[i].year == year;

        EXPECT_INT(lunar_leap_month(year), has ? leaps[i].month : 0);
        i += has;
    }
}

TEST("known festivals fall on their lunar days")
{
    static const struct {
        const char *day, *lunar;
    } rows[] = {
        { "2019-02-04", "腊月三十" },   { "2018-02-15", "腊月三十" },
        { "2025-01-28", "腊月廿九" },   { "2024-02-24", "正月十五" },
        { "2020-06-25", "五月初五" },   { "2020-05-23", "闰四月初一" },
        { "2023-03-22", "闰二月初一" }, { "2025-07-25", "闰六月初一" },
        { "2017-07-23", "闰六月初一" }, { "2024-09-17", "八月十五" },
        { "2033-12-22", "闰冬月初一" }, { "2034-01-19", "闰冬月廿九" },
        { "2034-01-20", "腊月初一" },   { "2025-06-25", "六月初一" },
        { "2025-08-23", "七月初一" },   { "1990-01-27", "正月初一" },
        { "2051-02-10", "腊月廿九" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        EXPECT_STR(lunar_of(rows[i].day), rows[i].lunar);
}

/* The k-th new moon since January 2000 in days since 1970, China time, to about a minute: the
 * periodic terms of Meeus, Astronomical Algorithms, chapter 49. */
static double new_moon(int k)
{
    static const struct {
        double days;
        int sun, moon, node; /* multiples of the mean anomalies and the argument of latitude */
    } terms[] = {
        { -0.40720, 0, 1, 0 }, { 0.17241, 1, 0, 0 },   { 0.01608, 0, 2, 0 },
        { 0.01039, 0, 0, 2 },  { 0.00739, -1, 1, 0 },  { -0.00514, 1, 1, 0 },
        { 0.00208, 2, 0, 0 },  { -0.00111, 0, 1, -2 }, { -0.00057, 0, 1, 2 },
        { 0.00056, 1, 2, 0 },  { -0.00042, 0, 3, 0 },  { 0.00042, 1, 0, 2 },
        { 0.00038, 1, 0, -2 }, { -0.00024, -1, 2, 0 },
    };
    const double degree = 3.14159265358979 / 180;
    double t = k / 1236.85, eccentricity = 1 - 0.002516 * t;
    double sun = 2.5534 + 29.10535670 * k, moon = 201.5643 + 385.81693528 * k;
    double node = 160.7108 + 390.67050284 * k;
    double day = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t;

    for (size_t i = 0; i < ARRAY_LEN(terms); i++)
        day += terms[i].days * pow(eccentricity, abs(terms[i].sun)) *
               sin((terms[i].sun * sun + terms[i].moon * moon + terms[i].node * node) * degree);
    day += 0.000325 * sin((299.77 + 0.107408 * k) * degree);
    day -= 0.00017 * sin((124.7746 - 1.56375588 * k) * degree);
    double terrestrial = 65 + (k > 0 ? k * 0.02 : 0); /* seconds ahead of universal time */

    return day - 2440587.5 - terrestrial / 86400 + 8 / 24.0;
}

TEST("every month of the table begins on the day of the new moon in China")
{
    int months = 0;

    for (int k = -124; k < 640; k++) {
        double moon = new_moon(k), clock = moon - floor(moon);
        struct lunar_date l;

        if (clock < 0.003 || clock > 0.997 ||
            !lunar_from_date(date_from_days((int64_t)floor(moon)), &l))
            continue; /* too near to midnight to tell, or outside the table */
        months++;
        if (l.day != 1)
            test_fail(__FILE__, __LINE__, "the new moon of %s is on day %d",
                      iso(date_from_days((int64_t)floor(moon))), l.day);
    }
    EXPECT(months > 740);
}

TEST("every day of the table has one lunar date and comes back, in order")
{
    struct date first = lunar_new_year(1990), back;
    struct lunar_date last = { .year = 1989, .month = 12, .day = 30 }, l;

    for (struct date d = first; lunar_from_date(d, &l); d = date_add_days(d, 1)) {
        bool follows = l.day == last.day + 1
                           ? l.month == last.month && l.is_leap == last.is_leap
                           : l.day == 1 && last.day >= 29 && !(l.is_leap && l.month != last.month);

        if (!follows || !lunar_to_date(l, &back) || date_compare(back, d)) {
            test_fail(__FILE__, __LINE__, "%s is out of order", iso(d));
            return;
        }
        last = l;
    }
    EXPECT_INT(last.year * 10000 + last.month * 100 + last.day, 20501229);
}

TEST("lunar days that do not exist are refused")
{
    static const struct lunar_date bad[] = {
        { 1989, 12, 1, false }, { 2051, 1, 1, false },  { 2024, 12, 30, false },
        { 2025, 5, 1, true },   { 2025, 13, 1, false }, { 2025, 0, 1, false },
        { 2025, 1, 0, false },  { 2025, 1, 31, false }, { 2024, 6, 1, true },
    };
    struct date d = { 7, 7, 7 };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (lunar_to_date(bad[i], &d))
            test_fail(__FILE__, __LINE__, "row %zu was accepted as %s", i, iso(d));
    EXPECT_INT(d.year, 7);
    EXPECT_STR(lunar_of("1990-01-26"), NULL);
    EXPECT_STR(lunar_of("2051-02-11"), NULL);
    EXPECT_STR(lunar_of("2052-01-01"), NULL);
    EXPECT_STR(lunar_of("1900-01-01"), NULL);
    EXPECT(date_is_none(lunar_new_year(1989)) && date_is_none(lunar_new_year(2051)));
}
