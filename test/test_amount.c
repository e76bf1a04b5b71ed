/* Money as people write it. */
#include "base/amount.h"
#include "harness.h"

static const struct {
    const char *text;
    enum amount_reason reason;
    int64_t fen;
} amounts[] = {
    { "3500元", AMOUNT_OK, 350000 },
    { "3,500.00", AMOUNT_OK, 350000 },
    { "3，500.00元", AMOUNT_OK, 350000 },
    { "1,234,567.8", AMOUNT_OK, 123456780 },
    { "0.35万", AMOUNT_OK, 350000 },
    { "0.35 万元", AMOUNT_OK, 350000 },
    { "3.5千", AMOUNT_OK, 350000 },
    { "3.5k", AMOUNT_OK, 350000 },
    { "3500块", AMOUNT_OK, 350000 },
    { "３５００", AMOUNT_OK, 350000 },
    { "￥3500", AMOUNT_OK, 350000 },
    { "¥ 3,500", AMOUNT_OK, 350000 },
    { "约3500", AMOUNT_OK, 350000 },
    { "3500左右", AMOUNT_OK, 350000 },
    { "3500元/月", AMOUNT_OK, 350000 },
    { "3500元整", AMOUNT_OK, 350000 },
    { "-200", AMOUNT_OK, -20000 },
    { "－200.50", AMOUNT_OK, -20050 },
    { "-￥200", AMOUNT_OK, -20000 },
    { "(200.00)", AMOUNT_OK, -20000 },
    { "0", AMOUNT_OK, 0 },
    { "0.01", AMOUNT_OK, 1 },
    { "798.5", AMOUNT_OK, 79850 },
    { "386.50000000000006", AMOUNT_OK, 38650 },
    { "3499.9999999999995", AMOUNT_OK, 350000 },
    { "0.30000000000000004", AMOUNT_OK, 30 },
    { "10000000000000", AMOUNT_OK, 1000000000000000 },
    { "3500-4000", AMOUNT_RANGE, 0 },
    { "3500~4000元", AMOUNT_RANGE, 0 },
    { "3500至4000", AMOUNT_RANGE, 0 },
    { "0.005", AMOUNT_PARTS, 0 },
    { "3500.005", AMOUNT_PARTS, 0 },
    { "0.0000001万", AMOUNT_PARTS, 0 },
    { "10000000000000.01", AMOUNT_LARGE, 0 },
    { "999999999999999万", AMOUNT_LARGE, 0 },
    { "1234567890123456", AMOUNT_FORM, 0 },
    { "3,50", AMOUNT_FORM, 0 },
    { "35,00.00", AMOUNT_FORM, 0 },
    { "1234,567", AMOUNT_FORM, 0 },
    { "1,23,456", AMOUNT_FORM, 0 },
    { "1,2345,678", AMOUNT_FORM, 0 },
    { ",500", AMOUNT_FORM, 0 },
    { "3500.", AMOUNT_FORM, 0 },
    { ".5", AMOUNT_FORM, 0 },
    { "3500元5", AMOUNT_FORM, 0 },
    { "3.5E3", AMOUNT_FORM, 0 },
    { "--200", AMOUNT_FORM, 0 },
    { "(200", AMOUNT_FORM, 0 },
    { "(-200)", AMOUNT_FORM, 0 },
    { "3500-", AMOUNT_FORM, 0 },
    { "三千五", AMOUNT_FORM, 0 },
    { "面议", AMOUNT_FORM, 0 },
    { "#N/A", AMOUNT_FORM, 0 },
    { "元", AMOUNT_FORM, 0 },
    { "", AMOUNT_EMPTY, 0 },
    { " \u3000", AMOUNT_EMPTY, 0 },
    { NULL, AMOUNT_EMPTY, 0 },
};

TEST("amounts are read to the fen, or refused for the right reason")
{
    for (size_t i = 0; i < ARRAY_LEN(amounts); i++) {
        int64_t fen = 0;
        enum amount_reason reason = amount_read(amounts[i].text, &fen);

        if (reason != amounts[i].reason || fen != amounts[i].fen)
            test_fail(__FILE__, __LINE__, "%s is %d, %lld fen",
                      amounts[i].text ? amounts[i].text : "(null)", reason, (long long)fen);
    }
}

TEST("ranges of pay are read with their unit")
{
    static const struct {
        const char *text;
        int64_t low, high;
    } rows[] = {
        { "3500-4000", 350000, 400000 },       { "3000～3500元/月", 300000, 350000 },
        { "3千至4千", 300000, 400000 },        { "0.3-0.4万", 300000, 400000 },
        { "约3,000—3,500元", 300000, 350000 }, { "3500", 350000, 350000 },
        { "3500到3500", 350000, 350000 },      { "-200", -20000, -20000 },
    };
    int64_t low = 7, high = 7;

    EXPECT_INT(amount_read_range("4000-3500", &low, &high), AMOUNT_FORM);
    EXPECT_INT(amount_read_range("3000-3500-4000", &low, &high), AMOUNT_FORM);
    EXPECT_INT(amount_read_range("-200-300", &low, &high), AMOUNT_FORM);
    EXPECT_INT(low + high, 14);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        low = high = 0;
        if (amount_read_range(rows[i].text, &low, &high) != AMOUNT_OK || low != rows[i].low ||
            high != rows[i].high)
            test_fail(__FILE__, __LINE__, "%s is %lld to %lld", rows[i].text, (long long)low,
                      (long long)high);
    }
}

TEST("amounts are written with two decimals, with or without thousands")
{
    static const struct {
        int64_t fen;
        const char *grouped, *plain;
    } rows[] = {
        { 0, "0.00", "0.00" },
        { 5, "0.05", "0.05" },
        { -5, "-0.05", "-0.05" },
        { 99999, "999.99", "999.99" },
        { 100000, "1,000.00", "1000.00" },
        { 350000, "3,500.00", "3500.00" },
        { -123456789, "-1,234,567.89", "-1234567.89" },
        { INT64_MAX, "92,233,720,368,547,758.07", "92233720368547758.07" },
        { NONE, "", "" },
    };
    char out[32];

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        EXPECT_STR(amount_format(rows[i].fen, out), rows[i].grouped);
        EXPECT_STR(amount_format_plain(rows[i].fen, out), rows[i].plain);
    }
}

TEST("what is written is read back")
{
    uint64_t seed = 1;
    char out[32];

    for (int i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int64_t fen = (int64_t)(seed >> 16) % 900000000000000, back = 0;

        amount_format(i % 2 ? fen : -fen, out);
        if (amount_read(out, &back) != AMOUNT_OK || back != (i % 2 ? fen : -fen)) {
            test_fail(__FILE__, __LINE__, "%s comes back as %lld", out, (long long)back);
            return;
        }
    }
}
