/* query.c — query strings of requests. */
#include "platform/query.h"

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decoded copy, or NULL when the escapes do not make UTF-8 text. */
static char *decode(struct arena *mem, const char *text, size_t len)
{
    char *out = arena_alloc(mem, len + 1), *to = out;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%' && i + 2 < len && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            *to++ = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
            i += 2;
        } else {
            *to++ = text[i] == '+' ? ' ' : text[i];
        }
    }
    *to = 0;
    return utf8_valid(out, (size_t)(to - out)) ? out : NULL;
}

bool query_parse(struct arena *mem, const char *text, struct query *ret)
{
    ret->n = 0;
    while (text && *text) {
        size_t len = strcspn(text, "&");
        const char *equals = memchr(text, '=', len);
        size_t name_len = equals ? (size_t)(equals - text) : len;
        if (len > 0) {
            struct query_item *item;
            if (ret->n == (int)ARRAY_LEN(ret->at))
                return false;
            item = &ret->at[ret->n++];
            item->name = decode(mem, text, name_len);
            item->value = equals ? decode(mem, equals + 1, len - name_len - 1) : "";
            if (!item->name || !item->value)
                return false;
        }
        text += len + (text[len] == '&');
    }
    return true;
}

const char *query_get(const struct query *q, const char *name)
{
    for (int i = 0; i < q->n; i++)
        if (str_eq(q->at[i].name, name))
            return q->at[i].value;
    return NULL;
}
