/* json.h — writing replies and reading small bodies. Ids are 63 bits, more than a browser's number
 * holds, so they travel as strings. */
#pragma once
#include "platform/db.h"

/* The JSON library has functions of the same names; hidden symbols keep it from finding ours. */
#pragma GCC visibility push(hidden)

/* A writer: append in order, no checks to make; unbalanced nesting asserts at json_text(). */
struct json;
struct json *json_new(struct arena *a);
void json_object(struct json *j);
void json_array(struct json *j);
void json_end(struct json *j); /* ends the innermost object or array */
void json_key(struct json *j, const char *key);
void json_str(struct json *j,
              const char *text);          /* NULL writes null; ill-formed UTF-8 becomes U+FFFD */
void json_int(struct json *j, int64_t n); /* NONE writes null */
void json_id(struct json *j, int64_t id); /* as a string; NONE writes null */
void json_real(struct json *j, double n);
void json_bool(struct json *j, bool b);
void json_null(struct json *j);
void json_raw(struct json *j, const char *text); /* JSON text as it is; NULL writes null */
const char *json_text(struct json *j);
size_t json_len(const struct json *j);
/* Key and value in one. */
void json_put_str(struct json *j, const char *key, const char *text);
void json_put_int(struct json *j, const char *key, int64_t n);
void json_put_id(struct json *j, const char *key, int64_t id);
void json_put_bool(struct json *j, const char *key, bool b);
void json_put_raw(struct json *j, const char *key, const char *text);

/* One row as an object. The column's name says the form: `id`, `*_id` and `*_by` are ids (strings),
 * `is_*` and `has_*` booleans, `*_json` is JSON text and loses the suffix. */
void json_row(struct json *j, const struct rows *r, int row);
/* {"items": [rows]} and the like: an array of all rows. */
void json_rows(struct json *j, const struct rows *r);

/* --- reading --- */
/* A parsed value, in the arena. Depth ≤ 32, strict UTF-8, no duplicate keys, integers exact. */
struct json_value;
MUST_CHECK enum err json_parse(struct ctx *cx, const char *text, size_t len,
                               const struct json_value **ret);
enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum json_type json_type(const struct json_value *v);
/* NULL when absent or v is no object. */
const struct json_value *json_get(const struct json_value *v, const char *key);
size_t json_count(const struct json_value *v); /* items of an array or object, else 0 */
const struct json_value *json_at(const struct json_value *v, size_t i);
const char *json_key_at(const struct json_value *v, size_t i);
/* Values; NULL / NONE for another type or NULL v. json_as_int reads whole numbers in strings too.
 */
const char *json_as_str(const struct json_value *v);
int64_t json_as_int(const struct json_value *v);
bool json_as_bool(const struct json_value *v);

#pragma GCC visibility pop
