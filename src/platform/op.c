/* op.c — the dispatcher: find the operation, check the permission, read the input by its fields,
 * run the rule in a transaction, keep the reply for repeated requests. Authentication happens
 * before, in api.c, so that the command line and tests can act as anyone. */
#include "platform/op.h"

#include <sodium.h>

#include "platform/journal.h"
#include "platform/query.h"
#include "platform/reference.h"

static const struct module *const *modules;
static struct scoped tables[256];

const struct module *const *ops_modules(void)
{
    static const struct module *const none[] = { NULL };

    return modules ? modules : none;
}

static void collect_tables(void)
{
    size_t n = 0;

    for (const struct scoped *t = journal_tables; t->table; t++)
        tables[n++] = *t;
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct scoped *t = ops_modules()[m]->tables; t && t->table; t++) {
            assert(n + 1 < ARRAY_LEN(tables));
            tables[n++] = *t;
        }
    tables[n] = (struct scoped){ 0 };
}

void ops_register(const struct module *const *list)
{
    modules = list;
    collect_tables();
}

const struct scoped *ops_tables(void)
{
    if (!tables[0].table)
        collect_tables();
    return tables;
}

const struct op *op_find(const char *name)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++)
            if (str_eq(op->name, name))
                return op;
    return NULL;
}

const struct record *record_find_kind(const char *name)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct record *const *r = ops_modules()[m]->records; r && *r; r++)
            if (str_eq((*r)->name, name))
                return *r;
    return NULL;
}

bool op_writes(const struct op *op)
{
    return !str_starts(op->route, "GET ");
}

/* Does "/posts/{id}/open" fit "/posts/12/open"? *ret_id is set when it has an {id}. */
static bool path_fits(const char *pattern, const char *path, int64_t *ret_id)
{
    *ret_id = NONE;
    while (*pattern) {
        if (*pattern == '{') { /* {id}: there is no other */
            size_t len = strcspn(path, "/");
            int64_t id = 0;
            assert(str_starts(pattern, "{id}"));
            if (len == 0 || len > 18)
                return false;
            for (size_t i = 0; i < len; i++) {
                if (path[i] < '0' || path[i] > '9')
                    return false;
                id = id * 10 + (path[i] - '0');
            }
            *ret_id = id;
            pattern += 4;
            path += len;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == 0;
}

const struct op *op_route(const char *method, const char *path, int64_t *ret_id,
                          bool *ret_other_method)
{
    size_t method_len = strlen(method);

    *ret_other_method = false;
    for (int m = 0; ops_modules()[m]; m++) {
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++) {
            const char *space = strchr(op->route, ' ');
            int64_t id;
            if (!path_fits(space + 1, path, &id))
                continue;
            if ((size_t)(space - op->route) == method_len &&
                memcmp(op->route, method, method_len) == 0) {
                *ret_id = id;
                return op;
            }
            *ret_other_method = true;
        }
    }
    return NULL;
}

const struct field *op_input(const struct op *op, size_t *ret_size)
{
    *ret_size = op->in_size;
    if (op->in)
        return op->in;
    if (op->record && (op->run == record_create || op->run == record_update)) {
        *ret_size = op->record->size;
        return op->record->fields;
    }
    if (op->run == record_event) {
        *ret_size = sizeof(struct event_input);
        return event_fields;
    }
    if (op->run == record_reveal) {
        *ret_size = sizeof(struct reveal_input);
        return reveal_fields;
    }
    return NULL;
}

static enum err read_query(struct ctx *cx, const struct field *fields, void *in)
{
    struct query q;

    fields_clear(fields, in);
    cx->in_set[0] = cx->in_set[1] = 0;
    if (!query_parse(cx->mem, cx->query, &q))
        return fail(cx, E_INVALID, "query.malformed", "%s",
                    T("查询参数无法读取", "the query string cannot be read"));
    for (int i = 0; i < q.n; i++) {
        int at = field_index(fields, q.at[i].name);
        struct field_problems problems = { 0 };
        if (str_eq(q.at[i].name, "lang"))
            continue;
        if (at < 0)
            return fail_field(cx, q.at[i].name, "field.unknown", "%s",
                              T("没有这个参数", "there is no such parameter"));
        if (field_type_is_sealed(fields[at].type) || fields[at].type == FIELD_SECRET)
            return fail_field(cx, fields[at].name, "field.sealed",
                              T("“%s”不能写在网址里", "%s must not stand in an address"),
                              T(fields[at].zh, fields[at].en));
        if (!field_read_text(cx, &fields[at], q.at[i].value, FIELD_FROM_CODE, in, &problems))
            return fail_field(cx, fields[at].name, problems.at[0].code, "%s",
                              problems.at[0].message);
        cx->in_set[at / 64] |= (uint64_t)1 << (at % 64);
    }
    return fields_check_required(cx, fields);
}

static enum err read_input(struct ctx *cx, const struct call *call)
{
    size_t size;
    const struct field *fields = op_input(call->op, &size);
    const struct json_value *body;

    if (!fields)
        return OK;
    cx->in = arena_alloc(cx->mem, size);
    if (!op_writes(call->op) || call->op->flags & OP_UPLOAD)
        return read_query(cx, fields, cx->in);
    TRY(json_parse(cx, call->body && call->body_len ? call->body : "{}",
                   call->body && call->body_len ? call->body_len : 2, &body));
    return fields_read_json(cx, fields, body, call->op->run != record_update, cx->in);
}

static enum err check_permission(struct ctx *cx, const struct op *op)
{
    if (op->flags & OP_PUBLIC)
        return OK;
    if (cx->who.scope.kind == SCOPE_NOTHING && cx->who.user_id == NONE)
        return fail(cx, E_UNAUTHENTICATED, "session.none", "%s", T("请先登录", "please sign in"));
    if (op->perm != PERM_NONE && !(cx->who.perms & PERM_BIT(op->perm)))
        return fail(cx, E_FORBIDDEN, "op.forbidden", "%s",
                    T("您的角色没有此项权限", "your role does not allow this"));
    return OK;
}

/* --- idempotency: the same key again returns the same reply --- */
struct run_state {
    const struct call *call;
    char request_hash[65];
};

static void hash_request(const struct call *call, char out[65])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state st;
    const char *query = call->query ? call->query : "";

    crypto_hash_sha256_init(&st);
    crypto_hash_sha256_update(&st, (const unsigned char *)call->op->name,
                              strlen(call->op->name) + 1);
    crypto_hash_sha256_update(&st, (const unsigned char *)&call->id, sizeof call->id);
    crypto_hash_sha256_update(&st, (const unsigned char *)query, strlen(query) + 1);
    if (call->body)
        crypto_hash_sha256_update(&st, (const unsigned char *)call->body, call->body_len);
    crypto_hash_sha256_final(&st, digest);
    sodium_bin2hex(out, 65, digest, sizeof digest);
}

static enum err find_reply(struct ctx *cx, const struct run_state *st, bool *ret_found)
{
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT request_hash, reply FROM idempotency WHERE user_id = $1 AND idem_key = $2",
                P(cx->who.user_id), P(st->call->idempotency_key)));
    *ret_found = r.n == 1;
    if (r.n == 0)
        return OK;
    if (!str_eq(row_text(&r, 0, "request_hash"), st->request_hash))
        return fail(cx, E_CONFLICT, "idempotency.reused", "%s",
                    T("此请求编号已用于另一请求",
                      "this idempotency key was used for another request"));
    cx->out = json_new(cx->mem);
    json_raw(cx->out, row_text(&r, 0, "reply"));
    return OK;
}

/* The rule, once the records that its input names are known to lie in the caller's sight. */
static enum err run_rule(struct ctx *cx, const struct op *op)
{
    size_t size;
    const struct field *fields = op_input(op, &size);

    if (fields)
        TRY(references_check(cx, fields, cx->in));
    return op->run(cx);
}

static enum err run_write(struct ctx *cx, void *arg)
{
    struct run_state *st = arg;
    const char *key = st->call->idempotency_key;
    bool found = false;

    cx->out = json_new(cx->mem); /* anew: a transaction may be run again */
    if (key && cx->who.user_id != NONE) {
        TRY(find_reply(cx, st, &found));
        if (found)
            return OK;
    }
    TRY(run_rule(cx, st->call->op));
    if (key && cx->who.user_id != NONE)
        TRY(db_exec(cx,
                    "INSERT INTO idempotency (user_id, idem_key, op, request_hash, reply, at)"
                    " VALUES ($1, $2, $3, $4, $5, $6)",
                    P(cx->who.user_id), P(key), P(st->call->op->name), P(st->request_hash),
                    P(op_reply_text(cx, OK)), P(cx->now)));
    return OK;
}

static enum err run_read(struct ctx *cx, void *arg)
{
    const struct call *call = arg;

    cx->out = json_new(cx->mem);
    return run_rule(cx, call->op);
}

static enum err check_references(struct ctx *cx, void *fields)
{
    return references_check(cx, fields, cx->in);
}

/* Opens transactions of its own, so the records it names are looked at before. */
static enum err run_detached(struct ctx *cx, const struct op *op)
{
    size_t size;
    const struct field *fields = op_input(op, &size);

    cx->out = json_new(cx->mem);
    if (fields && references_given(cx, fields))
        TRY(db_read(cx, check_references, (void *)fields));
    return op->run(cx);
}

static enum err prepare(struct ctx *cx, const struct call *call)
{
    cx->op = call->op;
    cx->id = call->id;
    cx->query = call->query;
    cx->version = call->version;
    cx->upload_path = call->upload_path;
    cx->upload_name = call->upload_name;
    if (call->idempotency_key &&
        (strlen(call->idempotency_key) < 8 || strlen(call->idempotency_key) > 100))
        return fail(cx, E_INVALID, "idempotency.malformed", "%s",
                    T("请求编号应为 8–100 个字符", "an idempotency key has 8 to 100 characters"));
    TRY(check_permission(cx, call->op));
    return read_input(cx, call);
}

static struct run_state *run_state_new(struct ctx *cx, const struct call *call)
{
    struct run_state *st = NEW(cx->mem, struct run_state);
    struct call *copy = NEW(cx->mem, struct call);

    *copy = *call;
    st->call = copy;
    if (call->idempotency_key)
        hash_request(call, st->request_hash);
    return st;
}

enum err op_call(struct ctx *cx, const struct call *call)
{
    TRY(prepare(cx, call));
    if (call->op->flags & OP_DETACHED)
        return run_detached(cx, call->op);
    if (!op_writes(call->op))
        return db_read(cx, run_read, (void *)call);
    return db_write(cx, run_write, run_state_new(cx, call));
}

void op_call_later(struct ctx *cx, const struct call *call, db_done_fn *done, void *arg)
{
    enum err err;

    if (!op_writes(call->op) || call->op->flags & OP_DETACHED) {
        err = op_call(cx, call);
        done(cx, err, arg);
        return;
    }
    err = prepare(cx, call);
    if (err != OK)
        done(cx, err, arg);
    else
        db_write_later(cx, run_write, run_state_new(cx, call), done, arg);
}

const char *op_reply_text(struct ctx *cx, enum err err)
{
    const struct failure *f = &cx->failure;
    struct json *j;

    if (err == OK)
        return cx->out && json_len(cx->out) ? json_text(cx->out) : "{}";
    j = json_new(cx->mem);
    json_object(j);
    json_put_str(j, "code", f->code[0] ? f->code : "internal");
    json_put_str(j, "message", f->message[0] ? f->message : T("系统内部错误", "internal error"));
    json_put_str(j, "field", f->field[0] ? f->field : NULL);
    json_put_str(j, "hint", f->hint[0] ? f->hint : NULL);
    if (cx->failure_detail)
        json_put_raw(j, "detail", cx->failure_detail);
    json_end(j);
    return json_text(j);
}
