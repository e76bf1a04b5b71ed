/* Working days: the notices of the State Council, and what is done without one. */
#include "base/workday.h"
#include "harness.h"

static struct date day(const char *text)
{
    return date_of_text(text);
}

static const char *iso(struct date d)
{
    return date_format(d, arena_alloc(test_arena(), 11));
}

TEST("holidays and make-up days follow the notice of the year")
{
    static const struct {
        const char *day;
        bool works;
    } rows[] = {
        { "2017-02-28", true },  { "2017-09-30", true },  { "2017-10-08", false },
        { "2018-12-29", true },  { "2018-12-31", false }, { "2019-05-02", false },
        { "2019-05-05", true },  { "2020-01-31", false }, { "2020-02-02", false },
        { "2020-02-03", true },  { "2020-06-28", true },  { "2022-12-31", false },
        { "2023-01-02", false }, { "2023-10-07", true },  { "2024-02-09", true },
        { "2024-02-10", false }, { "2024-02-18", true },  { "2025-01-28", false },
        { "2025-05-05", false }, { "2026-01-02", false }, { "2026-01-04", true },
        { "2026-02-23", false }, { "2026-02-24", true },  { "2026-03-07", false },
        { "2026-11-22", false }, { "2026-11-23", true },  { "2015-09-03", false },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (is_workday(day(rows[i].day)) != rows[i].works)
            test_fail(__FILE__, __LINE__, "%s is wrong", rows[i].day);
}

TEST("the working days of the noticed years are as many as the calendar has")
{
    /* Weekdays of the year, less holidays on weekdays, plus make-up days: 11 statutory days a year
     * until 2024 and 13 since, each given once; 2015 and 2020 had extra days. */
    static const int statutory[] = { 12, 11, 11, 11, 11, 13, 11, 11, 11, 11, 13, 13 };

    for (int year = 2015; year <= 2026; year++) {
        struct date first = date_make(year, 1, 1), last = date_make(year, 12, 31);
        int weekdays = 0, works = 0;

        EXPECT(workday_table_known(year));
        for (struct date d = first; date_compare(d, last) <= 0; d = date_add_days(d, 1)) {
            weekdays += date_weekday(d) < 6;
            works += is_workday(d);
        }
        int lost = weekdays - works, want = statutory[year - 2015];

        if (lost != want)
            test_fail(__FILE__, __LINE__, "%d loses %d weekdays", year, lost);
    }
}

TEST("years without a notice keep the statutory days only, and say so")
{
    EXPECT(!workday_table_known(2014) && !workday_table_known(2027));
    EXPECT(!is_workday(day("2027-01-01")));
    EXPECT(!is_workday(day("2027-02-05"))); /* eve of the Spring Festival */
    EXPECT(!is_workday(day("2027-02-08"))); /* its third day, a Monday */
    EXPECT(is_workday(day("2027-02-09")));
    EXPECT(!is_workday(day("2027-04-05"))); /* 清明 */
    EXPECT(!is_workday(day("2027-06-09"))); /* 端午 */
    EXPECT(!is_workday(day("2027-09-15"))); /* 中秋 */
    EXPECT(!is_workday(day("2028-05-02")));
    EXPECT(is_workday(day("2028-05-03")));
    EXPECT(is_workday(day("2028-05-29"))); /* 端午 on a Sunday: no notice, no day in lieu */
    EXPECT(is_workday(day("2014-01-30")) && !is_workday(day("2014-01-31")));
    EXPECT(!is_workday(day("2060-10-01")) && is_workday(day("2060-02-02")));
}

TEST("five working days of public notice skip weekends and holidays")
{
    static const struct {
        const char *from;
        int n;
        const char *to;
    } rows[] = {
        { "2026-11-16", 5, "2026-11-23" },  { "2026-11-20", 1, "2026-11-23" },
        { "2026-11-21", 1, "2026-11-23" },  { "2026-09-30", 5, "2026-10-13" },
        { "2024-02-08", 2, "2024-02-18" },  { "2018-12-28", 2, "2019-01-02" },
        { "2026-11-23", 0, "2026-11-23" },  { "2026-11-23", -1, "2026-11-20" },
        { "2026-10-08", -2, "2026-09-29" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct date from = day(rows[i].from), to = add_workdays(from, rows[i].n);

        EXPECT_STR(iso(to), rows[i].to);
        if (rows[i].n > 0)
            EXPECT_INT(workdays_between(from, to), rows[i].n);
    }
    EXPECT_INT(workdays_between(day("2026-11-23"), day("2026-11-23")), 0);
    EXPECT_INT(workdays_between(day("2026-11-23"), day("2026-11-20")), 0);
    EXPECT(date_is_none(add_workdays(day("9999-12-30"), 5)));
}
