/* Dates as people write them. */
#include "base/date.h"
#include "harness.h"

#include <math.h>

static const char *reading_text(const char *text, int context_year)
{
    struct date_reading r;
    char day[11];
    static const char *const precision[] = { "", " month", " year", "ongoing" };

    if (!date_read(text, context_year, &r))
        return NULL;
    struct str b = str_new(test_arena());

    str_add(&b, date_format(r.date, day));
    str_add(&b, precision[r.precision]);
    str_add(&b, r.is_lunar ? " lunar" : "");
    return b.s;
}

static const struct {
    const char *text, *want;
} read_2023[] = {
    /* the forms named in C4 #8 */
    { "2023.3.1", "2023-03-01" },
    { "2023年3月", "2023-03-01 month" },
    { "2023年3月5日", "2023-03-05" },
    { "20230301", "2023-03-01" },
    { "2023-03-01", "2023-03-01" },
    { "44986", "2023-03-01" },
    { "2023/3", "2023-03-01 month" },
    { "2023/3/1", "2023-03-01" },
    { "3月", "2023-03-01 month" },
    { "3月5日", "2023-03-05" },
    { "正月十五", "2023-02-05 lunar" },
    { "至今", "ongoing" },
    { "2017年2月28日(二月初三)", "2017-02-28" },
    /* calendars and numerals */
    { "二月初三", "2023-02-22 lunar" },
    { "腊月二十九", "2024-02-08 lunar" },
    { "腊月廿九", "2024-02-08 lunar" },
    { "农历二月初三", "2023-02-22 lunar" },
    { "阴历2月初三", "2023-02-22 lunar" },
    { "农历2月3日", "2023-02-22 lunar" },
    { "闰二月初一", "2023-03-22 lunar" },
    { "2017年农历二月初三", "2017-02-28 lunar" },
    { "农历2017年二月初三", "2017-02-28 lunar" },
    { "冬月廿九", "2024-01-10 lunar" },
    { "八月十五", "2023-09-29 lunar" },
    { "八月十五日", "2023-08-15" },
    { "二月廿八", "2023-03-19 lunar" },
    { "三月", "2023-03-01 month" },
    { "二〇二一年三月五日", "2021-03-05" },
    { "二零二一年十二月三十一日", "2021-12-31" },
    { "2021年元月", "2021-01-01 month" },
    { "2021年10月份", "2021-10-01 month" },
    { "公历2021年3月5号", "2021-03-05" },
    { "2021年3月5", "2021-03-05" },
    { "2021年", "2021-01-01 year" },
    { "2021", "2021-01-01 year" },
    /* width, blanks, leftovers of spreadsheets */
    { "２０２３年３月５日", "2023-03-05" },
    { "２０２３．３．１", "2023-03-01" },
    { " 2023 年 3 月 5 日 ", "2023-03-05" },
    { "2023. 3. 1", "2023-03-01" },
    { "2023。3。1", "2023-03-01" },
    { "2023—03—01", "2023-03-01" },
    { "'2023-03-01\t", "2023-03-01" },
    { "2023-03-01 00:00:00", "2023-03-01" },
    { "2023-03-01T08:30:00", "2023-03-01" },
    { "2023/3/1 8:30", "2023-03-01" },
    { "20230301 08:30", "2023-03-01" },
    { "44986.75", "2023-03-01" },
    { "202303", "2023-03-01 month" },
    { "2017年2月28日（农历二月初三）", "2017-02-28" },
    { "2017-02-28（二月初三）", "2017-02-28" },
    { "1980年2月28日(正月十二)", "1980-02-28" },
    { "2024-02-29", "2024-02-29" },
    { "现在", "ongoing" },
    { "目前", "ongoing" },
};

TEST("dates are read in every form that rosters hold")
{
    for (size_t i = 0; i < ARRAY_LEN(read_2023); i++) {
        const char *got = reading_text(read_2023[i].text, 2023);

        if (!str_eq(got, read_2023[i].want))
            test_fail(__FILE__, __LINE__, "%s is %s, expected %s", read_2023[i].text,
                      got ? got : "refused", read_2023[i].want);
    }
}

TEST("a lunar remark is checked against the year of the context")
{
    EXPECT_STR(reading_text("2月28日(二月初三)", 2017), "2017-02-28");
    EXPECT_STR(reading_text("2月28日(二月初三)", 2018), NULL);
    EXPECT_STR(reading_text("2月28日(二月初三)", 0), NULL);
    EXPECT_STR(reading_text("2023年3月22日(二月初一)", 0), NULL);
    EXPECT_STR(reading_text("2023年3月22日(闰二月初一)", 0), "2023-03-22");
}

TEST("without a year in the context only full dates are read")
{
    EXPECT_STR(reading_text("3月", 0), NULL);
    EXPECT_STR(reading_text("3月5日", 0), NULL);
    EXPECT_STR(reading_text("正月十五", 0), NULL);
    EXPECT_STR(reading_text("2023年正月十五", 0), "2023-02-05 lunar");
}

TEST("what is no day, or could be two, is refused")
{
    static const char *const bad[] = {
        "",
        " ",
        "abc",
        "2023-02-29",
        "2023.13.1",
        "2023.0.1",
        "2023.1.0",
        "2023年2月30日",
        "20230229",
        "20231301",
        "20230100",
        "23.3.1",
        "23年3月",
        "99-1-1",
        "230301",
        "200312",
        "190101",
        "2023 3 1",
        "2023.3-1",
        "2023.3-2023.5",
        "3.1",
        "3/5",
        "12",
        "123",
        "1234567",
        "123456789",
        "9999",
        "3月初",
        "3月上旬",
        "正月",
        "农历二月",
        "正月三十一",
        "二月三十",
        "闰三月初一",
        "13月",
        "0月",
        "3月0日",
        "2023-03-01x",
        "2023-03-01 25",
        "2101-01-01",
        "1899-12-31",
        "2023年3月5日至今",
        "5日",
        "初三",
        "2023..1",
        "2023.",
        "99999",
        "44986.",
        "44986x",
        "2023年3月5日(星期三)",
        "二月初十一",
        "-1",
        "2023年3",
        "09999",
    };

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *got = reading_text(bad[i], 2022);

        if (got)
            test_fail(__FILE__, __LINE__, "%s was read as %s", bad[i], got);
    }
    EXPECT_STR(reading_text(NULL, 2022), NULL);
    EXPECT_STR(reading_text("2023年03月05日2023年03月05日2023年03月05日2023年03月05日", 2022),
               NULL);
}

TEST("spreadsheet serials are days of either system, without the false leap day")
{
    static const struct {
        double serial;
        bool is_1904;
        const char *want;
    } rows[] = {
        { 1, false, "1900-01-01" },
        { 59, false, "1900-02-28" },
        { 60, false, "" },
        { 61, false, "1900-03-01" },
        { 44986, false, "2023-03-01" },
        { 44986.99, false, "2023-03-01" },
        { 25569, false, "1970-01-01" },
        { 2958465, false, "9999-12-31" },
        { 2958466, false, "" },
        { 0, false, "" },
        { 0, true, "1904-01-01" },
        { 43524, true, "2023-03-01" },
        { -1, false, "" },
        { 1e300, true, "" },
        { (double)NAN, false, "" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct date d = { 0 };
        char out[11];
        bool ok = date_from_excel(rows[i].serial, rows[i].is_1904, &d);

        EXPECT_STR(date_format(d, out), rows[i].want);
        EXPECT(ok == (rows[i].want[0] != '\0'));
    }
}
