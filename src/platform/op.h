/* op.h — everything the system can do is a row in a table of operations (D1), and one dispatcher
 * runs them all (D2): find, authenticate, permission, input, transaction, rule, journal, reply.
 * HTTP, the command line, OpenAPI, the console's menus and the access test walk the same tables. */
#pragma once
#include "platform/json.h"
#include "platform/perm.h"
#include "platform/record.h"

enum op_flag {
    OP_PUBLIC = 1 << 0,   /* no session needed (sign-in, set-up, health) */
    OP_DETACHED = 1 << 1, /* the handler opens its own short transactions with db_read/db_write:
                             imports, match runs, exports */
    OP_FILE = 1 << 2,     /* the reply is a file: cx->reply_file */
    OP_UPLOAD = 1 << 3, /* the body is a file, streamed to disk: cx->upload_path, cx->upload_name */
    OP_REAUTH = 1 << 4, /* password again within 10 minutes: money and bulk export */
};

struct op {
    const char *name;  /* "posts.open": module.verb */
    const char *route; /* "POST /posts/{id}/open" below /api/v1; GET never writes */
    enum perm perm;
    enum err (*run)(struct ctx *cx);
    const char *zh, *en;         /* one sentence */
    const struct record *record; /* for the generic handlers, and for OpenAPI's reply */
    const struct field *in;      /* input when it is not the record's own fields; ended by {0} */
    size_t in_size;
    const struct field *out; /* reply when it is not the record's: OUTPUT rows; ended by {0} */
    unsigned flags;
    /* For an operation on one record: "state=LOCKED|SENT", the values of a field in which the rule
     * lets it through; for a transition, beside the states it begins from. Told in GET /meta, so
     * that no page offers it elsewhere; the rule itself stays in the handler. NULL: always. */
    const char *when;
};

struct background {
    const char *name;
    void (*fn)(struct store *store);
    int every_ms;
};

/* A module: its operations, its tables with their scopes, its records. All tables end with {0}. */
struct module {
    const char *name, *zh, *en;
    const struct op *ops;
    const struct scoped *tables;
    const struct record *const *records; /* ended by NULL; these can be imported and exported */
    /* Run once after migration (seed data such as divisions); may be NULL. In a write transaction.
     */
    enum err (*seed)(struct ctx *cx);
    /* What the module does while the program serves: calls fn every so often on a thread of its
     * own, first at the start. fn comes back within seconds. Ended by {0}; may be NULL. */
    const struct background *background;
};

/* The list of modules, in the order in which they may include each other; app/modules.c for the
 * program, set once before anything runs. Ended by NULL. */
void ops_register(const struct module *const *modules);
const struct module *const *ops_modules(void);
/* All modules' table scopes in one list for store_open(); lives as long as the program. */
const struct scoped *ops_tables(void);
/* NULL when there is none. */
const struct op *op_find(const char *name);
/* Match "POST", "/posts/12/open" (below /api/v1): the op, its id in *ret_id (or NONE). When the
 * path exists with other methods only, NULL and *ret_other_method is true. */
const struct op *op_route(const char *method, const char *path, int64_t *ret_id,
                          bool *ret_other_method);
bool op_writes(const struct op *op); /* anything but GET */
/* The fields of its input and the size of their struct; NULL when it takes none. Lists take their
 * record's filters instead. */
const struct field *op_input(const struct op *op, size_t *ret_size);
const struct record *record_find_kind(const char *name); /* NULL when unknown */

/* What comes with a call besides who and when. */
struct call {
    const struct op *op;
    int64_t id;        /* {id} of the route or NONE */
    const char *query; /* raw query string without '?', or NULL */
    const char *body;  /* JSON text, or NULL */
    size_t body_len;
    const char *idempotency_key; /* or NULL */
    int64_t version;             /* If-Match, or NONE */
    const char *upload_path,
        *upload_name; /* OP_UPLOAD: a complete file on disk, moved or removed by the handler */
};

/* Run one operation. cx carries who (already authenticated) and when. The reply's body is in
 * cx->out (JSON text) or, for OP_FILE, in cx->reply_file; errors are in cx->failure. A write with
 * an idempotency key seen before returns the stored reply and does nothing. On return everything
 * written is durable. */
enum err op_call(struct ctx *cx, const struct call *call);
/* The same without waiting for the disk: done is called once, from another thread, when the reply
 * may leave. Reads and detached operations are run at once on this thread. */
void op_call_later(struct ctx *cx, const struct call *call, db_done_fn *done, void *arg);
/* The reply as JSON text: cx->out, or {"code","message","field","hint"} after a failure. */
const char *op_reply_text(struct ctx *cx, enum err err);

/* OpenAPI 3.1 document and the console's description of modules, fields, choices and operations,
 * made from the tables. `perms` limits the second to what its reader may do. */
extern const struct module description_module; /* GET /meta, GET /openapi.json */
const char *openapi_text(struct arena *mem);
void meta_write(struct ctx *cx, struct json *j);
