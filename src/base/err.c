/* err.c — names and numbers of the errors. */
#include "base/base.h"

#include <stdio.h>

int err_http(enum err err)
{
    switch (err) {
    case OK:
        return 200;
#define X(name, http, exit) \
    case E_##name:          \
        return http;
        ERR_LIST(X)
#undef X
    }
    return 500;
}

int err_exit(enum err err)
{
    switch (err) {
    case OK:
        return 0;
#define X(name, http, exit) \
    case E_##name:          \
        return exit;
        ERR_LIST(X)
#undef X
    }
    return 3;
}

const char *err_name(enum err err)
{
    switch (err) {
    case OK:
        return "OK";
#define X(name, http, exit) \
    case E_##name:          \
        return #name;
        ERR_LIST(X)
#undef X
    }
    return "INTERNAL";
}

enum err failure_set(struct failure *f, enum err err, const char *code, const char *message, ...)
{
    va_list args;

    memset(f, 0, sizeof *f);
    f->err = err;
    snprintf(f->code, sizeof f->code, "%s", code);
    va_start(args, message);
    vsnprintf(f->message, sizeof f->message, message, args);
    va_end(args);
    utf8_trim_tail(f->message);
    return err;
}
