/* err.h — the one error idiom. A fallible function returns `enum err`; the reason for people is
 * recorded once, by fail() (platform/ctx.h) or failure_set(), and TRY passes it up. */
#pragma once
#include "base/base.h"

/* X(name, HTTP status, exit status). The list answers "what should the caller do?". */
#define ERR_LIST(X)            \
    X(INVALID, 400, 1)         \
    X(UNAUTHENTICATED, 401, 1) \
    X(FORBIDDEN, 403, 1)       \
    X(NOT_FOUND, 404, 1)       \
    X(CONFLICT, 409, 1)        \
    X(STALE, 412, 1)           \
    X(LIMIT, 413, 1)           \
    X(BUSY, 503, 3)            \
    X(INTERNAL, 500, 3)

enum err {
    OK = 0,
#define X(name, http, exit) E_##name,
    ERR_LIST(X)
#undef X
};

/* What went wrong, for a person and for a program. `code` is stable and never reused, such as
 * "post.no_seat"; `message` may change; `field` names the input at fault; `hint` is the cure. */
struct failure {
    enum err err;
    char code[64], message[512], field[64], hint[256];
};

/* HTTP status of an error; 200 for OK. */
int err_http(enum err err);
/* Exit status of a command that ended with this error; 0 for OK. */
int err_exit(enum err err);
/* "INVALID", "NOT_FOUND" … */
const char *err_name(enum err err);

/* Pass a failure up. The only macro that hides a return; safe because an arena owns everything. */
#define TRY(call)                   \
    do {                            \
        enum err try_err_ = (call); \
        if (try_err_ != OK)         \
            return try_err_;        \
    } while (0)

/* Record a failure and return its error. Later calls overwrite earlier ones. */
enum err failure_set(struct failure *f, enum err err, const char *code, const char *message, ...)
    PRINTF(4, 5);
