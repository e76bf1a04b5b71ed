/* query.h — query strings of requests. */
#pragma once
#include "base/base.h"

struct query_item {
    const char *name, *value; /* decoded */
};
struct query {
    int n;
    struct query_item at[64];
};
/* Split and decode "a=1&b=%E7%A6%8F"; + is a space. False when a value is no UTF-8, holds a NUL, or
 * there are more than 64 items. NULL gives none. */
bool query_parse(struct arena *mem, const char *text, struct query *ret);
/* NULL when absent. */
const char *query_get(const struct query *q, const char *name);
