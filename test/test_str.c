/* Text: cleaning what people type, and UTF-8. */
#include "harness.h"

static const struct {
    const char *in;
    bool is_name;
    const char *want;
} cleaned[] = {
    { "  张 三 ", true, "张三" },
    { "张\u3000三", true, "张三" },
    { "Li Lei", true, "Li Lei" },
    { "买买提.艾力", true, "买买提·艾力" },
    { "买买提•艾力\t", true, "买买提·艾力" },
    { "３５００元", false, "3500元" },
    { "a\u200bb\ufeff", false, "ab" },
    { "v1.2", false, "v1.2" },
    { "福州  福清", false, "福州 福清" },
    { "\xff\xff.", true, "\ufffd\ufffd·" },
};

TEST("what people type is cleaned to what they mean")
{
    for (size_t i = 0; i < ARRAY_LEN(cleaned); i++)
        EXPECT_STR(str_clean(test_arena(), cleaned[i].in, cleaned[i].is_name), cleaned[i].want);
}

TEST("a cut code point is trimmed, a whole one is kept")
{
    char cut[] = "福\xe5\xb7", whole[] = "福州";

    utf8_trim_tail(cut);
    EXPECT_STR(cut, "福");
    utf8_trim_tail(whole);
    EXPECT_STR(whole, "福州");
}

TEST("whole numbers are read strictly")
{
    int64_t n = 7;

    EXPECT(str_int("-42", &n) && n == -42);
    EXPECT(!str_int("4 2", &n) && !str_int("", &n) && !str_int("9223372036854775808", &n));
    EXPECT_INT(n, -42);
}
