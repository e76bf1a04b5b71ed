/* Days, months and instants: arithmetic, and the text that is stored. */
#include "base/date.h"
#include "harness.h"

static struct date day(const char *text)
{
    struct date d = { 0 };

    if (text && !date_parse_iso(text, &d))
        test_fail(__FILE__, __LINE__, "not a day: %s", text);
    return d;
}

static const char *text_of(struct date d)
{
    return date_format(d, arena_alloc(test_arena(), 11));
}

TEST("every day number from 1600 to 2400 is one calendar day after another")
{
    struct date d = day("1600-01-01");
    int weekday = 6; /* a Saturday */

    for (int32_t n = date_to_days(d); d.year < 2400; n++) {
        struct date got = date_from_days(n);

        if (date_compare(got, d) || date_to_days(d) != n || date_weekday(d) != weekday) {
            EXPECT_STR(text_of(got), text_of(d));
            EXPECT_INT(date_weekday(d), weekday);
            return;
        }
        weekday = weekday % 7 + 1;
        d.day++;
        if (!date_valid(d)) {
            d.day = 1;
            d.month++;
        }
        if (d.month > 12) {
            d.month = 1;
            d.year++;
        }
    }
    EXPECT_INT(date_to_days(day("1970-01-01")), 0);
    EXPECT_INT(date_to_days(day("2000-03-01")), 11017);
    EXPECT_INT(date_weekday(day("2026-10-01")), 4);
}

TEST("the calendar begins on 0001-01-01 and ends on 9999-12-31")
{
    EXPECT_STR(text_of(date_from_days(date_to_days(day("0001-01-01")))), "0001-01-01");
    EXPECT_STR(text_of(date_from_days(date_to_days(day("9999-12-31")))), "9999-12-31");
    EXPECT(date_is_none(date_add_days(day("0001-01-01"), -1)));
    EXPECT(date_is_none(date_add_days(day("9999-12-31"), 1)));
    EXPECT(date_is_none(date_add_days(day("2020-01-01"), INT64_MAX)));
    EXPECT(date_is_none(date_from_days(INT64_MIN)));
    EXPECT(date_is_none(date_add_months(day("9999-12-31"), 1)));
    EXPECT(date_is_none(date_add_months(day("0001-01-31"), -1)));
    EXPECT(date_is_none(date_add_months(day("2020-01-31"), INT_MAX)));
}

static const struct {
    const char *from;
    int months;
    const char *to;
} months_added[] = {
    { "2018-11-30", 3, "2019-02-28" },  { "2019-11-30", 3, "2020-02-29" },
    { "2019-02-11", 3, "2019-05-11" },  { "2019-02-11", 6, "2019-08-11" },
    { "2018-03-05", 3, "2018-06-05" },  { "2020-01-31", 1, "2020-02-29" },
    { "2020-02-29", 12, "2021-02-28" }, { "2020-02-29", 48, "2024-02-29" },
    { "2019-12-31", 2, "2020-02-29" },  { "2020-03-31", -1, "2020-02-29" },
    { "2020-01-15", -1, "2019-12-15" }, { "2020-05-31", 0, "2020-05-31" },
    { "2019-01-31", 3, "2019-04-30" },  { "2019-08-31", -18, "2018-02-28" },
};

TEST("adding months keeps the day of the month or clamps it to the month end")
{
    for (size_t i = 0; i < ARRAY_LEN(months_added); i++)
        EXPECT_STR(text_of(date_add_months(day(months_added[i].from), months_added[i].months)),
                   months_added[i].to);
}

static const struct {
    const char *from, *to;
    int months;
} months_between[] = {
    { "2019-02-11", "2019-08-11", 6 }, { "2019-02-11", "2019-08-10", 5 },
    { "2018-03-05", "2018-06-20", 3 }, { "2018-03-05", "2018-06-05", 3 },
    { "2018-03-05", "2018-06-04", 2 }, { "2018-11-30", "2019-02-28", 3 },
    { "2018-11-30", "2019-02-27", 2 }, { "2020-01-31", "2020-02-29", 1 },
    { "2020-01-31", "2020-02-28", 0 }, { "2020-02-29", "2020-03-28", 0 },
    { "2020-02-29", "2020-03-29", 1 }, { "2018-12-31", "2019-12-30", 11 },
    { "2019-05-01", "2019-05-01", 0 }, { "2019-05-01", "2018-01-01", 0 },
};

TEST("whole months are counted from anniversary to anniversary")
{
    for (size_t i = 0; i < ARRAY_LEN(months_between); i++)
        EXPECT_INT(date_months_between(day(months_between[i].from), day(months_between[i].to)),
                   months_between[i].months);
}

TEST("whole months are the most that can be added without passing the end")
{
    for (int32_t from = date_to_days(day("2019-01-01")); from < 18400; from += 3)
        for (int32_t to = from; to < from + 800; to += 7) {
            struct date a = date_from_days(from), b = date_from_days(to);
            int n = date_months_between(a, b);

            if (date_compare(date_add_months(a, n), b) > 0 ||
                date_compare(date_add_months(a, n + 1), b) <= 0) {
                test_fail(__FILE__, __LINE__, "%s to %s is not %d", text_of(a), text_of(b), n);
                return;
            }
        }
}

TEST("age is completed on the birthday, on 28 February for a leap-day birth")
{
    EXPECT_INT(date_age(day("2003-06-15"), day("2019-06-14")), 15);
    EXPECT_INT(date_age(day("2003-06-15"), day("2019-06-15")), 16);
    EXPECT_INT(date_age(day("2004-02-29"), day("2022-02-27")), 17);
    EXPECT_INT(date_age(day("2004-02-29"), day("2022-02-28")), 18);
    EXPECT_INT(date_age(day("2004-02-29"), day("2024-02-28")), 19);
    EXPECT_INT(date_age(day("2004-02-29"), day("2004-02-29")), 0);
    EXPECT_INT(date_age(day("2004-02-29"), day("2004-02-28")), -1);
    EXPECT_INT(date_age(day(NULL), day("2004-02-28")), -1);
}

TEST("only a day that exists, strictly written, is read")
{
    static const char *const bad[] = { "",           "2019-2-28",   "2019-02-29", "1900-02-29",
                                       "2019-13-01", "2019-00-01",  "2019-01-00", "2019-01-32",
                                       "2019/01/01", "2019-01-01 ", "0000-01-01", "２019-01-01",
                                       "2019-01",    "+019-01-01" };
    struct date d = { 7, 7, 7 };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (date_parse_iso(bad[i], &d))
            test_fail(__FILE__, __LINE__, "was read: %s", bad[i]);
    EXPECT(!date_parse_iso(NULL, &d));
    EXPECT_INT(d.year, 7);
    EXPECT(date_parse_iso("2000-02-29", &d) && d.year == 2000 && d.month == 2 && d.day == 29);
    EXPECT(date_is_none(date_make(2023, 2, 29)) && date_is_none(date_make(2023, 0, 1)));
}

TEST("no date is NULL in store, empty in print, and sorts first")
{
    EXPECT_STR(text_of((struct date){ 0 }), "");
    EXPECT_STR(date_text(test_arena(), (struct date){ 0 }), NULL);
    EXPECT_STR(date_text(test_arena(), day("0987-06-05")), "0987-06-05");
    EXPECT(date_is_none(date_of_text(NULL)) && date_is_none(date_of_text("today")));
    EXPECT(date_compare((struct date){ 0 }, day("0001-01-01")) < 0);
    EXPECT(date_is_none(date_add_months((struct date){ 0 }, 1)));
    EXPECT(date_is_none(date_last_of_month((struct date){ 0 })));
}

TEST("months are read, moved and compared")
{
    struct month m;
    char out[8];

    EXPECT(!month_parse("2019-13", &m) && !month_parse("2019-1", &m) && !month_parse(NULL, &m));
    EXPECT(month_parse("2019-11", &m));
    EXPECT_STR(month_format(month_add(m, 3), out), "2020-02");
    EXPECT_STR(month_format(month_add(m, -11), out), "2018-12");
    EXPECT_STR(text_of(month_first_day(m)), "2019-11-01");
    EXPECT_STR(text_of(month_last_day(month_add(m, 3))), "2020-02-29");
    EXPECT_STR(text_of(date_last_of_month(day("2019-02-03"))), "2019-02-28");
    EXPECT_STR(text_of(date_first_of_month(day("2019-02-03"))), "2019-02-01");
    EXPECT(month_compare(m, month_of(day("2019-11-30"))) == 0);
    EXPECT(month_compare(m, month_add(m, 2)) < 0 && month_compare(m, month_add(m, -12)) > 0);
    EXPECT_INT(month_diff(m, month_add(m, -14)), -14);
}

TEST("instants are written in UTC and belong to a day in China")
{
    static const struct {
        int64_t seconds;
        const char *text, *day;
    } rows[] = {
        { 0, "1970-01-01T00:00:00Z", "1970-01-01" },
        { -1, "1969-12-31T23:59:59Z", "1970-01-01" },
        { 57599, "1970-01-01T15:59:59Z", "1970-01-01" },
        { 57600, "1970-01-01T16:00:00Z", "1970-01-02" },
        { 951782400, "2000-02-29T00:00:00Z", "2000-02-29" },
        { 1551369600, "2019-02-28T16:00:00Z", "2019-03-01" },
        { -86401, "1969-12-30T23:59:59Z", "1969-12-31" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char out[21];
        int64_t back = 1;

        EXPECT_STR(instant_format(rows[i].seconds, out), rows[i].text);
        EXPECT(instant_parse(rows[i].text, &back));
        EXPECT_INT(back, rows[i].seconds);
        EXPECT_STR(text_of(date_of_instant(rows[i].seconds)), rows[i].day);
    }
    EXPECT_INT(instant_of_date(day("1970-01-02")), 57600);
    EXPECT(date_is_none(date_of_instant(INT64_MAX)) && date_is_none(date_of_instant(INT64_MIN)));
}

TEST("malformed instants are refused")
{
    static const char *const bad[] = { "2019-02-28T24:00:00Z", "2019-02-28T16:60:00Z",
                                       "2019-02-28T16:00:60Z", "2019-02-29T16:00:00Z",
                                       "2019-02-28 16:00:00Z", "2019-02-28T16:00:00" };
    int64_t n;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (instant_parse(bad[i], &n))
            test_fail(__FILE__, __LINE__, "was read: %s", bad[i]);
}
