/* JSON: what is written reads back, and what is no JSON is refused at its place. */
#include "harness.h"
#include "platform/json.h"

#include <math.h>
#include <stdlib.h>

/* The text as a JSON string, without the quotes. */
static const char *written(const char *text)
{
    struct json *j = json_new(test_arena());

    json_str(j, text);
    return json_text(j);
}

static const struct {
    const char *in, *want;
} escaped[] = {
    { "", "\"\"" },
    { NULL, "null" },
    { "张三 Zhang", "\"张三 Zhang\"" },
    { "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
    { "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
    { "\x01\x1f\x7f\033[31m", "\"\\u0001\\u001f\x7f\\u001b[31m\"" },
    { "𠮷é", "\"𠮷é\"" },
    { "x\ufffdy", "\"x\ufffdy\"" },
    { "x\xffy", "\"x\ufffdy\"" },
    { "\xe5\xbc", "\"\ufffd\ufffd\"" }, /* cut short */
    { "\xe5\xbc\xe5", "\"\ufffd\ufffd\ufffd\"" },
    { "\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\"" },           /* a surrogate */
    { "\xc0\xaf", "\"\ufffd\ufffd\"" },                     /* overlong */
    { "\xe0\x80\xaf", "\"\ufffd\ufffd\ufffd\"" },           /* overlong */
    { "\xf4\x90\x80\x80", "\"\ufffd\ufffd\ufffd\ufffd\"" }, /* beyond U+10FFFF */
};

TEST("every text is written as valid JSON")
{
    for (size_t i = 0; i < ARRAY_LEN(escaped); i++)
        EXPECT_STR(written(escaped[i].in), escaped[i].want);
}

TEST("objects and arrays nest with commas where they belong")
{
    struct json *j = json_new(test_arena());

    json_object(j);
    json_put_str(j, "name", "张三");
    json_put_int(j, "n", -42);
    json_put_id(j, "id", INT64_MAX);
    json_put_id(j, "none", NONE);
    json_put_int(j, "nothing", NONE);
    json_put_bool(j, "yes", true);
    json_put_raw(j, "raw", "{\"a\":1}");
    json_put_raw(j, "no_raw", NULL);
    json_key(j, "list");
    json_array(j);
    json_real(j, 0.5);
    json_real(j, 0.1);
    json_real(j, 1.0 / 3);
    json_real(j, (double)INFINITY);
    json_object(j);
    json_end(j);
    json_array(j);
    json_end(j);
    json_null(j);
    json_end(j);
    json_end(j);
    EXPECT_STR(json_text(j),
               "{\"name\":\"张三\",\"n\":-42,\"id\":\"9223372036854775807\",\"none\":null,"
               "\"nothing\":null,\"yes\":true,\"raw\":{\"a\":1},\"no_raw\":null,"
               "\"list\":[0.5,0.1,0.33333333333333331,null,{},[],null]}");
    EXPECT_INT(json_len(j), strlen(json_text(j)));
}

TEST("a row's column names say how its values are written")
{
    static const char *const names[] = { "id",        "employer_id", "name", "is_open",
                                         "tags_json", "wage",        "rate", "phone_sealed",
                                         "has_car",   "made_by" };
    struct value cells[2][10] = {
        { { .type = VALUE_INT, .integer = 9007199254740993 },
          { .type = VALUE_INT, .integer = 7 },
          { .type = VALUE_TEXT, .text = "电子\"厂\"", .len = 11 },
          { .type = VALUE_INT, .integer = 1 },
          { .type = VALUE_TEXT, .text = "[1,2]", .len = 5 },
          { .type = VALUE_INT, .integer = 350000 },
          { .type = VALUE_REAL, .real = 0.25 },
          { .type = VALUE_BLOB, .text = "\x01\x02", .len = 2 },
          { .type = VALUE_INT, .integer = 0 },
          { .type = VALUE_INT, .integer = 9 } },
    };
    struct rows r = { .n = 2, .columns = 10, .names = names, .cells = &cells[0][0] };
    const char *one =
        "{\"id\":\"9007199254740993\",\"employer_id\":\"7\",\"name\":\"电子\\\"厂\\\"\","
        "\"is_open\":true,\"tags\":[1,2],\"wage\":350000,\"rate\":0.25,"
        "\"phone_sealed\":null,\"has_car\":false,\"made_by\":\"9\"}";
    const char *two =
        "{\"id\":null,\"employer_id\":null,\"name\":null,\"is_open\":null,\"tags\":null,"
        "\"wage\":null,\"rate\":null,\"phone_sealed\":null,\"has_car\":null,"
        "\"made_by\":null}";
    struct json *j = json_new(test_arena());

    json_object(j);
    json_key(j, "first");
    json_row(j, &r, 0);
    json_key(j, "items");
    json_rows(j, &r);
    r.n = 0;
    json_key(j, "none");
    json_rows(j, &r);
    json_end(j);
    EXPECT_STR(json_text(j),
               arena_printf(test_arena(), "{\"first\":%s,\"items\":[%s,%s],\"none\":[]}", one, one,
                            two));
}

static const struct json_value *parsed(struct ctx *cx, const char *text)
{
    const struct json_value *v = NULL;

    EXPECT_INT(json_parse(cx, text, strlen(text), &v), OK);
    return v;
}

TEST("a body is read with its types, order and exact whole numbers")
{
    struct ctx *cx = ctx_new(NULL, 0);
    const struct json_value *v =
        parsed(cx,
               "{\"n\":9223372036854775807,\"m\":-9223372036854775807,\"id\":\"9007199254740993\","
               "\"r\":1.5,\"t\":true,\"f\":false,\"z\":null,\"s\":\"\\u5f20\\ud842\\udfb7\\n\","
               "\"a\":[1,{\"x\":2}],\"o\":{}}");

    EXPECT_INT(json_type(v), JSON_OBJECT);
    EXPECT_INT(json_count(v), 10);
    EXPECT_STR(json_key_at(v, 0), "n");
    EXPECT_STR(json_key_at(v, 9), "o");
    EXPECT_STR(json_key_at(v, 10), NULL);
    EXPECT_INT(json_as_int(json_get(v, "n")), INT64_MAX);
    EXPECT_INT(json_as_int(json_get(v, "m")), -INT64_MAX);
    EXPECT_INT(json_as_int(json_get(v, "id")), 9007199254740993);
    EXPECT_INT(json_type(json_get(v, "id")), JSON_STRING);
    EXPECT_INT(json_type(json_get(v, "r")), JSON_REAL);
    EXPECT_INT(json_as_int(json_get(v, "r")), NONE);
    EXPECT(json_as_bool(json_get(v, "t")));
    EXPECT(!json_as_bool(json_get(v, "f")));
    EXPECT_INT(json_type(json_get(v, "f")), JSON_BOOL);
    EXPECT_INT(json_type(json_get(v, "z")), JSON_NULL);
    EXPECT_STR(json_as_str(json_get(v, "s")), "张𠮷\n");
    EXPECT_INT(json_count(json_get(v, "a")), 2);
    EXPECT_INT(json_as_int(json_get(json_at(json_get(v, "a"), 1), "x")), 2);
    EXPECT(json_at(json_get(v, "a"), 2) == NULL);
    EXPECT_INT(json_count(json_get(v, "o")), 0);
    ctx_free(cx);
}

TEST("an absent or other kind of value reads as absent")
{
    struct ctx *cx = ctx_new(NULL, 0);
    const struct json_value *v = parsed(cx, " \"12x\" ");

    EXPECT_STR(json_as_str(v), "12x");
    EXPECT_INT(json_as_int(v), NONE);
    EXPECT_INT(json_count(v), 0);
    EXPECT(json_get(v, "a") == NULL && json_get(NULL, "a") == NULL && json_at(v, 0) == NULL);
    EXPECT(json_key_at(v, 0) == NULL && json_key_at(NULL, 0) == NULL);
    EXPECT_STR(json_as_str(NULL), NULL);
    EXPECT_INT(json_as_int(NULL), NONE);
    EXPECT(!json_as_bool(NULL) && !json_as_bool(v));
    EXPECT_INT(json_type(NULL), JSON_NULL);
    ctx_free(cx);
}

static const struct {
    const char *text;
    size_t len; /* 0: all of it */
    const char *place;
} refused[] = {
    { "", 0, "line 1, column 0: it ends too early" },
    { "   ", 0, "line 1" },
    { "{\"a\":1", 0, "it ends too early" },
    { "{\"a\":1}x", 0, "line 1, column 8: syntax error" },
    { "{\n  \"phone\": 13912345678,\n  \"x\": nul\n}", 0, "line 3, column 10: syntax error" },
    { "{\"a\":1,\"a\":2}", 0, "a name occurs twice" },
    { "{\"o\":{\"a\":1,\"\\u0061\":2}}", 0, "a name occurs twice" },
    { "[9223372036854775808]", 0, "a number is out of range" },
    { "[-9223372036854775809]", 0, "a number is out of range" },
    { "[1e999]", 0, "a number is out of range" },
    { "[01]", 0, "syntax error" },
    { "[NaN]", 0, "syntax error" },
    { "[\"\\ud800\"]", 0, "syntax error" },
    { "[\"\\ud800\\u0041\"]", 0, "syntax error" },
    { "[\"\\udc00\"]", 0, "syntax error" },
    { "[\"\xff\"]", 0, "it is not UTF-8" },
    { "[\"\xe5\xbc\"]", 0, "it is not UTF-8" },
    { "[\"\xed\xa0\x80\"]", 0, "it is not UTF-8" },
    { "[\"\\u0000\"]", 0, "it holds a NUL character" },
    { "[\"a\0b\"]", 7, "line 1" },
    { "[\"a\nb\"]", 0, "syntax error" },
    { "['a']", 0, "syntax error" },
    { "[1,]", 0, "syntax error" },
    { "\xef\xbb\xbf[]", 0, "line 1" },
};

TEST("what is no JSON is refused with line and column, and not echoed")
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct ctx *cx = ctx_new(NULL, 0);
        const struct json_value *v = NULL;
        size_t len = refused[i].len ? refused[i].len : strlen(refused[i].text);

        cx->lang = LANG_EN;
        EXPECT_INT(json_parse(cx, refused[i].text, len, &v), E_INVALID);
        EXPECT(v == NULL);
        EXPECT_STR(cx->failure.code, "json.malformed");
        if (!strstr(cx->failure.message, refused[i].place))
            EXPECT_STR(cx->failure.message, refused[i].place);
        EXPECT(!strstr(cx->failure.message, "139") && !strstr(cx->failure.message, "nul"));
        ctx_free(cx);
    }
}

TEST("nesting is read to 32 levels and refused beyond, however deep")
{
    enum { DEEP = 1000000 };
    struct ctx *cx = ctx_new(NULL, 0);
    const struct json_value *v = NULL;
    char *text = arena_alloc(test_arena(), DEEP);

    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    EXPECT_INT(json_parse(cx, text, 64, &v), OK);
    memset(text, '[', DEEP);
    EXPECT_INT(json_parse(cx, text, DEEP, &v), E_INVALID);
    EXPECT_STR(cx->failure.message, "请求内容不是合法的 JSON：第 1 行第 33 列，嵌套过深");
    EXPECT(v && json_count(v) == 1); /* the result of the first call stands */

    const char *quoted = "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\",\"\\\\\"]";
    EXPECT_INT(json_count(parsed(cx, quoted)), 2);
    ctx_free(cx);
}

TEST("any text written is read back as it was")
{
    struct ctx *cx = ctx_new(NULL, 0);
    unsigned seed = 20190211;

    for (int i = 0; i < 2000; i++) {
        char text[64] = { 0 };
        size_t len = 0;
        while (len < 48) {
            uint32_t code = (uint32_t)rand_r(&seed) % (i % 2 ? 0x80 : 0x11000);
            if (code == 0 || (code >= 0xD800 && code < 0xE000))
                continue;
            len += (size_t)utf8_put(text + len, code);
        }
        EXPECT_STR(json_as_str(parsed(cx, written(text))), text);
    }
    ctx_free(cx);
}
