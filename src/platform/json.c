/* json.c — writing goes byte by byte into one growing text; reading is left to jansson, whose
 * result is copied into the arena so that nobody has to free it. */
#include "platform/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The library's names meet ours here; these are the ones that clash. */
#define json_object jansson_object
#define json_array jansson_array
#define json_real jansson_real
#define json_null jansson_null
#define json_type jansson_type
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_INTEGER JANSSON_INTEGER
#define JSON_REAL JANSSON_REAL
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_real
#undef json_null
#undef json_type
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_INTEGER
#undef JSON_REAL
#undef JSON_NULL

enum { NESTING_MAX = 64, DEPTH_READ_MAX = 32 };

struct json {
    struct str out;
    int depth;
    char closing[NESTING_MAX]; /* what ends each open level */
    bool needs_comma, has_key;
};

/* --- writing --- */

struct json *json_new(struct arena *a)
{
    struct json *j = NEW(a, struct json);

    j->out = str_new(a);
    return j;
}

/* Space for `more` bytes and the final NUL; the caller moves `len`. */
static char *room(struct json *j, size_t more)
{
    struct str *b = &j->out;

    if (b->len + more + 1 > b->cap) {
        size_t cap = b->cap * 2;
        while (cap < b->len + more + 1)
            cap *= 2;
        char *fresh = arena_alloc(b->mem, cap);
        memcpy(fresh, b->s, b->len);
        b->s = fresh;
        b->cap = cap;
    }
    return b->s + b->len;
}

static void put(struct json *j, const char *bytes, size_t len)
{
    memcpy(room(j, len), bytes, len);
    j->out.len += len;
}

static void put_char(struct json *j, char c)
{
    *room(j, 1) = c;
    j->out.len++;
}

/* Comma before, and whether a value may stand here at all. */
static void begin_value(struct json *j)
{
    if (j->depth > 0 && j->closing[j->depth - 1] == '}')
        assert(j->has_key);
    else
        assert(!j->has_key && (j->depth > 0 || j->out.len == 0));
    if (j->needs_comma)
        put_char(j, ',');
    j->needs_comma = true;
    j->has_key = false;
}

static void open_level(struct json *j, char first, char last)
{
    assert(j->depth < NESTING_MAX);
    begin_value(j);
    put_char(j, first);
    j->closing[j->depth++] = last;
    j->needs_comma = false;
}

void json_object(struct json *j)
{
    open_level(j, '{', '}');
}

void json_array(struct json *j)
{
    open_level(j, '[', ']');
}

void json_end(struct json *j)
{
    assert(j->depth > 0 && !j->has_key);
    put_char(j, j->closing[--j->depth]);
    j->needs_comma = true;
}

/* What becomes of each byte of a text: 0 copied, 'u' \u00xx, '8' start of a longer code point, else
 * the letter behind the backslash. */
static const char escapes[256] = {
    [0] = 'u',         [1 ... 7] = 'u', ['\b'] = 'b',  ['\t'] = 't',
    ['\n'] = 'n',      [11] = 'u',      ['\f'] = 'f',  ['\r'] = 'r',
    [14 ... 31] = 'u', ['"'] = '"',     ['\\'] = '\\', [0x80 ... 0xFF] = '8',
};

/* Bytes of the well-formed code point at p (not ASCII), or 0. */
static int code_point_len(const unsigned char *p)
{
    if (p[0] > 0xE0 && p[0] < 0xF0 && p[0] != 0xED) /* most Chinese text */
        return (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 ? 3 : 0;

    const char *at = (const char *)p;
    uint32_t c = utf8_next(&at);
    int len = (int)(at - (const char *)p);

    return c == 0xFFFD && len != 3 ? 0 : len;
}

static void put_escape(struct json *j, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    if (escapes[c] == '8') {
        put(j, "\xef\xbf\xbd", 3);
    } else if (escapes[c] == 'u') {
        char text[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
        put(j, text, sizeof text);
    } else {
        char text[] = { '\\', escapes[c] };
        put(j, text, sizeof text);
    }
}

static void put_quoted(struct json *j, const char *text)
{
    const unsigned char *p = (const unsigned char *)text, *run = p;

    put_char(j, '"');
    for (;;) {
        char kind = escapes[*p];
        int len = 1;
        if (!kind || (kind == '8' && (len = code_point_len(p)) > 0)) {
            p += len;
            continue;
        }
        if (p > run)
            put(j, (const char *)run, (size_t)(p - run));
        if (!*p)
            break;
        put_escape(j, *p++);
        run = p;
    }
    put_char(j, '"');
}

void json_key(struct json *j, const char *key)
{
    assert(j->depth > 0 && j->closing[j->depth - 1] == '}' && !j->has_key);
    if (j->needs_comma)
        put_char(j, ',');
    put_quoted(j, key);
    put_char(j, ':');
    j->needs_comma = false;
    j->has_key = true;
}

void json_str(struct json *j, const char *text)
{
    if (!text) {
        json_null(j);
        return;
    }
    begin_value(j);
    put_quoted(j, text);
}

static void put_int(struct json *j, int64_t n)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (n < 0)
        *--p = '-';
    put(j, p, (size_t)(digits + sizeof digits - p));
}

void json_int(struct json *j, int64_t n)
{
    if (n == NONE) {
        json_null(j);
        return;
    }
    begin_value(j);
    put_int(j, n);
}

void json_id(struct json *j, int64_t id)
{
    if (id == NONE) {
        json_null(j);
        return;
    }
    begin_value(j);
    put_char(j, '"');
    put_int(j, id);
    put_char(j, '"');
}

void json_real(struct json *j, double n)
{
    char text[40];
    int len;

    if (!isfinite(n)) {
        json_null(j);
        return;
    }
    len = snprintf(text, sizeof text, "%.15g", n);
    if (strtod(text, NULL) != n)
        len = snprintf(text, sizeof text, "%.17g", n);
    begin_value(j);
    put(j, text, (size_t)len);
}

void json_bool(struct json *j, bool b)
{
    begin_value(j);
    put(j, b ? "true" : "false", b ? 4 : 5);
}

void json_null(struct json *j)
{
    begin_value(j);
    put(j, "null", 4);
}

void json_raw(struct json *j, const char *text)
{
    if (!text || !*text) {
        json_null(j);
        return;
    }
    begin_value(j);
    put(j, text, strlen(text));
}

const char *json_text(struct json *j)
{
    assert(j->depth == 0);
    *room(j, 0) = '\0';
    return j->out.s;
}

size_t json_len(const struct json *j)
{
    return j->out.len;
}

void json_put_str(struct json *j, const char *key, const char *text)
{
    json_key(j, key);
    json_str(j, text);
}

void json_put_int(struct json *j, const char *key, int64_t n)
{
    json_key(j, key);
    json_int(j, n);
}

void json_put_id(struct json *j, const char *key, int64_t id)
{
    json_key(j, key);
    json_id(j, id);
}

void json_put_bool(struct json *j, const char *key, bool b)
{
    json_key(j, key);
    json_bool(j, b);
}

void json_put_raw(struct json *j, const char *key, const char *text)
{
    json_key(j, key);
    json_raw(j, text);
}

/* --- rows --- */

/* How a column is written: found once from its name, used for every row. */
struct column {
    enum { FORM_PLAIN, FORM_ID, FORM_BOOL, FORM_JSON } form;
    const char *key; /* `"name":` */
    size_t key_len;
};

static struct column *plan_columns(struct arena *mem, const struct rows *r)
{
    struct column *columns = NEW_ARRAY(mem, struct column, r->columns);
    struct json *keys = json_new(mem); /* one after the other */

    for (int i = 0; i < r->columns; i++) {
        const char *name = r->names[i];
        size_t from = json_len(keys);
        if (str_ends(name, "_json")) {
            columns[i].form = FORM_JSON;
            name = arena_strndup(mem, name, strlen(name) - strlen("_json"));
        } else if (str_eq(name, "id") || str_ends(name, "_id") || str_ends(name, "_by")) {
            columns[i].form = FORM_ID;
        } else if (str_starts(name, "is_") || str_starts(name, "has_")) {
            columns[i].form = FORM_BOOL;
        }
        put_char(keys, '"'); /* a column's name has nothing to escape */
        put(keys, name, strlen(name));
        put(keys, "\":", 2);
        columns[i].key_len = json_len(keys) - from;
    }
    for (int i = 0, at = 0; i < r->columns; at += (int)columns[i++].key_len)
        columns[i].key = json_text(keys) + at;
    return columns;
}

static void write_cell(struct json *j, const struct column *column, const struct value *v)
{
    if (v->type == VALUE_TEXT) {
        if (column->form == FORM_JSON)
            json_raw(j, v->text);
        else
            json_str(j, v->text);
    } else if (v->type == VALUE_INT) {
        if (column->form == FORM_ID)
            json_id(j, v->integer);
        else if (column->form == FORM_BOOL)
            json_bool(j, v->integer != 0);
        else
            json_int(j, v->integer);
    } else if (v->type == VALUE_REAL) {
        json_real(j, v->real);
    } else {
        json_null(j); /* bytes too: sealed values never leave in a reply */
    }
}

static void write_row(struct json *j, const struct column *columns, const struct rows *r, int row)
{
    const struct value *cells = r->cells + (size_t)row * (size_t)r->columns;

    json_object(j);
    for (int i = 0; i < r->columns; i++) {
        if (i > 0)
            put_char(j, ',');
        put(j, columns[i].key, columns[i].key_len);
        j->needs_comma = false;
        j->has_key = true;
        write_cell(j, &columns[i], &cells[i]);
    }
    json_end(j);
}

void json_row(struct json *j, const struct rows *r, int row)
{
    assert(row >= 0 && row < r->n);
    write_row(j, plan_columns(j->out.mem, r), r, row);
}

void json_rows(struct json *j, const struct rows *r)
{
    json_array(j);
    if (r->n > 0) {
        struct column *columns = plan_columns(j->out.mem, r);
        for (int row = 0; row < r->n; row++)
            write_row(j, columns, r, row);
    }
    json_end(j);
}

/* --- reading --- */

struct json_value {
    enum json_type type;
    size_t n; /* items of an array or object */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text;
        struct json_value *items;
    };
    const char **keys; /* of an object */
};

static void copy_value(struct arena *mem, json_t *from, struct json_value *to);

static void copy_object(struct arena *mem, json_t *from, struct json_value *to)
{
    const char *key;
    json_t *value;
    size_t i = 0;

    to->type = JSON_OBJECT;
    to->n = json_object_size(from);
    to->items = NEW_ARRAY(mem, struct json_value, to->n);
    to->keys = NEW_ARRAY(mem, const char *, to->n);
    json_object_foreach(from, key, value)
    {
        to->keys[i] = arena_strdup(mem, key);
        copy_value(mem, value, &to->items[i++]);
    }
}

/* Recursion is bounded by DEPTH_READ_MAX. */
static void copy_value(struct arena *mem, json_t *from, struct json_value *to)
{
    switch (json_typeof(from)) {
    case JANSSON_OBJECT:
        copy_object(mem, from, to);
        break;
    case JANSSON_ARRAY:
        to->type = JSON_ARRAY;
        to->n = json_array_size(from);
        to->items = NEW_ARRAY(mem, struct json_value, to->n);
        for (size_t i = 0; i < to->n; i++)
            copy_value(mem, json_array_get(from, i), &to->items[i]);
        break;
    case JANSSON_STRING:
        to->type = JSON_STRING;
        to->text = arena_strndup(mem, json_string_value(from), json_string_length(from));
        break;
    case JANSSON_INTEGER:
        to->type = JSON_INT;
        to->integer = json_integer_value(from);
        break;
    case JANSSON_REAL:
        to->type = JSON_REAL;
        to->real = json_real_value(from);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        to->type = JSON_BOOL;
        to->boolean = json_typeof(from) == JSON_TRUE;
        break;
    case JANSSON_NULL:
        to->type = JSON_NULL;
        break;
    }
}

/* Where the text first nests deeper than allowed, before the parser recurses into it. False if it
 * does not. Brackets inside strings do not count. */
static bool nests_too_deep(const char *text, size_t len, int *ret_line, int *ret_column)
{
    int depth = 0, line = 1, column = 0;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (((unsigned char)c & 0xC0) != 0x80)
            column++;
        if (c == '\n') {
            line++;
            column = 0;
        } else if (quoted) {
            if (c == '\\' && i + 1 < len && text[i + 1] != '\n') {
                i++;
                column++;
            }
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_READ_MAX) {
                *ret_line = line;
                *ret_column = column;
                return true;
            }
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

/* The cause in words of ours: the library's own text quotes the input, which may be personal. */
static const char *cause(struct ctx *cx, enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input:
        return T("内容不完整", "it ends too early");
    case json_error_invalid_utf8:
        return T("不是 UTF-8 编码", "it is not UTF-8");
    case json_error_null_character:
        return T("含有空字符", "it holds a NUL character");
    case json_error_duplicate_key:
        return T("同一个名称出现了两次", "a name occurs twice");
    case json_error_numeric_overflow:
        return T("数字超出范围", "a number is out of range");
    default:
        return T("格式错误", "syntax error");
    }
}

static enum err malformed(struct ctx *cx, int line, int column, const char *why)
{
    return fail(cx, E_INVALID, "json.malformed",
                T("请求内容不是合法的 JSON：第 %d 行第 %d 列，%s",
                  "the body is not valid JSON: line %d, column %d: %s"),
                line, column, why);
}

enum err json_parse(struct ctx *cx, const char *text, size_t len, const struct json_value **ret)
{
    json_error_t error = { 0 };
    struct json_value *value;
    json_t *parsed;
    int line = 1, column = 0;

    if (!text || len == 0)
        return malformed(cx, 1, 0, cause(cx, json_error_premature_end_of_input));
    if (nests_too_deep(text, len, &line, &column))
        return malformed(cx, line, column, T("嵌套过深", "it nests too deep"));
    parsed = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!parsed)
        return malformed(cx, MAX(error.line, 1), MAX(error.column, 0),
                         cause(cx, json_error_code(&error)));
    value = NEW(cx->mem, struct json_value);
    copy_value(cx->mem, parsed, value);
    json_decref(parsed);
    *ret = value;
    return OK;
}

enum json_type json_type(const struct json_value *v)
{
    return v ? v->type : JSON_NULL;
}

const struct json_value *json_get(const struct json_value *v, const char *key)
{
    if (!v || v->type != JSON_OBJECT)
        return NULL;
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->keys[i], key) == 0)
            return &v->items[i];
    return NULL;
}

size_t json_count(const struct json_value *v)
{
    return v ? v->n : 0;
}

const struct json_value *json_at(const struct json_value *v, size_t i)
{
    return i < json_count(v) ? &v->items[i] : NULL;
}

const char *json_key_at(const struct json_value *v, size_t i)
{
    return v && v->type == JSON_OBJECT && i < v->n ? v->keys[i] : NULL;
}

const char *json_as_str(const struct json_value *v)
{
    return v && v->type == JSON_STRING ? v->text : NULL;
}

int64_t json_as_int(const struct json_value *v)
{
    int64_t n;

    if (v && v->type == JSON_INT)
        return v->integer;
    return v && v->type == JSON_STRING && str_int(v->text, &n) ? n : NONE;
}

bool json_as_bool(const struct json_value *v)
{
    return v && v->type == JSON_BOOL && v->boolean;
}
