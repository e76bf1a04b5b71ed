/* ctx.c — the unit of work: failures, and who acts. */
#include "platform/ctx.h"

#include <stdio.h>

static enum err record(struct ctx *cx, enum err err, const char *code, const char *field,
                       const char *message, va_list args)
{
    struct failure *f = &cx->failure;

    memset(f, 0, sizeof *f);
    f->err = err;
    snprintf(f->code, sizeof f->code, "%s", code);
    snprintf(f->field, sizeof f->field, "%s", field);
    vsnprintf(f->message, sizeof f->message, message, args);
    utf8_trim_tail(f->message);
    return err;
}

enum err fail(struct ctx *cx, enum err err, const char *code, const char *message, ...)
{
    va_list args;

    va_start(args, message);
    record(cx, err, code, "", message, args);
    va_end(args);
    return err;
}

enum err fail_field(struct ctx *cx, const char *field, const char *code, const char *message, ...)
{
    va_list args;

    va_start(args, message);
    record(cx, E_INVALID, code, field, message, args);
    va_end(args);
    return E_INVALID;
}

enum err hint(struct ctx *cx, enum err err, const char *message, ...)
{
    va_list args;

    va_start(args, message);
    vsnprintf(cx->failure.hint, sizeof cx->failure.hint, message, args);
    va_end(args);
    utf8_trim_tail(cx->failure.hint);
    return err;
}

struct ctx *ctx_new(struct store *store, int64_t now)
{
    struct arena *mem = arena_new();
    struct ctx *cx = NEW(mem, struct ctx);

    cx->mem = mem;
    cx->store = store;
    cx->now = now;
    cx->today = date_of_instant(now);
    cx->id = cx->version = NONE;
    cx->who.user_id = cx->who.org_id = NONE;
    cx->request_id = "";
    return cx;
}

void ctx_free(struct ctx *cx)
{
    if (cx)
        arena_free(cx->mem);
}

void ctx_as_system(struct ctx *cx)
{
    cx->who.perms = ~(uint64_t)0;
    cx->who.scope.kind = SCOPE_ALL;
    cx->who.user_name = "system";
}
