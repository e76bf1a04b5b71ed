/* ctx.h — one unit of work: a request, a command, an import row, a test. It carries who acts,
 * when, in which language, the connection, the input and the reply. Strings reached through it
 * live as long as its arena. */
#pragma once
#include "base/base.h"
#include "base/date.h"
#include "platform/scope.h"

struct conn;
struct store;
struct json;
struct op;

/* Who acts. user_id is NONE for the program itself and for requests before sign-in. */
struct actor {
    int64_t user_id, org_id;
    const char *user_name, *org_name;
    uint64_t perms;     /* a bit for each enum perm */
    struct scope scope; /* which rows (D3); {0} sees nothing */
    bool must_change_password;
    int64_t proved_at; /* when the password was last given, for OP_REAUTH; 0 = never */
};

struct ctx {
    struct arena *mem;
    struct store *store;
    struct conn *db; /* set inside db_read() and db_write() */
    struct actor who;
    int64_t now;       /* UTC seconds; fixed for the unit of work */
    struct date today; /* business date, Asia/Shanghai */
    enum lang lang;
    const struct op *op;
    const char *request_id; /* also written to the journal and the log */
    const char *batch_id;   /* import whose rows are being written, or NULL */

    void *in;           /* input struct of the op, read and checked by its field table */
    uint64_t in_set[2]; /* bit i: field i of the table was present (a change keeps the others) */
    int64_t id;         /* {id} of the route, or NONE */
    struct json *out;   /* the reply's body */
    struct failure failure;
    const char *failure_detail; /* JSON for the error reply's "detail", or NULL: both values of a
                                   stale change */
    /* While an import writes or checks many rows: what records put off to the end of a chunk
     * (record.h, save_gathered), and what was sealed ahead for the row in hand. */
    bool is_bulk;
    void *gathered; /* the record's own; NULL at the start of a chunk */
    const struct sealed_ahead *sealed;

    int64_t changed;     /* rows changed by the last db_exec() or db_exec_all() */
    bool changed_beside; /* set by a record's saved(): a change wrote something beside the row */

    /* Long work tells how far it has come: so much of `total`, NONE when that is not known. May be
     * NULL. */
    void (*progress)(int64_t done, int64_t total);

    const char *query;         /* raw query string of the call, or NULL */
    int64_t version;           /* If-Match of the call, or NONE */
    const char *session_token; /* what the caller's cookie held, or NULL */
    const char
        *set_cookie; /* set by sign-in: the new session's token; "" = forget it; NULL = leave it */
    const char *device_token; /* what the cookie of the caller's device held, or NULL */
    const char *set_device;   /* set by sign-in: the token of a device known from now on, or NULL */
    const char *address;      /* network the call comes from; NULL: this machine */
    const char *upload_path,
        *upload_name;   /* OP_UPLOAD: a complete file; the handler moves or removes it */
    struct reply_file { /* OP_FILE: what to send; removed after sending when is_temporary */
        const char *path, *name, *content_type;
        bool is_temporary;
    } reply_file;
};

/* Records why the work cannot be done and returns `err`:
 *     return fail(cx, E_CONFLICT, "post.no_seat", T("岗位 %s 已无名额", "post %s has no free
 * seat"), title); The message never holds personal data. fail_field names the input at fault;
 * hint() adds the cure. */
enum err fail(struct ctx *cx, enum err err, const char *code, const char *message, ...)
    PRINTF(4, 5);
enum err fail_field(struct ctx *cx, const char *field, const char *code, const char *message, ...)
    PRINTF(4, 5); /* always E_INVALID */
enum err hint(struct ctx *cx, enum err err, const char *message, ...)
    PRINTF(3, 4); /* returns err */

/* The text in the caller's language. Both texts take the same arguments in the same order. */
#define T(zh, en) (cx->lang == LANG_EN ? (en) : (zh))

/* A new unit of work over a store, acting for nobody, with its own arena; ctx_free() ends it. */
struct ctx *ctx_new(struct store *store, int64_t now);
void ctx_free(struct ctx *cx); /* NULL is allowed */
/* The program itself acts: every permission, every row. For commands and background work. */
void ctx_as_system(struct ctx *cx);
